#include "engine/plan.h"

#include <algorithm>

namespace docket::engine {
namespace {

// Pages beyond are not looked at one by one when the work is divided: telling their kind costs time, too.
constexpr std::uint32_t most_classified = 2000;

constexpr std::size_t samples = 4;

/// What is wrong with a page is told when its turn comes.
bool needs_recognition(DocumentReader& reader, std::uint32_t page) {
  const auto text = reader.read_text(page);
  return text && !*text;
}

void look_at(DocumentReader& reader, std::vector<PageClass>& pages, std::size_t first) {
  for (auto at = first; at < pages.size(); ++at) {
    if (pages[at] == PageClass::text && needs_recognition(reader, static_cast<std::uint32_t>(at + 1))) {
      pages[at] = PageClass::scan;
    }
  }
}

/// Divides `count` pages from `first` on into `parts` ranges whose lengths differ by one at most.
void divide(std::vector<PageRange>& ranges, std::size_t first, std::size_t count, std::size_t parts) {
  for (std::size_t part = 0; part < parts; ++part) {
    const auto from = first + count * part / parts;
    const auto to = first + count * (part + 1) / parts;
    ranges.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - 1)});
  }
}

}  // namespace

std::vector<PageClass> classify_pages(DocumentReader& reader, OcrMode ocr) {
  std::vector<PageClass> pages(reader.page_count(), ocr == OcrMode::force ? PageClass::scan : PageClass::text);
  if (ocr != OcrMode::automatic) {
    return pages;
  }
  const auto looked_at = std::min(reader.page_count(), most_classified);
  for (std::uint32_t page = 1; page <= looked_at; ++page) {
    pages[page - 1] = reader.classify(page);
  }
  if (std::ranges::find(pages, PageClass::scan) != pages.end()) {
    std::fill(pages.begin() + looked_at, pages.end(), PageClass::scan);
  }
  return pages;
}

std::vector<PageClass> look_closer(DocumentReader& reader, std::vector<PageClass> pages, std::uint32_t found) {
  pages[found - 1] = PageClass::scan;
  look_at(reader, pages, found);
  return pages;
}

std::vector<PageClass> look_at_samples(DocumentReader& reader, std::vector<PageClass> pages) {
  std::vector<std::uint32_t> texts;
  for (std::uint32_t page = 1; page <= pages.size(); ++page) {
    if (pages[page - 1] == PageClass::text) {
      texts.push_back(page);
    }
  }
  for (std::size_t i = 0; i < samples && !texts.empty(); ++i) {
    if (needs_recognition(reader, texts[texts.size() * (2 * i + 1) / (2 * samples)])) {
      look_at(reader, pages, 0);
      break;
    }
  }
  return pages;
}

bool is_small(std::span<const PageClass> pages) noexcept {
  return pages.size() == 1 || (pages.size() <= range_of_text_pages &&
                               std::ranges::all_of(pages, [](PageClass page) { return page == PageClass::text; }));
}

std::vector<PageRange> plan_ranges(std::span<const PageClass> pages, std::size_t most) {
  std::vector<PageRange> ranges;
  for (std::size_t at = 0; at < pages.size();) {
    if (pages[at] == PageClass::scan) {
      divide(ranges, at + 1, 1, 1);
      ++at;
      continue;
    }
    const auto rest = pages.subspan(at);
    const auto count = static_cast<std::size_t>(std::ranges::find(rest, PageClass::scan) - rest.begin());
    divide(ranges, at + 1, count, (count + range_of_text_pages - 1) / range_of_text_pages);
    at += count;
  }
  if (ranges.size() > most) {
    ranges.clear();
    divide(ranges, 1, pages.size(), most);
  }
  return ranges;
}

std::vector<PageRange> scanned_ranges(std::span<const PageClass> pages, std::size_t most) {
  std::vector<PageRange> ranges;
  for (std::uint32_t page = 1; page <= pages.size(); ++page) {
    if (pages[page - 1] != PageClass::scan) {
      continue;
    }
    if (!ranges.empty() && (ranges.back().last + 1 == page || ranges.size() == most)) {
      ranges.back().last = page;
    } else {
      ranges.push_back({page, page});
    }
  }
  return ranges;
}

}  // namespace docket::engine
