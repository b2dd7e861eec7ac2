// The levels of a document's headings: by their styles, and by what the file names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "engine/model/document.h"

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

constexpr std::size_t index_of(NamedBy by) noexcept {
  return static_cast<std::size_t>(by);
}

/// The highest level of headings that results have.
inline constexpr int max_level = 6;

/// As many depths of an outline, or of tags, are told apart; what is deeper counts as the last of them.
inline constexpr std::size_t named_depths = 8;

/// The depth by which the block is named; nothing if it is not.
std::optional<std::size_t> depth_of(const Block& block, NamedBy by) noexcept;

/// Levels for the styles of a document's headings. A value; made by HeadingDigest::levels().
struct HeadingLevels {
  std::map<HeadingStyle, std::int8_t> levels;
  std::array<bool, 2> believed{};    ///< by NamedBy
  NamedBy first = NamedBy::outline;  ///< the one of them that names more, if both are believed
  bool depth_tells_level = false;    ///< false: it is only told which are headings
  std::array<std::int8_t, named_depths> depth_levels{};
  std::int8_t usual_level = 1;        ///< of what is named and of which nothing tells the level
  std::optional<HeadingStyle> title;  ///< of the document's title, where it is named beside the chapters

  /// 1 … 6; 0 if candidates of this style are no headings.
  [[nodiscard]] std::int8_t level_of(const HeadingStyle& style) const;

  /// The same of a block, which the file may name; 0 if it is no heading.
  [[nodiscard]] std::int8_t level_of(const Block& block, const Page& page) const;
};

/// Gives the page's heading candidates their levels; those that are not headings become paragraphs.
void resolve_headings(Page& page, const HeadingLevels& levels);

}  // namespace docket::engine
