// Characters as a PDF page draws them, for the tests of words and lines: each is half its size wide.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "engine/pdf/text/pdf_glyphs.h"
#include "engine/pdf/text/pdf_lines.h"
#include "engine/pdf/text/pdf_words.h"

namespace docket::engine::test {

/// Sets characters one after the other.
class GlyphSetter {
 public:
  /// From the next character on.
  GlyphSetter& style(const GlyphStyle& style) {
    page_.styles.push_back(style);
    return *this;
  }
  GlyphSetter& size(float size) { return style(style_of(size)); }

  GlyphSetter& at(float along, float base) {
    along_ = along;
    base_ = base;
    return *this;
  }

  /// All of them with `spacing` between.
  GlyphSetter& set(std::string_view text, float spacing = 0) {
    while (!text.empty()) {
      const auto next = first_char(text);
      text.remove_prefix(next.length);
      add(next.code, page_.styles.back().size / 2);
      along_ += spacing;
    }
    return *this;
  }

  GlyphSetter& add(char32_t code, float width) {
    page_.glyphs.push_back({.start = along_,
                            .end = along_ + width,
                            .base = base_,
                            .code = code,
                            .style = static_cast<std::uint32_t>(page_.styles.size() - 1),
                            .position = static_cast<std::int32_t>(page_.glyphs.size())});
    along_ += width;
    return *this;
  }

  [[nodiscard]] PageGlyphs page() const { return page_; }

  static GlyphStyle style_of(float size) { return {.font = 0, .size = size, .ascent = 0.75F, .descent = -0.25F}; }

 private:
  PageGlyphs page_{.glyphs = {}, .styles = {style_of(10)}};
  float along_ = 0;
  float base_ = 0;
};

inline std::string text_of(const PageGlyphs& page, const GlyphWord& word) {
  std::string text;
  for (auto at = word.first; at < word.end; ++at) {
    append_char(text, char32_t{page.glyphs[at].code});
  }
  return text;
}

inline std::vector<std::string> words_of(PageGlyphs page) {
  std::vector<std::string> texts;
  for (const auto& word : make_words(page)) {
    texts.push_back(text_of(page, word));
  }
  return texts;
}

/// Each line with its words, and spaces where they are.
inline std::vector<std::string> lines_of(PageGlyphs page) {
  const auto made = make_lines(make_words(page), page);
  std::vector<std::string> texts;
  for (const auto& line : made.lines) {
    auto& text = texts.emplace_back();
    for (auto at = line.first; at < line.end; ++at) {
      text += text_of(page, made.words[at]);
      text += made.words[at].space_after && at + 1 < line.end ? " " : at + 1 < line.end ? "|" : "";
    }
  }
  return texts;
}

/// The group of each line.
inline std::vector<std::uint32_t> groups_of(PageGlyphs page) {
  const auto made = make_lines(make_words(page), page);
  std::vector<std::uint32_t> groups;
  for (const auto& line : made.lines) {
    groups.push_back(line.group);
  }
  return groups;
}

}  // namespace docket::engine::test
