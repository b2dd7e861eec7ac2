// The binary form of a page: version, head, fonts, links, images, rules, fills, shapes, counts of the outline, lines,
// blocks, hidden blocks. All numbers are little-endian; a string is its length as one byte (255: four more bytes
// follow) and its bytes. What is read is checked, so that bytes of any kind give an error or a sound page.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/model/document.h"

namespace docket::engine {

/// The page as bytes with a version at the front, and back; for handing pages from ranges to assemble.
std::string encode_page(const Page& page);
Result<Page> decode_page(std::string_view bytes);

}  // namespace docket::engine
