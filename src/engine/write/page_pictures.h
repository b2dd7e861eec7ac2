// Pictures that are made of pages for people: previews, and the figures taken out.
#pragma once

#include <cstdint>
#include <string>

#include "engine/model/reader.h"

namespace docket::engine {

/// A picture as a PNG file, gray where it has no colours; empty if there is no memory for it.
std::string png_of(Pix& pix);

/// The preview of page `number` of `reader`, of which `page` is the model: 100 dots to an inch, less for large sheets,
/// so that no side has more than 2000 pixels. A PNG file; empty if the page cannot be drawn.
std::string preview_of(DocumentReader& reader, std::uint32_t number, const Page& page);

/// A figure as it stands on its page, as finely as its image is stored, between 72 and 300 dots to an inch as long as
/// that makes no more than `max_pixels` pixels. A PNG file; empty if it cannot be drawn.
std::string picture_of(DocumentReader& reader, std::uint32_t number, const Page& page, const Image& image,
                       std::uint64_t max_pixels);

}  // namespace docket::engine
