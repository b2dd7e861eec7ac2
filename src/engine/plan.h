// Who does a document's pages: this child at once, or several in ranges; and which of them take their time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "document/page_set.h"
#include "engine/model/reader.h"

namespace docket::engine {

/// Most text pages that a range has, and that a probe does itself.
inline constexpr std::uint32_t range_of_text_pages = 32;

/// What each page probably needs. Not every page is looked at where there are very many: then the rest are taken for
/// scans if any was one, which divides them finely.
std::vector<PageClass> classify_pages(DocumentReader& reader, OcrMode ocr);

/// The same once page `found` (1-based), guessed to be text, has turned out to need recognition: it is a scan then, and
/// so are those behind it that do as well. These are read for it.
std::vector<PageClass> look_closer(DocumentReader& reader, std::vector<PageClass> pages, std::uint32_t found);

/// The same after a look at a few of those that are guessed to be text, or, where one of these needs recognition, at
/// all: scans with a stamp in text on them, or text that means nothing, are mostly a whole document's.
std::vector<PageClass> look_at_samples(DocumentReader& reader, std::vector<PageClass> pages);

/// Whether a document is so small that handing it out costs more than doing it: up to range_of_text_pages pages of
/// text, or one page of any kind.
bool is_small(std::span<const PageClass> pages) noexcept;

/// Consecutive ranges that cover pages 1 … pages.size(), none longer than `range_of_text_pages`: a scanned page is a
/// range of its own, neighbouring pages of text are divided evenly. Where that makes more than `most` ranges, all
/// pages are divided evenly into `most`.
std::vector<PageRange> plan_ranges(std::span<const PageClass> pages, std::size_t most);

/// The ranges of neighbouring pages that are scanned. Where there are more than `most`, those beyond are taken for one
/// that reaches to the last page.
std::vector<PageRange> scanned_ranges(std::span<const PageClass> pages, std::size_t most);

}  // namespace docket::engine
