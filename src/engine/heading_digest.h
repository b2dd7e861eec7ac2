// Headings of a whole document: which styles are headings and which level each has can only be told once all pages
// have been seen. The digest is what is remembered of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
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

  friend bool operator==(const HeadingStyle&, const HeadingStyle&) = default;
  friend bool operator<(const HeadingStyle& a, const HeadingStyle& b) noexcept {
    const auto all = [](const HeadingStyle& one) {
      return std::tuple(one.size, one.bold, one.italic, one.capitals, one.recognised, one.numbers);
    };
    return all(a) < all(b);
  }
};

/// What kind of heading candidate a block is.
HeadingStyle heading_style(const Block& block, const Page& page);

/// As many depths of an outline are told apart; what is deeper counts as the last of them.
inline constexpr std::size_t outline_depths = 8;

/// Levels for the styles of a document's headings. A value; made by HeadingDigest::levels().
class HeadingLevels {
 public:
  /// 1 … 6; 0 if candidates of this style are no headings.
  [[nodiscard]] std::int8_t level_of(const HeadingStyle& style) const;

  /// The same of a block, which the outline may name; 0 if it is no heading.
  [[nodiscard]] std::int8_t level_of(const Block& block, const Page& page) const;

 private:
  friend class HeadingDigest;
  std::map<HeadingStyle, std::int8_t> levels_;
  bool has_outline_ = false;          ///< one that is believed
  bool outline_tells_level_ = false;  ///< false: which are headings only
  std::array<std::int8_t, outline_depths> outline_levels_{};
  std::optional<HeadingStyle> title_;  ///< of the document's title, where the outline names it beside the chapters
};

/// Counts sizes, weights and candidates over a document's pages, and what the outline names of them. Its size depends
/// on the number of styles, which is bounded, and not on the pages.
class HeadingDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] HeadingLevels levels() const;

 private:
  static constexpr std::size_t max_styles = 1024;

  /// The candidates of a style, and those that the outline names by their depth.
  struct Count {
    std::uint32_t candidates = 0;
    std::array<std::uint32_t, outline_depths> named{};
    std::uint64_t named_chars = 0;

    /// The depth of most that are named; nothing if less than half of all are.
    [[nodiscard]] std::optional<std::size_t> depth() const noexcept;
  };

  /// The sizes of most text.
  struct BodySizes {
    float text = 0;
    float recognised = 0;
  };

  [[nodiscard]] bool looks_like_heading(const HeadingStyle& style, const BodySizes& bodies) const;
  [[nodiscard]] bool believes_outline(const BodySizes& bodies) const;
  [[nodiscard]] std::array<std::uint32_t, outline_depths> named_by_depth() const;
  void follow_outline(HeadingLevels& levels, std::span<const std::vector<HeadingStyle>> groups) const;
  [[nodiscard]] std::int8_t usual_level(const HeadingLevels& levels) const;

  SizeHistogram text_sizes_;
  SizeHistogram recognised_sizes_;
  std::uint64_t chars_ = 0;
  std::uint64_t bold_chars_ = 0;
  std::uint64_t capital_chars_ = 0;
  std::map<HeadingStyle, Count> styles_;
  std::uint64_t outline_named_ = 0;  ///< items that lead to one of the pages
  std::uint64_t outline_found_ = 0;
  std::uint64_t plain_named_chars_ = 0;  ///< of what is named without looking like a heading
  std::array<std::uint32_t, outline_depths> plain_named_{};
};

/// Gives the page's heading candidates their levels; those that are none become paragraphs.
void resolve_headings(Page& page, const HeadingLevels& levels);

}  // namespace docket::engine
