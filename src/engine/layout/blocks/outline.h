// Headings as a document's outline names them.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/document.h"

namespace docket::engine {

/// A title as it is compared: what is left of "2.1 Titel – der zweite" are the number and the small letters.
struct TitleKey {
  std::string number;   ///< its parts, as "2.1"; empty without one
  std::string letters;  ///< letters and digits, small, without spaces and signs

  /// Whether both are the same title: a number that only one of them has does not count.
  [[nodiscard]] bool matches(const TitleKey& other) const noexcept {
    return letters == other.letters && (number == other.number || number.empty() || other.number.empty());
  }
};

TitleKey title_key(std::string_view title);

/// Whether an item's title may be that of a heading at all: "Page 3", "slide 12" and names of files are not.
bool is_heading_title(std::string_view title);

/// Finds the blocks that the items of Page::outline name, gives them their depth (Block::outline) and counts them
/// (Page::outlined); Page::outline is empty afterwards. An item that leads to the page may name text that does not look
/// like a heading; the others only confirm heading candidates. Whether the outline is believed, the document decides.
void mark_outlined(Page& page);

}  // namespace docket::engine
