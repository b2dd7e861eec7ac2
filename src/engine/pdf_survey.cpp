#include "engine/pdf_survey.h"

#include <PDFDoc.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>

#include "engine/pdf_image_device.h"

namespace docket::engine {
namespace {

/// Which parts of a page are covered, on a coarse grid: overlapping images count once. One a page.
class Coverage {
 public:
  Coverage(double width, double height) : width_(width), height_(height) {}

  void add(const Box& box) {
    const auto [left, right] = cells(box.x0, box.x1, width_);
    const auto [top, bottom] = cells(box.y0, box.y1, height_);
    for (auto y = top; y < bottom; ++y) {
      for (auto x = left; x < right; ++x) {
        covered_.set(y * side + x);
      }
    }
  }

  [[nodiscard]] double share() const { return static_cast<double>(covered_.count()) / (side * side); }

 private:
  static constexpr std::size_t side = 64;

  // The cells whose middle lies between `from` and `to`.
  static std::pair<std::size_t, std::size_t> cells(double from, double to, double length) {
    const auto cell = [length](double at) {
      return static_cast<std::size_t>(std::clamp(std::round(at / length * side), 0.0, static_cast<double>(side)));
    };
    return {cell(from), cell(to)};
  }

  double width_;
  double height_;
  std::bitset<side * side> covered_;
};

double area(const Box& box) {
  return std::max(0.0F, box.width()) * static_cast<double>(std::max(0.0F, box.height()));
}

Box intersection(const Box& a, const Box& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

// An image's unit square on the page: y runs downwards there, upwards in the image.
struct Placement {
  Box box;
  std::optional<int> quarter_turns;  // nothing: askew, mirrored or degenerate
};

Placement place(const std::array<double, 6>& m) {
  Placement placement;
  const auto [x_low, x_high] = std::minmax({0.0, m[0], m[2], m[0] + m[2]});
  const auto [y_low, y_high] = std::minmax({0.0, m[1], m[3], m[1] + m[3]});
  placement.box = {static_cast<float>(m[4] + x_low), static_cast<float>(m[5] + y_low),
                   static_cast<float>(m[4] + x_high), static_cast<float>(m[5] + y_high)};
  const auto straight = std::abs(m[0]) + std::abs(m[3]);
  const auto crossed = std::abs(m[1]) + std::abs(m[2]);
  constexpr double askew = 0.002;  // a pixel in 500: less than what deskewing leaves
  if (crossed <= askew * straight) {
    if (m[0] > 0 && m[3] < 0) {
      placement.quarter_turns = 0;
    } else if (m[0] < 0 && m[3] > 0) {
      placement.quarter_turns = 2;
    }
  } else if (straight <= askew * crossed) {
    if (m[1] > 0 && m[2] > 0) {
      placement.quarter_turns = 1;
    } else if (m[1] < 0 && m[2] < 0) {
      placement.quarter_turns = 3;
    }
  }
  return placement;
}

/// Counts what a page draws. One a page.
class SurveyDevice final : public ImageDevice {
 public:
  SurveyDevice(double width, double height)
      : page_{0, 0, static_cast<float>(width), static_cast<float>(height)}, coverage_(width, height) {}

  void stroke(GfxState* /*state*/) override { mark(); }
  void fill(GfxState* state) override { add_fill(*state); }
  void eoFill(GfxState* state) override { add_fill(*state); }

  void drawChar(GfxState* state, double /*x*/, double /*y*/, double /*dx*/, double /*dy*/, double /*origin_x*/,
                double /*origin_y*/, CharCode /*code*/, int /*bytes*/, const Unicode* unicode, int length) override {
    constexpr int invisible = 3;
    constexpr int clip_only = 7;
    const auto mode = state->getRender();
    const bool blank = length == 1 && (unicode[0] == ' ' || unicode[0] == 0xa0);
    if (mode != invisible && mode != clip_only && !blank && !in_soft_mask()) {
      ++survey_.visible_characters;
    }
  }

  PageSurvey take() {
    survey_.image_share = coverage_.share();
    const bool whole_page = survey_.image_share >= 0.98;
    survey_.other_marks = marks_after_ + (whole_page ? 0 : marks_before_);
    return survey_;
  }

 protected:
  bool visit_image(const ImageDrawing& image) override {
    std::array<double, 6> matrix{};
    std::copy_n(image.state.getCTM(), matrix.size(), matrix.begin());
    if (!std::all_of(matrix.begin(), matrix.end(), [](double value) { return std::isfinite(value); })) {
      return false;
    }
    const auto placement = place(matrix);
    const auto visible = intersection(intersection(placement.box, clip_of(image.state)), page_);
    const auto seen = area(visible);
    // Dots and hairlines made of images are no pictures.
    if (seen < 1e-3 * area(page_)) {
      if (seen > 0) {
        mark();
      }
      return false;
    }
    coverage_.add(visible);
    ++pictures_;
    if (pictures_ > 1) {
      survey_.scan.reset();
      return false;
    }
    marks_before_ = std::exchange(marks_after_, 0);
    const bool opaque = image.state.getFillOpacity() >= 1 && image.state.getBlendMode() == gfxBlendNormal;
    if (placement.quarter_turns && !image.masked && opaque && seen >= 0.98 * area(placement.box) &&
        (image.colors != nullptr || paints_dark(image.state))) {
      survey_.scan = {image.ordinal, image.width, image.height, *placement.quarter_turns, placement.box};
    }
    return false;
  }

  void visit_shading(GfxState& /*state*/) override {
    ++survey_.filled_shapes;
    mark();
  }

 private:
  static Box clip_of(const GfxState& state) {
    double x0 = 0;
    double y0 = 0;
    double x1 = 0;
    double y1 = 0;
    state.getClipBBox(&x0, &y0, &x1, &y1);
    return {static_cast<float>(x0), static_cast<float>(y0), static_cast<float>(x1), static_cast<float>(y1)};
  }

  static bool paints_dark(GfxState& state) {
    if (state.getFillColorSpace()->getMode() == csPattern) {
      return false;
    }
    GfxGray gray = 0;
    state.getFillGray(&gray);
    return colToDbl(gray) < 0.4;
  }

  void add_fill(const GfxState& state) {
    if (in_soft_mask()) {
      return;
    }
    survey_.filled_shapes += static_cast<std::uint32_t>(std::max(state.getPath()->getNumSubpaths(), 0));
    mark();
  }

  void mark() {
    if (!in_soft_mask()) {
      ++marks_after_;
    }
  }

  Box page_;
  Coverage coverage_;
  PageSurvey survey_;
  std::uint32_t pictures_ = 0;
  std::uint32_t marks_before_ = 0;  // drawn before the first picture
  std::uint32_t marks_after_ = 0;   // since
};

}  // namespace

PageSurvey survey_page(PDFDoc& document, int page, double width, double height) {
  SurveyDevice device(width, height);
  document.displayPage(&device, page, 72, 72, 0, /*useMediaBox=*/false, /*crop=*/true, /*printing=*/false);
  return device.take();
}

}  // namespace docket::engine
