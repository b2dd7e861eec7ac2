#include "engine/pdf_figures.h"

#include <PDFDoc.h>

#include <algorithm>
#include <cmath>

#include "engine/figures.h"
#include "engine/pdf_image_device.h"
#include "engine/pdf_placement.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_images = 10'000;
constexpr double points_per_inch = 72;

/// Collects what images a page shows. One a page.
class FigureDevice final : public ImageDevice {
 public:
  FigureDevice(double width, double height, double user_unit)
      : page_{0, 0, static_cast<float>(width), static_cast<float>(height)}, user_unit_(user_unit) {}

  std::vector<Image> take() { return std::move(images_); }

  void drawChar(GfxState* /*state*/, double /*x*/, double /*y*/, double /*dx*/, double /*dy*/, double /*origin_x*/,
                double /*origin_y*/, CharCode /*code*/, int /*bytes*/, const Unicode* /*unicode*/,
                int /*length*/) override {}

 protected:
  bool visit_image(const ImageDrawing& drawing) override {
    if (drawing.colors == nullptr || images_.size() >= most_images) {
      return false;
    }
    const auto placement = place_image(drawing.state);
    if (!placement) {
      return false;
    }
    Image image;
    image.box = intersection(intersection(placement->box, clip_of(drawing.state)), page_);
    if (area(image.box) <= 0) {
      return false;
    }
    image.dpi = resolution(drawing, placement->box);
    if (drawing.object != nullptr && drawing.object->isRef()) {
      const auto ref = drawing.object->getRef();
      image.identity = static_cast<std::uint64_t>(static_cast<std::uint32_t>(ref.num)) << 32U |
                       static_cast<std::uint32_t>(ref.gen) << 1U | 1U;
    }
    if (images_.empty() || !join_strip(images_.back(), image)) {
      images_.push_back(std::move(image));
    }
    return false;
  }

  void visit_shading(GfxState& /*state*/) override {}

 private:
  // Of the finer side, as people see it: true inches, whichever way the image was turned.
  [[nodiscard]] std::uint16_t resolution(const ImageDrawing& drawing, const Box& box) const {
    const double pixels = static_cast<double>(drawing.width) * static_cast<double>(drawing.height);
    const double inches = area(box) * user_unit_ * user_unit_ / (points_per_inch * points_per_inch);
    const double dpi = inches > 0 ? std::sqrt(pixels / inches) : 0;
    return static_cast<std::uint16_t>(std::clamp(std::round(dpi), 1.0, 10'000.0));
  }

  Box page_;
  double user_unit_;
  std::vector<Image> images_;
};

}  // namespace

std::vector<Image> find_images(PDFDoc& document, int page, double width, double height, double user_unit) {
  FigureDevice device(width, height, user_unit);
  document.displayPage(&device, page, points_per_inch, points_per_inch, 0, /*useMediaBox=*/false, /*crop=*/true,
                       /*printing=*/false);
  return device.take();
}

}  // namespace docket::engine
