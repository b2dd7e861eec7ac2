#include "engine/layout/blocks/note_marks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr float raised_size = 0.9F;       ///< of the text behind: a mark is smaller
constexpr std::size_t longest_mark = 12;  ///< bytes, brackets included

bool is_letter_mark(std::string_view text) noexcept {
  return text.size() == 1 && text.front() >= 'a' && text.front() <= 'z';
}

bool is_sign(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 15> signs{"*",  "**", "***", "†", "‡",  "††", "‡‡", "§",
                                                          "§§", "¶",  "¶¶",  "∗", "∗∗", "⋆",  "#"};
  return std::ranges::find(signs, text) != signs.end();
}

/// Whether what is raised behind `text` refers to a note rather than being a power, or a unit's.
bool refers_behind(std::string_view text, std::string_view mark) noexcept {
  static constexpr std::array<std::string_view, 8> units{"km", "cm", "mm", "dm", "nm", "ft", "in", "mi"};
  if (is_sign(mark)) {
    return true;
  }
  const auto end = last_char(text).code;
  if (is_digit(end)) {
    return false;
  }
  if (!is_letter(end)) {
    return is_note_number(mark) ? end != U'(' && end != U'=' : end == U'.' || end == U',' || end == U';';
  }
  if (is_spaceless(end)) {
    return true;
  }
  std::size_t letters = 0;
  auto rest = text;
  for (auto c = last_char(rest); c.length != 0 && is_letter(c.code); c = last_char(rest)) {
    rest.remove_suffix(c.length);
    ++letters;
  }
  return letters >= 3 ||
         (letters == 2 && is_note_number(mark) && std::ranges::find(units, text.substr(rest.size())) == units.end());
}

}  // namespace

bool is_note_number(std::string_view mark) noexcept {
  return !mark.empty() && mark.size() <= 3 && mark.front() != '0' &&
         std::ranges::all_of(mark, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view note_mark(std::string_view text) noexcept {
  const auto first = text.find_first_not_of("([");
  if (first == std::string_view::npos) {
    return {};
  }
  text = text.substr(first, text.find_last_not_of(")].,;:") + 1 - first);
  return is_note_number(text) || is_letter_mark(text) || is_sign(text) ? text : std::string_view();
}

bool is_raised_before(const Word& word, float size) noexcept {
  return word.script == Script::superscript || size_of(word) <= raised_size * size;
}

std::optional<NoteLead> note_lead(std::span<const Line> lines, std::size_t at) {
  NoteLead lead;
  std::string text;
  const Word* mark = nullptr;
  for (auto i = at; i < lines.size() && (i == at || !begins_row(lines, i)); ++i) {
    for (const auto& word : lines[i].words) {
      if (mark != nullptr && !lead.mark.empty()) {
        lead.is_raised = is_raised_before(*mark, size_of(word));
        return lead;
      }
      text += word.text;
      ++lead.words;
      if (text.size() > longest_mark) {
        return std::nullopt;
      }
      if (!note_mark(word.text).empty()) {
        mark = &word;
      }
      const bool is_open = text.starts_with('(') && !text.ends_with(')');
      if (is_open) {
        continue;
      }
      if (mark == nullptr || note_mark(text).empty()) {
        return std::nullopt;
      }
      lead.mark = note_mark(text);
    }
  }
  return std::nullopt;
}

void find_references(Block& block, float size, NoteReferences& references) {
  const Word* last = nullptr;
  for (auto& line : block.lines) {
    for (auto& word : line.words) {
      if (word.script == Script::superscript && last != nullptr && last->script == Script::normal) {
        for (std::string_view rest = word.text; !rest.empty();) {
          const auto end = std::min(rest.find(','), rest.size() - 1) + 1;
          if (const auto mark = note_mark(rest.substr(0, end)); !mark.empty()) {
            references[std::string(mark)].push_back({&word, size, refers_behind(last->text, mark)});
          }
          rest.remove_prefix(end);
        }
      }
      last = &word;
    }
  }
}

}  // namespace docket::engine
