// What footnotes are called in results: each by a label that is the document's only one.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Stands for a footnote of a document, and for its label. 0: no footnote.
using NoteId = std::uint32_t;

/// Its label: the note's own number, or else "7-2" for the second note of the seventh page.
std::string label_of(NoteId note);

/// Gives labels to the notes of page after page. Notes keep their numbers unless these start again from page to page or
/// by chapter. Owned by a writer; its size does not depend on the pages.
class NoteLabels {
 public:
  /// Goes on to the next page.
  void begin_page(const Page& page);

  /// The note of the page that has this mark; 0 for none.
  [[nodiscard]] NoteId note(std::string_view mark) const noexcept;

 private:
  static constexpr std::size_t numbers = 1000;

  std::bitset<numbers> used_;
  std::uint32_t pages_ = 0;
  std::vector<std::pair<std::string, NoteId>> notes_;  ///< of the page, by mark
};

}  // namespace docket::engine
