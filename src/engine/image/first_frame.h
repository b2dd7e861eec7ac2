// Animations as pictures: recognition reads the first frame, and nothing of the others is decoded.
#pragma once

#include <optional>
#include <string>

#include "engine/model/byte_view.h"

namespace docket::engine {

/// The first frame of a GIF as a GIF of its own, as large as the frame, what is transparent being white; nothing if
/// there is none.
std::optional<std::string> first_gif_frame(ByteView file);

/// The first frame of an animated WebP as a WebP of its own; nothing if the file is not animated (then it is a picture
/// already) or has no frame.
std::optional<std::string> first_webp_frame(ByteView file);

}  // namespace docket::engine
