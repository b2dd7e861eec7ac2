// Pages for the tests of HTML, and what is written of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/layout/layout_model.h"
#include "engine/write/html/html.h"

namespace docket::engine::test {

inline constexpr std::string_view html_head =
    "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>document</title>\n</head>\n<body>\n";
inline constexpr std::string_view html_end = "</body>\n</html>\n";

inline Block html_block(BlockKind kind, std::string_view text, int level = 0, std::string marker = {}) {
  Block block;
  block.kind = kind;
  block.level = static_cast<std::int8_t>(level);
  block.marker = std::move(marker);
  block.box = {10, 20, 110.5F, 32.25F};
  if (!text.empty()) {
    block.lines = {set_line(text, 10, 30)};
  }
  return block;
}

/// The place of a html_block() on page `number`, as attributes.
inline std::string place(int number = 1) {
  return " data-page=\"" + std::to_string(number) + "\" data-box=\"10 20 110.5 32.25\"";
}

/// `template` with every @ put as the place on page 1, and every @2 as that on page 2 …
inline std::string placed(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '@') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] >= '2' && text[i + 1] <= '9') {
      out += place(text[++i] - '0');
    } else {
      out += place();
    }
  }
  return out;
}

inline std::string whole_html(const std::vector<Page>& pages, const WriterOptions& options = {}) {
  HtmlWriter writer(options);
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return out;
}

/// What stands in the body.
inline std::string body_of_pages(const std::vector<Page>& pages, const WriterOptions& options = {}) {
  const auto text = whole_html(pages, options);
  EXPECT_TRUE(text.starts_with(html_head) && text.ends_with(html_end)) << text;
  return text.substr(html_head.size(), text.size() - html_head.size() - html_end.size());
}

/// The same of pages with these blocks.
inline std::string body_of(const std::vector<std::vector<Block>>& pages, const WriterOptions& options = {}) {
  std::vector<Page> made;
  for (const auto& blocks : pages) {
    made.push_back(page_with(blocks));
    made.back().number = static_cast<std::uint32_t>(made.size());
  }
  return body_of_pages(made, options);
}

}  // namespace docket::engine::test
