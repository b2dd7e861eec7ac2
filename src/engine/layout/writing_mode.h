// Text that is not written as Latin is: rows from right to left, or columns from top to bottom. The layout passes know
// rows that run to the right, one below the other, and nothing else. So a right-to-left page is put before them
// mirrored, and columns are laid out apart, turned onto their sides, where they are such rows.
#pragma once

#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Whether most words of the lines that have letters are of scripts that run right to left.
bool is_mostly_rtl(std::span<const Line> lines) noexcept;

/// Mirrors all boxes of a page, those of its blocks included, left to right. Done twice it changes nothing.
void mirror(Page& page) noexcept;

/// The same for blocks that were taken off a page of this width.
void mirror(std::vector<Block>& blocks, float width) noexcept;

/// Sets the mode of all lines of the blocks that are left-to-right as yet.
void set_writing_mode(std::vector<Block>& blocks, WritingMode mode) noexcept;

/// Takes the vertical lines off the page and lays them out: columns from right to left become rows
/// of paragraphs, headings and lists, in their reading order. Wants clean lines.
std::vector<Block> take_vertical_text(Page& page);

/// Puts those blocks among the page's. Where they are most of its text they follow what stands above them, and what
/// else stands at the page's upper and lower edge is in its margins; otherwise they come last.
void put_vertical_text(Page& page, std::vector<Block> columns);

}  // namespace docket::engine
