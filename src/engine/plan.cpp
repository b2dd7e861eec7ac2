#include "engine/plan.h"

#include <algorithm>

namespace docket::engine {
namespace {

/// Divides `count` pages from `first` on into `parts` ranges whose lengths differ by one at most.
void divide(std::vector<PageRange>& ranges, std::size_t first, std::size_t count, std::size_t parts) {
  for (std::size_t part = 0; part < parts; ++part) {
    const auto from = first + count * part / parts;
    const auto to = first + count * (part + 1) / parts;
    ranges.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - 1)});
  }
}

}  // namespace

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

}  // namespace docket::engine
