// Which of a document's pages are wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

struct PageRange {
  std::uint32_t first = 1;  ///< 1-based, inclusive
  std::uint32_t last = 1;

  friend bool operator==(const PageRange&, const PageRange&) = default;
};

/// A choice of pages, the same for every document of a job. What it chooses of a document is numbered from 1 on
/// without gaps: that is the page of units, records and paths; page_at() tells the document's own number. A value.
class PageSet {
 public:
  /// Every page.
  PageSet() = default;

  /// Longest text, and most ranges: what is stored with every job.
  static constexpr std::size_t max_text = 1024;

  /// From "1-3,7,12-": numbers and ranges in any order, a range without an end going on to the last page; what is named
  /// twice counts once, and pages come in the document's order. "" is every page. Nothing for any other text (0, a
  /// range that runs backwards, more than max_text bytes).
  static std::optional<PageSet> parse(std::string_view text);

  [[nodiscard]] bool is_all() const noexcept { return ranges_.empty(); }

  /// How many of the pages of a document that has `total` of them.
  [[nodiscard]] std::uint32_t count_within(std::uint32_t total) const noexcept;

  /// The document's own number of the `nth` chosen page, 1-based. Past the last one it is a number that no document
  /// has.
  [[nodiscard]] std::uint32_t page_at(std::uint32_t nth) const noexcept;

  /// What parse() makes this set of: "1-3,7,12-"; "" for every page.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const PageSet&, const PageSet&) = default;

 private:
  std::vector<PageRange> ranges_;  // ascending, with gaps between; none means all
};

}  // namespace docket
