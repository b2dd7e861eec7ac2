#include "engine/write/flow/inline_spans.h"

#include "base/utf8.h"

namespace docket::engine {
namespace {

/// A letter or two amid a word in a typewriter's font are no code: a ligature, say, that another font had.
void drop_code_in_words(std::string_view piece, std::vector<TextSpan>& parts) {
  constexpr std::size_t most = 4;  // bytes
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const auto begin = parts[i - 1].end;
    auto& style = parts[i].style;
    if (style.code && parts[i].end - begin <= most && !parts[i - 1].style.code && !parts[i + 1].style.code &&
        is_letter(last_char(piece.substr(0, begin)).code) && !is_punctuation(first_char(piece.substr(begin)).code) &&
        is_letter(first_char(piece.substr(parts[i].end)).code)) {
      const auto script = style.script;
      style = parts[i - 1].style;
      style.script = script;
    }
  }
}

/// A full stop after a link belongs neither to the link nor to its emphasis.
void part_from_links(std::string_view piece, std::vector<TextSpan>& parts) {
  auto& last = parts.back();
  if (last.style.link < 0) {
    return;
  }
  const auto begin = parts.size() > 1 ? parts[parts.size() - 2].end : 0;
  const auto text = piece.substr(begin, last.end - begin).find_last_not_of(".,;:");
  if (text == std::string_view::npos || begin + text + 1 == last.end) {
    return;
  }
  const TextSpan rest{last.end, {.script = last.style.script}};
  last.end = begin + text + 1;
  parts.push_back(rest);
}

}  // namespace

bool is_punctuation(char32_t c) noexcept {
  return c < 0x80 ? (c > 0x20 && !is_letter(c) && !is_digit(c)) : (!is_letter(c) && !is_digit(c));
}

TextStyle usual_style(const Block& block, const Page& page) {
  TextStyle usual;
  if (block.kind == BlockKind::heading) {
    usual = style_of(block.lines, page.fonts);
    usual.bold = true;
  }
  usual.bold = usual.bold || page.body.bold;
  usual.italic = usual.italic || page.body.italic;
  usual.monospace = usual.monospace || page.body.monospace;
  return usual;
}

TextStyle usual_style(const Cell& cell, const Page& page) {
  auto usual = style_of(cell.lines, page.fonts);
  usual.monospace = page.body.monospace || !has_letters(cell);
  return usual;
}

SpanStyle span_style_of(const Word& word, std::span<const Font> fonts, const TextStyle& usual) noexcept {
  SpanStyle style{.script = word.script, .link = word.link};
  if (const auto* font = font_of(word, fonts)) {
    style.code = font->monospace && !usual.monospace && word.link < 0;
    style.bold = font->bold && !usual.bold && !style.code;
    style.italic = font->italic && !usual.italic && !style.code;
  }
  return style;
}

void part_piece(std::string_view piece, std::span<const TextSpan> spans, std::vector<TextSpan>& parts) {
  parts.assign(spans.begin(), spans.end());
  if (parts.empty()) {
    parts.push_back({piece.size(), {}});
  }
  part_from_links(piece, parts);
  drop_code_in_words(piece, parts);
}

}  // namespace docket::engine
