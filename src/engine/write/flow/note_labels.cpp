#include "engine/write/flow/note_labels.h"

#include <algorithm>
#include <charconv>

#include "engine/layout/blocks/note_marks.h"

namespace docket::engine {
namespace {

constexpr NoteId first_by_page = 1024;  ///< smaller ones are numbers
constexpr NoteId most_on_page = 256;

}  // namespace

std::string label_of(NoteId note) {
  if (note < first_by_page) {
    return std::to_string(note);
  }
  const auto position = note - first_by_page;
  return std::to_string(position / most_on_page) + "-" + std::to_string(position % most_on_page);
}

void NoteLabels::begin_page(const Page& page) {
  ++pages_;
  notes_.clear();
  for (const auto& block : page.blocks) {
    if (block.kind != BlockKind::footnote || block.marker.empty() || notes_.size() + 1 >= most_on_page) {
      continue;
    }
    std::uint32_t number = 0;
    if (is_note_number(block.marker)) {
      std::from_chars(block.marker.data(), block.marker.data() + block.marker.size(), number);
    }
    if (number > 0 && number < numbers && !used_.test(number)) {
      used_.set(number);
      notes_.emplace_back(block.marker, number);
    } else {
      const auto position = pages_ * most_on_page + static_cast<NoteId>(notes_.size()) + 1;
      notes_.emplace_back(block.marker, first_by_page + position);
    }
  }
}

NoteId NoteLabels::note(std::string_view mark) const noexcept {
  const auto found = std::ranges::find(notes_, mark, [](const auto& note) { return std::string_view(note.first); });
  return found == notes_.end() ? 0 : found->second;
}

}  // namespace docket::engine
