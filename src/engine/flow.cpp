#include "engine/flow.h"

#include <algorithm>
#include <cmath>

#include "engine/text_style.h"
#include "engine/utf8.h"

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
  return is_hyphen(hyphen.code) && is_letter(last_char(word.substr(0, word.size() - hyphen.length)).code);
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

bool goes_on(std::string_view last, std::string_view next) noexcept {
  if (last.empty() || next.empty() || ends_sentence(last)) {
    return false;
  }
  const auto end = last_char(last).code;
  const auto start = first_inside(next);
  if (is_spaceless(end) && is_spaceless(start)) {
    return true;
  }
  return is_lower(start) || ((end == U',' || ends_with_hyphen(last)) && (is_letter(start) || is_digit(start)));
}

TextEnd end_of(const Block& block) {
  if (block.lines.empty() || block.lines.back().words.empty()) {
    return {};
  }
  return {block.kind, style_of(std::span(block.lines).last(1), {}).size, block.lines.back().words.back().text};
}

bool goes_on(const TextEnd& end, const Block& next) noexcept {
  if ((end.kind != BlockKind::paragraph && end.kind != BlockKind::list_item) || next.kind != BlockKind::paragraph ||
      next.lines.empty() || next.lines.front().words.empty()) {
    return false;
  }
  // Without fonts: what differs in weight only is told apart by the words.
  const auto next_size = style_of(std::span(next.lines).first(1), {}).size;
  return std::abs(end.size - next_size) <= 0.06F * std::max(end.size, next_size) &&
         goes_on(end.word, next.lines.front().words.front().text);
}

Joint joint(std::string_view last, std::string_view next) noexcept {
  const auto end = last_char(last);
  const auto start = first_char(next).code;
  if (is_spaceless(end.code) && is_spaceless(start)) {
    return Joint::direct;
  }
  if (end.code == U'—' && last.size() > end.length) {
    return is_letter(start) ? Joint::direct : Joint::space;
  }
  if (!ends_with_hyphen(last)) {
    return Joint::space;
  }
  const auto stem = last.substr(0, last.size() - end.length);
  if (!is_lower(start)) {
    return is_letter(start) || is_digit(start) ? Joint::direct : Joint::space;
  }
  // A hyphen is the word's own where there is another one before (state-of-the-art), and in addresses.
  const bool is_compound = stem.find('-') != std::string_view::npos || stem.find("://") != std::string_view::npos ||
                           stem.find('/') != std::string_view::npos;
  return is_compound ? Joint::direct : Joint::mended;
}

std::string_view without_hyphen(std::string_view last) noexcept {
  const auto end = last_char(last);
  return is_hyphen(end.code) ? last.substr(0, last.size() - end.length) : last;
}

bool beside(const Line& line, const Line& next) noexcept {
  const float overlap = std::min(line.box.y1, next.box.y1) - std::max(line.box.y0, next.box.y0);
  return overlap > 0.5F * std::min(line.box.height(), next.box.height()) &&
         next.box.x0 >= line.box.x1 - 0.2F * line.box.height();
}

std::string text_of(const Block& block) {
  std::string text;
  WordJoiner joiner;
  const auto sink = [&text](std::string_view piece) {
    if (!text.empty()) {
      text += ' ';
    }
    text += piece;
  };
  add_block(joiner, block, sink);
  joiner.finish(sink);
  return text;
}

}  // namespace docket::engine
