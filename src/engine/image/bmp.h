// BMP pictures in all forms that Windows and OS/2 wrote. Leptonica takes the plainest ones only.
#pragma once

#include <optional>

#include "engine/image/image_size.h"
#include "engine/model/byte_view.h"
#include "engine/model/pix.h"

namespace docket::engine {

/// Nothing if the header is not one of a BMP file.
std::optional<ImageSize> bmp_size(ByteView file) noexcept;

/// Decodes to 8 bits (gray palettes) or 32 bits a pixel with the file's resolution; what is transparent is white, what
/// is missing at the end 0. nullptr for a broken header, a compression other than RLE4, RLE8 and bit fields, or where
/// memory ran out. Look at bmp_size() first: it takes what the header says.
PixPtr decode_bmp(ByteView file);

}  // namespace docket::engine
