#include "engine/pdf/pdf_survey.h"

#include <PDFDoc.h>

#include <algorithm>
#include <bitset>
#include <cmath>

#include "engine/pdf/content/pdf_image_device.h"
#include "engine/pdf/content/pdf_placement.h"

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
    const auto placed = place_image(image.state);
    if (!placed) {
      return false;
    }
    const auto& placement = *placed;
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
