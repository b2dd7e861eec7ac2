// Who does a document's pages: this child at once, or several in ranges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/progress.h"
#include "engine/reader.h"

namespace docket::engine {

/// Most text pages that a range has, and that a probe does itself.
inline constexpr std::uint32_t range_of_text_pages = 32;

/// Whether a document is so small that handing it out costs more than doing it: up to range_of_text_pages pages of
/// text, or one page of any kind.
bool is_small(std::span<const PageClass> pages) noexcept;

/// Consecutive ranges that cover pages 1 … pages.size(), none longer than `range_of_text_pages`: a scanned page is a
/// range of its own, neighbouring pages of text are divided evenly. Where that makes more than `most` ranges, all
/// pages are divided evenly into `most`.
std::vector<PageRange> plan_ranges(std::span<const PageClass> pages, std::size_t most);

}  // namespace docket::engine
