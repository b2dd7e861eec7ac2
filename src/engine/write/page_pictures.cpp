#include "engine/write/page_pictures.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "engine/model/page_rotation.h"

namespace docket::engine {
namespace {

constexpr float preview_dpi = 100;
constexpr float preview_side = 2000;
constexpr float coarsest = 72;
constexpr float finest = 300;
constexpr float unknown_dpi = 150;
constexpr double most_pixels = 25e6;  // 100 MB while it is drawn

bool is_gray(Pix& pix) {
  const int width = pixGetWidth(&pix);
  const int height = pixGetHeight(&pix);
  for (int y = 0; y < height; ++y) {
    const l_uint32* const row = pixGetData(&pix) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(&pix);
    for (int x = 0; x < width; ++x) {
      const auto red = row[x] >> L_RED_SHIFT & 0xFFU;
      if (red != (row[x] >> L_GREEN_SHIFT & 0xFFU) || red != (row[x] >> L_BLUE_SHIFT & 0xFFU)) {
        return false;
      }
    }
  }
  return true;
}

// The whole page stays whole, however askew it lies in the file.
Box part_as_shown(const Page& page, const Box& part) {
  const Box whole{0, 0, page.width, page.height};
  return part == whole ? whole_as_shown(page) : box_as_shown(page, part);
}

// A part of the page, upright as its model is.
std::string drawn(DocumentReader& reader, std::uint32_t number, const Page& page, const Box& part, float dpi) {
  auto pix = reader.draw(number, part_as_shown(page, part), dpi);
  if (pix && page.quarter_turns != 0) {
    pix.reset(pixRotateOrth(pix.get(), page.quarter_turns));
  }
  if (!pix) {
    return {};
  }
  const auto dots = static_cast<int>(std::lround(dpi));
  set_resolution(*pix, dots, dots);
  return png_of(*pix);
}

}  // namespace

std::string png_of(Pix& pix) {
  const PixPtr gray(pixGetDepth(&pix) == 32 && is_gray(pix) ? pixGetRGBComponent(&pix, COLOR_GREEN) : nullptr);
  if (gray) {
    set_resolution(*gray, pixGetXRes(&pix), pixGetYRes(&pix));
  }
  l_uint8* data = nullptr;
  std::size_t size = 0;
  const bool written = pixWriteMemPng(&data, &size, gray ? gray.get() : &pix, 0) == 0;
  const std::unique_ptr<l_uint8, void (*)(void*)> owner(data, lept_free);
  return written && data != nullptr ? std::string(reinterpret_cast<const char*>(data), size) : std::string();
}

std::string preview_of(DocumentReader& reader, std::uint32_t number, const Page& page) {
  const auto side = std::max(page.width, page.height);
  if (!(side > 0) || !std::isfinite(side)) {
    return {};
  }
  const auto dpi = std::min(preview_dpi, preview_side * points_per_inch / side);
  return drawn(reader, number, page, {0, 0, page.width, page.height}, dpi);
}

std::string picture_of(DocumentReader& reader, std::uint32_t number, const Page& page, const Image& image,
                       std::uint64_t max_pixels) {
  const auto inches = area(image.box) / static_cast<double>(points_per_inch * points_per_inch);
  if (!(inches > 0) || !std::isfinite(inches)) {
    return {};
  }
  const auto most = static_cast<float>(std::sqrt(std::min(most_pixels, static_cast<double>(max_pixels)) / inches));
  const auto stored = image.dpi == 0 ? unknown_dpi : static_cast<float>(image.dpi);
  return drawn(reader, number, page, image.box, std::min(std::clamp(stored, coarsest, finest), most));
}

}  // namespace docket::engine
