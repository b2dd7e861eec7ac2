#include "engine/ocr/picture_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <optional>

#include "engine/model/rules.h"

namespace docket::engine {
namespace {

// In points. Strokes of letters are shorter, but for those of large headings.
constexpr float shortest_piece = 16;
// How far a piece may rise along its length: recognition takes pages that are askew by less than a degree as they are.
constexpr float steepest = 0.02F;

struct PixaDeleter {
  void operator()(Pixa* pictures) const noexcept { pixaDestroy(&pictures); }
};
using PixaPtr = std::unique_ptr<Pixa, PixaDeleter>;

/// Lives for one call of picture_rules().
class RuleFinder {
 public:
  RuleFinder(Pix& bitmap, const PictureFrame& frame) : bitmap_(bitmap), frame_(frame) {}

  /// Those that run level, or upright ones; nothing where there are too many.
  [[nodiscard]] std::vector<Box> find(bool level) const {
    const auto length =
        std::max(static_cast<int>(std::lround(shortest_piece / (level ? frame_.x_scale : frame_.y_scale))), 2);
    const PixPtr pieces(level ? pixOpenCompBrick(nullptr, &bitmap_, length, 1)
                              : pixOpenCompBrick(nullptr, &bitmap_, 1, length));
    if (!pieces) {
      return {};
    }
    l_int32 count = 0;
    constexpr int connectivity = 8;
    if (pixCountConnComp(pieces.get(), connectivity, &count) != 0 || count > static_cast<int>(most_rules)) {
      return {};
    }
    Pixa* parts = nullptr;
    BoxaPtr places(pixConnComp(pieces.get(), &parts, connectivity));
    const PixaPtr owner(parts);
    std::vector<Box> rules;
    for (l_int32 i = 0; places && i < boxaGetCount(places.get()); ++i) {
      if (const auto rule = rule_of(*places, *parts, i, level)) {
        rules.push_back(*rule);
      }
    }
    return rules;
  }

 private:
  struct BoxaDeleter {
    void operator()(Boxa* boxes) const noexcept { boxaDestroy(&boxes); }
  };
  using BoxaPtr = std::unique_ptr<Boxa, BoxaDeleter>;

  [[nodiscard]] std::optional<Box> rule_of(Boxa& places, Pixa& parts, l_int32 index, bool level) const {
    l_int32 x = 0;
    l_int32 y = 0;
    l_int32 width = 0;
    l_int32 height = 0;
    l_int32 pixels = 0;
    const PixPtr part(pixaGetPix(&parts, index, L_CLONE));
    if (!part || boxaGetBoxGeometry(&places, index, &x, &y, &width, &height) != 0 ||
        pixCountPixels(part.get(), &pixels, nullptr) != 0) {
      return std::nullopt;
    }
    const auto on_page = [](int pixel, float scale, float origin) {
      return origin + static_cast<float>(pixel) * scale;
    };
    const Box box{on_page(x, frame_.x_scale, frame_.x0), on_page(y, frame_.y_scale, frame_.y0),
                  on_page(x + width, frame_.x_scale, frame_.x0), on_page(y + height, frame_.y_scale, frame_.y0)};
    const float along = level ? box.width() : box.height();
    const float across = level ? box.height() : box.width();
    const float thickness = static_cast<float>(pixels) * frame_.x_scale * frame_.y_scale / along;
    if (thickness > thickest_rule || across > 2 * thickness + steepest * along) {
      return std::nullopt;
    }
    const float half = thickness / 2;
    return level ? Box{box.x0, middle_y(box) - half, box.x1, middle_y(box) + half}
                 : Box{middle_x(box) - half, box.y0, middle_x(box) + half, box.y1};
  }

  Pix& bitmap_;
  const PictureFrame& frame_;
};

}  // namespace

std::vector<Box> picture_rules(Pix& bitmap, const PictureFrame& frame) {
  const RuleFinder finder(bitmap, frame);
  auto rules = finder.find(true);
  std::ranges::move(finder.find(false), std::back_inserter(rules));
  return joined_rules(std::move(rules));
}

}  // namespace docket::engine
