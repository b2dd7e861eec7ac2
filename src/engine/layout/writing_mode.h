// Text that is not written as Latin is: rows from right to left, or columns from top to bottom. The layout passes know
// rows that run to the right, one below the other, and nothing else. So a page that runs leftwards is put before them
// mirrored, and columns are laid out apart, turned onto their sides, where they are such rows.
#pragma once

#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Whether most words of the lines that have letters are of scripts that run right to left.
bool runs_leftwards(std::span<const Line> lines) noexcept;

/// Mirrors all boxes of a page, those of its blocks included, left to right. Done twice it changes nothing.
void mirror(Page& page) noexcept;

/// The same for blocks that were taken off a page of this width.
void mirror(std::vector<Block>& blocks, float width) noexcept;

/// Notes on all lines of the page's blocks that run to the right as yet that they are written so.
void mark_writing(std::vector<Block>& blocks, Writing writing) noexcept;

/// Takes the lines that are written downwards off the page and lays them out: columns from right to left become rows
/// of paragraphs, headings and lists, in their reading order. Wants clean lines.
std::vector<Block> take_columns(Page& page);

/// Puts those blocks among the page's. Where they are most of its text they follow what stands above them, and what
/// else stands at the page's upper and lower edge is in its margins; otherwise they come last.
void put_columns(Page& page, std::vector<Block> columns);

}  // namespace docket::engine
