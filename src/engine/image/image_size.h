// How large a picture will be, told by its header before anything of it is decoded.
#pragma once

#include <cstdint>
#include <optional>

#include "document/media_type.h"
#include "engine/model/byte_view.h"

namespace docket::engine {

/// In pixels; neither is 0.
struct ImageSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

/// Of a picture of any type but TIFF and JPEG 2000, which have many pages or a decoder that tells (TiffFile, Jp2File);
/// of an animation's first frame as first_gif_frame() and first_webp_frame() give it. Nothing for a broken header.
std::optional<ImageSize> image_size(MediaType type, ByteView file);

}  // namespace docket::engine
