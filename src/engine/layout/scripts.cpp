#include "engine/layout/scripts.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr float largest = 0.84F;  ///< of the line's size
constexpr float raised = 0.02F;   ///< a normal word's box ends below the baseline by a fifth of its size
constexpr float lowered = 0.21F;  ///< ems below the baseline: farther than a small word's own descent
constexpr float gap = 0.2F;       ///< ems; less is no space between a word and its mark
constexpr float apart = 0.1F;     ///< ems between the baselines of a line and of its mark …
constexpr float too_far = 0.65F;  ///< … which is another line, farther away
constexpr float away = 1.0F;      ///< ems beside a line: what is there is another cell of its row, say
constexpr std::size_t few = 3;    ///< words that a mark has

float size_of(const Line& line) noexcept {
  return style_of(std::span(&line, 1), {}).size;
}

/// Small text in a script without spaces is no mark, however short: another cell of the row, say.
bool is_never_mark(const Word& word) noexcept {
  return is_spaceless(first_char(word.text).code);
}

void mark_within(Line& line, float size) {
  for (auto& word : line.words) {
    if (size_of(word) >= largest * size || is_never_mark(word)) {
      continue;
    }
    if (word.box.y1 <= line.baseline + raised * size) {
      word.script = Script::superscript;
    } else if (word.box.y1 >= line.baseline + lowered * size) {
      word.script = Script::subscript;
    }
  }
  for (std::size_t i = 1; i < line.words.size(); ++i) {
    auto& word = line.words[i - 1];
    const auto& next = line.words[i];
    // A raised mark before a line's text is apart from it.
    const bool is_before_text = i == 1 && word.script == Script::superscript;
    if (word.script != next.script && !is_before_text) {
      word.space_after = word.space_after && next.box.x0 - word.box.x1 > gap * size;
    }
  }
}

/// Marks `line`, of `size`, if it is a mark of the line beside it.
bool mark_beside(Line& line, float size, const Line& other, float other_size) {
  const float above = other.baseline - line.baseline;
  const bool is_near = std::abs(above) > apart * other_size && std::abs(above) < too_far * other_size;
  const bool is_away = std::max(line.box.x0 - other.box.x1, other.box.x0 - line.box.x1) > away * other_size;
  if (size >= largest * other_size || !is_near || is_away || (!beside(line, other) && !beside(other, line))) {
    return false;
  }
  if (is_never_mark(line.words.front())) {
    return false;
  }
  for (auto& word : line.words) {
    word.script = above > 0 ? Script::superscript : Script::subscript;
  }
  return true;
}

}  // namespace

void mark_scripts(std::vector<Line>& lines) {
  std::vector<float> sizes;
  sizes.reserve(lines.size());
  for (auto& line : lines) {
    const float size = size_of(line);
    sizes.push_back(size);
    if (std::ranges::any_of(line.words, [&](const Word& word) { return size_of(word) < largest * size; })) {
      mark_within(line, size);
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].words.size() > few) {
      continue;
    }
    if (i == 0 || !mark_beside(lines[i], sizes[i], lines[i - 1], sizes[i - 1])) {
      static_cast<void>(i + 1 < lines.size() && mark_beside(lines[i], sizes[i], lines[i + 1], sizes[i + 1]));
    }
  }
}

}  // namespace docket::engine
