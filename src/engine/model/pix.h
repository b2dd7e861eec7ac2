// Leptonica's pictures with an owner.
#pragma once

#include <leptonica/allheaders.h>

#include <cstdint>
#include <memory>

namespace docket::engine {

struct PixDeleter {
  void operator()(Pix* pix) const noexcept { pixDestroy(&pix); }
};

/// Owns one reference to a picture. Depths used here: 1 (1 = black), 8 (0 = black),
/// 32 (red, green, blue) and, only while converting, others.
using PixPtr = std::unique_ptr<Pix, PixDeleter>;

struct LeptonicaBoxDeleter {
  void operator()(::Box* box) const noexcept { boxDestroy(&box); }
};

/// Owns a rectangle of pixels.
using LeptonicaBoxPtr = std::unique_ptr<::Box, LeptonicaBoxDeleter>;

/// In dots per inch; 0 where it is unknown, which pixSetResolution() would ignore.
inline void set_resolution(Pix& pix, int x, int y) noexcept {
  pixSetXRes(&pix, x);
  pixSetYRes(&pix, y);
}

/// A pixel of a 32-bit picture; each colour is 0 to 255.
inline std::uint32_t rgb_pixel(std::uint32_t red, std::uint32_t green, std::uint32_t blue) noexcept {
  return red << L_RED_SHIFT | green << L_GREEN_SHIFT | blue << L_BLUE_SHIFT;
}

/// One colour or gray laid over white; both are 0 to 255, an alpha of 0 being transparent.
inline std::uint32_t over_white(std::uint32_t colour, std::uint32_t alpha) noexcept {
  return (colour * alpha + 255 * (255 - alpha)) / 255;
}

}  // namespace docket::engine
