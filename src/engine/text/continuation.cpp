#include "engine/text/continuation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/utf8.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

bool is_closing(char32_t c) noexcept {
  return c == U')' || c == U']' || c == U'}' || c == U'"' || c == U'\'' || c == U'’' || c == U'”' || c == U'»' ||
         c == U'›' || c == U'“';
}

bool is_opening(char32_t c) noexcept {
  return c == U'(' || c == U'[' || c == U'{' || c == U'"' || c == U'\'' || c == U'‘' || c == U'“' || c == U'„' ||
         c == U'«' || c == U'‹' || c == U'¿' || c == U'¡';
}

bool is_end_mark(char32_t c) noexcept {
  return c == U'.' || c == U'!' || c == U'?' || c == U':' || c == U';' || c == U'…' || c == U'。' || c == U'！' ||
         c == U'？' || c == U'：' || c == U'；' || c == U'؟' || c == U'।';
}

bool is_hyphen(char32_t c) noexcept {
  return c == U'-' || c == U'\u2010';
}

/// The first character that is no opening quote or bracket.
char32_t first_inside(std::string_view word) noexcept {
  auto c = first_char(word);
  while (c.length != 0 && is_opening(c.code)) {
    word.remove_prefix(c.length);
    c = first_char(word);
  }
  return c.code;
}

bool ends_with_hyphen(std::string_view word) noexcept {
  const auto hyphen = last_char(word);
  const auto before = last_char(word.substr(0, word.size() - hyphen.length)).code;
  return is_hyphen(hyphen.code) && (is_letter(before) || is_digit(before));
}

/// Whether `last` is the front of a URL that was broken behind a character that does not end one.
bool is_broken_address(std::string_view last, std::string_view next) noexcept {
  if ((last == "http:" || last == "https:") && next.starts_with("//")) {
    return true;
  }
  if (last.find("://") == std::string_view::npos && !last.starts_with("www.") && !last.starts_with("doi.org")) {
    return false;
  }
  const char end = last.back();
  const auto start = first_char(next).code;
  if (end == '.') {
    return is_digit(start) || is_lower(start);
  }
  return std::string_view("/-_=&?%#:").find(end) != std::string_view::npos &&
         (is_letter(start) || is_digit(start) || start == U'/');
}

/// A line's box as if it ran to the right: what is read later lies farther right, and below.
Box level_box(const Line& line) noexcept {
  const auto& box = line.box;
  switch (line.writing_mode) {
    case WritingMode::rtl:
      return {-box.x1, box.y0, -box.x0, box.y1};
    case WritingMode::vertical:
      return {box.y0, -box.x1, box.y1, -box.x0};
    case WritingMode::ltr:
      break;
  }
  return box;
}

/// Whether `next` joins two words of which the first leaves its end to the second: "Vor- und Nachteile". Only words
/// that are no syllables of others.
bool is_conjunction(std::string_view next) noexcept {
  static constexpr std::array<std::string_view, 7> words{"und", "oder", "bzw.", "sowie", "and", "or", "y"};
  return std::ranges::find(words, next) != words.end();
}

bool is_in_capitals(std::string_view text) noexcept {
  std::size_t letters = 0;
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    if (is_letter(c.code) && !is_upper(c.code)) {
      return false;
    }
    letters += is_letter(c.code) ? 1 : 0;
  }
  return letters > 1;
}

/// Whether `next` begins with a small word and a hyphen, as the rest of "state-of-the-art" does.
bool begins_with_small_word(std::string_view next) noexcept {
  static constexpr std::array<std::string_view, 20> words{"a",  "à",  "an", "and", "at", "au", "by",
                                                          "de", "du", "en", "in",  "la", "le", "of",
                                                          "on", "or", "t",  "the", "to", "und"};
  const auto hyphen = next.find('-');
  return hyphen != std::string_view::npos && hyphen + 1 < next.size() &&
         std::ranges::find(words, next.substr(0, hyphen)) != words.end();
}

/// Whether a word that begins with `stem` is hardly written without the hyphen behind it: single letters (e-mail,
/// x-axis), and prefixes before more than an ending (self-ish).
bool wants_hyphen(std::string_view stem, std::string_view next) noexcept {
  static constexpr std::array<std::string_view, 6> prefixes{"self", "Self", "well", "Well", "quasi", "Quasi"};
  return count_chars(stem) == 1 ||
         (count_chars(bare_word(next)) > 4 && std::ranges::find(prefixes, stem) != prefixes.end());
}

}  // namespace

bool ends_sentence(std::string_view word) noexcept {
  auto c = last_char(word);
  while (c.length != 0 && is_closing(c.code)) {
    word.remove_suffix(c.length);
    c = last_char(word);
  }
  return is_end_mark(c.code);
}

