// Headings of a whole document: which styles are headings and which level each has can only be told once all pages
// have been seen. The digest is what is remembered of them.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "engine/document.h"
#include "engine/size_histogram.h"

namespace docket::engine {

/// What heading candidates are told apart by.
struct HeadingStyle {
  std::uint16_t size = 0;  ///< quarter points
  bool bold = false;
  bool italic = false;
  bool capitals = false;
  bool recognised = false;   ///< from a recognised page: the size is rough and the weight unknown
  std::uint8_t numbers = 0;  ///< parts of its number: 2 for "2.1"

  friend bool operator<(const HeadingStyle& a, const HeadingStyle& b) noexcept {
    const auto all = [](const HeadingStyle& one) {
      return std::tuple(one.size, one.bold, one.italic, one.capitals, one.recognised, one.numbers);
    };
    return all(a) < all(b);
  }
};

/// What kind of heading candidate a block is.
HeadingStyle heading_style(const Block& block, const Page& page);

/// Levels for the styles of a document's headings. A value; made by HeadingDigest::levels().
class HeadingLevels {
 public:
  /// 1 … 6; 0 if candidates of this style are no headings.
  [[nodiscard]] std::int8_t level_of(const HeadingStyle& style) const;

 private:
  friend class HeadingDigest;
  std::map<HeadingStyle, std::int8_t> levels_;
};

/// Counts sizes, weights and candidates over a document's pages. Its size depends on the number of styles, which is
/// bounded, and not on the pages.
class HeadingDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] HeadingLevels levels() const;

 private:
  static constexpr std::size_t max_styles = 1024;

  [[nodiscard]] bool is_heading(const HeadingStyle& style, float body) const;

  SizeHistogram text_sizes_;
  SizeHistogram recognised_sizes_;
  std::uint64_t chars_ = 0;
  std::uint64_t bold_chars_ = 0;
  std::uint64_t capital_chars_ = 0;
  std::map<HeadingStyle, std::uint32_t> styles_;
};

/// Gives the page's heading candidates their levels; those that are none become paragraphs.
void resolve_headings(Page& page, const HeadingLevels& levels);

}  // namespace docket::engine
