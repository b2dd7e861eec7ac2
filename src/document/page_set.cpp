#include "document/page_set.h"

#include <algorithm>
#include <charconv>

namespace docket {
namespace {

constexpr std::uint32_t no_end = UINT32_MAX;

/// Takes a number off the front of `text`; nothing if there is none, or it is 0 or as large as no_end.
std::optional<std::uint32_t> take_number(std::string_view& text) noexcept {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number == 0 || number == no_end) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

void skip_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::optional<PageRange> take_range(std::string_view& text) noexcept {
  skip_blanks(text);
  const auto first = take_number(text);
  skip_blanks(text);
  if (!first || !text.starts_with('-')) {
    return first ? std::optional(PageRange{*first, *first}) : std::nullopt;
  }
  text.remove_prefix(1);
  skip_blanks(text);
  if (text.empty() || text.front() == ',') {
    return PageRange{*first, no_end};
  }
  const auto last = take_number(text);
  skip_blanks(text);
  return last && *last >= *first ? std::optional(PageRange{*first, *last}) : std::nullopt;
}

}  // namespace

std::optional<PageSet> PageSet::parse(std::string_view text) {
  PageSet set;
  if (text.empty()) {
    return set;
  }
  if (text.size() > max_text) {
    return std::nullopt;
  }
  std::vector<PageRange> ranges;
  for (;;) {
    const auto range = take_range(text);
    if (!range || (!text.empty() && text.front() != ',')) {
      return std::nullopt;
    }
    ranges.push_back(*range);
    if (text.empty()) {
      break;
    }
    text.remove_prefix(1);
  }
  std::ranges::sort(ranges, {}, &PageRange::first);
  for (const auto& range : ranges) {
    if (auto& kept = set.ranges_;
        !kept.empty() && (kept.back().last == no_end || range.first <= kept.back().last + 1)) {
      kept.back().last = std::max(kept.back().last, range.last);
    } else {
      kept.push_back(range);
    }
  }
  return set;
}

std::uint32_t PageSet::count_within(std::uint32_t total) const noexcept {
  if (is_all()) {
    return total;
  }
  std::uint32_t count = 0;
  for (const auto& range : ranges_) {
    if (range.first <= total) {
      count += std::min(range.last, total) - range.first + 1;
    }
  }
  return count;
}

std::uint32_t PageSet::page_at(std::uint32_t nth) const noexcept {
  if (is_all() || nth == 0) {
    return nth;
  }
  auto left = nth - 1;
  for (const auto& range : ranges_) {
    const auto beyond_first = range.last - range.first;
    if (left <= beyond_first) {
      return range.first + left;
    }
    left -= beyond_first + 1;
  }
  return no_end;
}

std::string PageSet::text() const {
  std::string text;
  for (const auto& range : ranges_) {
    text += text.empty() ? "" : ",";
    text += std::to_string(range.first);
    if (range.last != range.first) {
      text += '-';
      text += range.last == no_end ? "" : std::to_string(range.last);
    }
  }
  return text;
}

}  // namespace docket
