// Where a block stands, as attributes of its element.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/model/document.h"

namespace docket::engine {

/// Appends ` data-page="3" data-box="72 90.5 301 112"`: the page from 1 within its file, the box in points from the
/// page's top left corner, as in json.
void append_place(std::string& out, const Page& page, const Box& box);

/// Appends ` dir="rtl"` if `lines` are to be read from right to left.
void append_direction(std::string& out, std::span<const Line> lines);

/// Appends the start of a block's element with all that: `<p data-page=…>`.
void append_start(std::string& out, std::string_view element, const Page& page, const Block& block);

}  // namespace docket::engine
