// Leptonica's pictures with an owner.
#pragma once

#include <leptonica/allheaders.h>

#include <memory>

namespace docket::engine {

struct PixDeleter {
  void operator()(Pix* pix) const noexcept { pixDestroy(&pix); }
};

/// Owns one reference to a picture. Depths used here: 1 (1 = black), 8 (0 = black),
/// 32 (red, green, blue) and, only while converting, others.
using PixPtr = std::unique_ptr<Pix, PixDeleter>;

}  // namespace docket::engine
