#include "engine/pdf/content/pdf_figures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/model/image_strips.h"
#include "engine/pdf/content/pdf_image_device.h"
#include "engine/pdf/content/pdf_placement.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_images = 10'000;

}  // namespace

ImageCollector::ImageCollector(float width, float height, double user_unit)
    : page_{0, 0, width, height}, user_unit_(user_unit) {}

void ImageCollector::add(const ImageDrawing& drawing) {
  if (drawing.colors == nullptr || images_.size() >= most_images) {
    return;
  }
  const auto placement = place_image(drawing.state);
  if (!placement) {
    return;
  }
  Image image;
  image.box = intersection(intersection(placement->box, clip_of(drawing.state)), page_);
  if (area(image.box) <= 0) {
    return;
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
}

std::vector<Image> ImageCollector::take() {
  return std::exchange(images_, {});
}

// Of the finer side, as people see it: true inches, whichever way the image was turned.
std::uint16_t ImageCollector::resolution(const ImageDrawing& drawing, const Box& box) const {
  const double pixels = static_cast<double>(drawing.width) * static_cast<double>(drawing.height);
  const double inches = area(box) * user_unit_ * user_unit_ / (points_per_inch * points_per_inch);
  const double dpi = inches > 0 ? std::sqrt(pixels / inches) : 0;
  return static_cast<std::uint16_t>(std::clamp(std::round(dpi), 1.0, 10'000.0));
}

}  // namespace docket::engine
