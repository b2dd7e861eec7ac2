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

#include "engine/model/document.h"
#include "engine/text/size_histogram.h"

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

/// What of a file names headings: its outline, and the tags of its structure.
enum class NamedBy : std::uint8_t { outline = 0, tags = 1 };

/// As many depths of an outline, or of tags, are told apart; what is deeper counts as the last of them.
inline constexpr std::size_t named_depths = 8;

/// Levels for the styles of a document's headings. A value; made by HeadingDigest::levels().
class HeadingLevels {
 public:
  /// 1 … 6; 0 if candidates of this style are no headings.
  [[nodiscard]] std::int8_t level_of(const HeadingStyle& style) const;

  /// The same of a block, which the file may name; 0 if it is no heading.
  [[nodiscard]] std::int8_t level_of(const Block& block, const Page& page) const;

 private:
  friend class HeadingDigest;
  std::map<HeadingStyle, std::int8_t> levels_;
  std::array<bool, 2> believed_{};    ///< by NamedBy
  NamedBy first_ = NamedBy::outline;  ///< the one of them that names more, if both are believed
  bool depth_tells_level_ = false;    ///< false: it is only told which are headings
  std::array<std::int8_t, named_depths> depth_levels_{};
  std::int8_t usual_level_ = 1;        ///< of what is named and of which nothing tells the level
  std::optional<HeadingStyle> title_;  ///< of the document's title, where it is named beside the chapters
};

/// Counts sizes, weights and candidates over a document's pages, and what the file names of them. Its size depends
/// on the number of styles, which is bounded, and not on the pages.
class HeadingDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] HeadingLevels levels() const;

 private:
  static constexpr std::size_t max_styles = 1024;

  /// What is named, by depth.
  struct Named {
    std::array<std::uint32_t, named_depths> depths{};
    std::uint64_t chars = 0;

    [[nodiscard]] std::uint32_t count() const noexcept;
    /// The depth of most; nothing if they are less than half of `all`.
    [[nodiscard]] std::optional<std::size_t> depth(std::uint32_t all) const noexcept;
  };

  /// The candidates of a style, and those of them that are named.
  struct Count {
    std::uint32_t candidates = 0;
    std::array<Named, 2> named;  ///< by NamedBy

    [[nodiscard]] std::optional<std::size_t> depth(NamedBy by) const noexcept {
      return named[static_cast<std::size_t>(by)].depth(candidates);
    }
  };

  /// The sizes of most text.
  struct BodySizes {
    float text = 0;
    float recognised = 0;
  };

  [[nodiscard]] bool looks_like_heading(const HeadingStyle& style, const BodySizes& bodies) const;
  [[nodiscard]] bool believes(NamedBy by, const BodySizes& bodies) const;
  [[nodiscard]] Named all_named(NamedBy by) const;
  /// Orders the levels of `groups` of styles, the most important first, by the depths of what is named.
  void follow_depths(HeadingLevels& levels, std::span<const std::vector<HeadingStyle>> groups) const;
  [[nodiscard]] std::int8_t usual_level(const HeadingLevels& levels) const;

  SizeHistogram text_sizes_;
  SizeHistogram recognised_sizes_;
  std::uint64_t chars_ = 0;
  std::uint64_t bold_chars_ = 0;
  std::uint64_t capital_chars_ = 0;
  std::map<HeadingStyle, Count> styles_;
  std::uint64_t outline_named_ = 0;  ///< items that lead to one of the pages
  std::uint64_t outline_found_ = 0;
  std::array<Named, 2> plain_named_;  ///< by NamedBy: what does not look like a heading
};

/// Gives the page's heading candidates their levels; those that are none become paragraphs.
void resolve_headings(Page& page, const HeadingLevels& levels);

}  // namespace docket::engine
