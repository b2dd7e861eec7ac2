// Marks of footnotes: as they stand in the text, raised, and in front of the notes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// The mark itself, without brackets and full stop: "4" for "(4)" and "4,". Empty for what is no mark: these are
/// numbers up to 999, single small letters, and stars, daggers and the like.
std::string_view note_mark(std::string_view text) noexcept;

/// Whether `mark` is a number.
bool is_note_number(std::string_view mark) noexcept;

/// The mark in front of a row.
struct NoteLead {
  std::string mark;
  std::size_t words = 0;   ///< that it is made of; text follows
  bool is_raised = false;  ///< or smaller than what follows
};

/// The mark that the row of line `at` begins with, if it does; it may be spread over several lines that stand beside
/// each other.
std::optional<NoteLead> note_lead(std::span<const Line> lines, std::size_t at);

/// Whether `word` is raised, or so small that it must be a mark, before text of `size`.
bool is_raised_before(const Word& word, float size) noexcept;

/// A raised word of the text that may refer to a note.
struct NoteReference {
  Word* word = nullptr;  ///< of the page
  float size = 0;        ///< of the text around it
  bool is_sure = false;  ///< no power of a number or variable, nor of a unit
};

/// By their marks; a word such as "1,2" stands for each of its marks.
using NoteReferences = std::map<std::string, std::vector<NoteReference>, std::less<>>;

/// Adds what is raised in `block`, whose text is of `size`.
void find_references(Block& block, float size, NoteReferences& references);

}  // namespace docket::engine
