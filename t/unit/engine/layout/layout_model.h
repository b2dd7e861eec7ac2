// Small pages for the layout tests, as a reader would give them: every character is half its size wide.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/layout/digest/document_digest.h"
#include "engine/layout/layout.h"
#include "engine/layout/reading_order.h"
#include "engine/model/document.h"
#include "engine/text/continuation.h"

namespace docket::engine::test {

/// Fonts that set_line() may be asked for, by index.
inline std::vector<Font> fonts() {
  return {{"Serif", false, false, false},
          {"Serif-Bold", true, false, false},
          {"Serif-Italic", false, true, false},
          {"Mono", false, false, true}};
}

inline constexpr std::int16_t plain = 0;
inline constexpr std::int16_t bold = 1;
inline constexpr std::int16_t italic = 2;

/// The words of `text`, set from `x0` on a baseline; a space is as wide as a character.
inline Line set_line(std::string_view text, float x0, float baseline, float size = 10, std::int16_t font = plain) {
  Line line;
  line.baseline = baseline;
  float x = x0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const float width = 0.5F * size * static_cast<float>(end);
    if (end > 0) {
      Word word;
      word.text = text.substr(0, end);
      word.box = {x, baseline - 0.8F * size, x + width, baseline + 0.2F * size};
      word.size = size;
      word.font = font;
      line.words.push_back(word);
    }
    x += width + 0.5F * size;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  line.box = line.words.front().box;
  for (const auto& word : line.words) {
    line.box = united(line.box, word.box);
  }
  return line;
}

/// A line of about `chars` characters of filler that begins with `first`, so that columns have full lines.
inline Line filler(std::string_view first, std::size_t chars, float x0, float baseline, float size = 10) {
  std::string text(first);
  while (text.size() + 5 <= chars) {
    text += " word";
  }
  text.append(chars - text.size(), 'e');
  return set_line(text, x0, baseline, size);
}

inline Page page_of(std::vector<Line> lines) {
  Page page;
  page.number = 1;
  page.width = 600;
  page.height = 800;
  page.fonts = fonts();
  page.lines = std::move(lines);
  return page;
}

inline Page page_with(std::vector<Block> blocks) {
  auto page = page_of({});
  page.blocks = std::move(blocks);
  return page;
}

inline std::string text_of_line(const Line& line) {
  std::string text;
  for (const auto& word : line.words) {
    text += (text.empty() ? "" : " ") + word.text;
  }
  return text;
}

/// The first word of every line of every region, in order.
inline std::vector<std::string> first_words(const std::vector<Region>& regions) {
  std::vector<std::string> words;
  for (const auto& region : regions) {
    for (const auto& line : region.lines) {
      words.push_back(line.words.front().text);
    }
  }
  return words;
}

/// Pages laid out and resolved as one document's.
inline std::vector<Page> resolved(std::vector<Page> pages) {
  DocumentDigest digest;
  for (auto& page : pages) {
    page = lay_out(std::move(page));
    digest.add(page);
  }
  const auto findings = digest.findings();
  for (auto& page : pages) {
    findings.apply(page);
  }
  return pages;
}

/// The headings of pages that are one document, as "level text".
inline std::vector<std::string> headings(std::vector<Page> pages) {
  std::vector<std::string> found;
  for (const auto& page : resolved(std::move(pages))) {
    for (const auto& block : page.blocks) {
      if (block.kind == BlockKind::heading) {
        found.push_back(std::to_string(block.level) + " " + text_of(block));
      }
    }
  }
  return found;
}

}  // namespace docket::engine::test
