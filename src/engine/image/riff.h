// The container of WebP (RIFF): a header, then chunks.
#pragma once

#include <cstddef>

namespace docket::engine {

constexpr std::size_t riff_header = 12;  ///< bytes: "RIFF", the length, "WEBP"
constexpr std::size_t chunk_header = 8;  ///< bytes: the chunk's name and length

}  // namespace docket::engine