bool starts_small(std::string_view word) noexcept {
  return is_lower(first_inside(word));
}

bool continues(std::string_view last, std::string_view next) noexcept {
  if (last.empty() || next.empty() || ends_sentence(last)) {
    return false;
  }
  const auto end = last_char(last).code;
  const auto start = first_inside(next);
  const bool is_open = end == U',' || end == U'、' || end == U'，' || ends_with_hyphen(last);
  return is_lower(start) || (is_open && (is_letter(start) || is_digit(start)));
}

TextEnd end_of(const Block& block) {
  if (block.lines.empty() || block.lines.back().words.empty()) {
    return {};
  }
  const auto& last = block.lines.back();
  TextEnd end{block.kind, style_of(std::span(block.lines).last(1), {}).size, last.words.back().text, false};
  const auto last_box = level_box(last);
  float right = last_box.x1;
  for (const auto& line : block.lines) {
    const auto box = level_box(line);
    const bool is_other_column = box.x0 > last_box.x1 || box.x1 < last_box.x0;
    right = is_other_column || beside(line, last) ? right : std::max(right, box.x1);
  }
  end.is_full = block.lines.size() > 1 && last_box.x1 >= right - end.size;
  return end;
}

bool continues(const TextEnd& end, const Block& next) noexcept {
  if ((end.kind != BlockKind::paragraph && end.kind != BlockKind::list_item) || next.kind != BlockKind::paragraph ||
      next.lines.empty() || next.lines.front().words.empty()) {
    return false;
  }
  // Without fonts: what differs in weight only is told apart by the words.
  const auto next_size = style_of(std::span(next.lines).first(1), {}).size;
  const auto& word = next.lines.front().words.front().text;
  if (std::abs(end.size - next_size) > 0.06F * std::max(end.size, next_size)) {
    return false;
  }
  // A full last line without a full stop is broken off, even if the next word is a name or a number.
  const bool is_broken_off = end.is_full && end.kind == BlockKind::paragraph && next.lines.size() > 1 &&
                             !ends_sentence(end.word) && !beside(next.lines[0], next.lines[1]);
  return is_broken_off || continues(end.word, word);
}

Joint joint(std::string_view last, std::string_view next, Hyphen hyphen) noexcept {
  const auto end = last_char(last);
  const auto start = first_char(next).code;
  if (is_spaceless(end.code) && is_spaceless(start)) {
    return Joint::direct;
  }
  if ((end.code == U'—' || end.code == U'–') && last.size() > end.length) {
    return is_letter(start) || is_digit(start) ? Joint::direct : Joint::space;
  }
  if (is_broken_address(last, next)) {
    return Joint::direct;
  }
  if (!ends_with_hyphen(last)) {
    return Joint::space;
  }
  if (hyphen == Hyphen::broken && is_letter(start)) {
    return Joint::repaired;
  }
  const auto stem = last.substr(0, last.size() - end.length);
  if (!is_lower(start)) {
    if (hyphen == Hyphen::unknown && is_in_capitals(stem) && is_in_capitals(bare_word(next))) {
      return Joint::repaired;
    }
    return is_letter(start) || is_digit(start) ? Joint::direct : Joint::space;
  }
  if (is_conjunction(next)) {
    return Joint::space;
  }
  // A hyphen is the word's own behind a digit (10-fold), where there is another one before (state-of-the-art), and in
  // addresses.
  const bool is_compound = hyphen == Hyphen::own || is_digit(last_char(stem).code) ||
                           stem.find('-') != std::string_view::npos || stem.find("://") != std::string_view::npos ||
                           stem.find('/') != std::string_view::npos || begins_with_small_word(next) ||
                           wants_hyphen(bare_word(stem), next);
  return is_compound ? Joint::direct : Joint::repaired;
}

std::string_view without_hyphen(std::string_view last) noexcept {
  const auto end = last_char(last);
  return is_hyphen(end.code) ? last.substr(0, last.size() - end.length) : last;
}

bool beside(const Line& line, const Line& next) noexcept {
  if (line.writing_mode != next.writing_mode) {
    return false;
  }
  const auto a = level_box(line);
  const auto b = level_box(next);
  const float overlap = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  return overlap > 0.5F * std::min(a.height(), b.height()) && b.x0 >= a.x1 - 0.2F * a.height();
}

std::string text_of(const Block& block) {
  return text_of(std::span(block.lines));
}

std::string text_of(std::span<const Line> lines) {
  std::string text;
  WordJoiner joiner;
  const auto sink = [&text](std::string_view piece) {
    if (!text.empty()) {
      text += ' ';
    }
    text += piece;
  };
  add_lines(joiner, lines, sink);
  joiner.finish(sink);
  return text;
}

}  // namespace docket::engine
