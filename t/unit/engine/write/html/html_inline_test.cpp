// Running text in HTML: emphasis, links, and that no text becomes markup.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "engine/write/html/html_model.h"

namespace docket::engine {
namespace {

using test::bold;
using test::html_block;
using test::italic;
using test::placed;
using test::set_line;

constexpr std::int16_t mono = 3;

/// The text of a paragraph of one line, of which `change` changes words.
template <class Change>
std::string inside(std::string_view text, const Change& change, std::vector<std::string> links = {}) {
  auto block = html_block(BlockKind::paragraph, text);
  change(block.lines[0].words);
  auto page = test::page_with({block});
  page.links = std::move(links);
  auto out = test::body_of_pages({page});
  const auto begin = placed("<p@>");
  EXPECT_TRUE(out.starts_with(begin) && out.ends_with("</p>\n")) << out;
  return out.substr(begin.size(), out.size() - begin.size() - 5);
}

using Words = std::vector<Word>;

TEST(HtmlInline, EmphasisIsMarkedWhereItDiffers) {
  EXPECT_EQ(inside("a bold word and slanted code",
                   [](Words& w) {
                     w[1].font = bold;
                     w[2].font = bold;
                     w[4].font = italic;
                     w[5].font = mono;
                   }),
            "a <strong>bold word</strong> and <em>slanted</em> <code>code</code>");
}

TEST(HtmlInline, AHeadingIsNotBold) {
  auto heading = html_block(BlockKind::heading, "Bold words", 2);
  for (auto& word : heading.lines[0].words) {
    word.font = bold;
  }
  EXPECT_EQ(test::body_of({{heading}}), placed("<h2@>Bold words</h2>\n"));
}

TEST(HtmlInline, PartsOfWordsMayBeEmphasised) {
  EXPECT_EQ(inside("un believ able",
                   [](Words& w) {
                     w[0].space_after = w[1].space_after = false;
                     w[1].font = italic;
                   }),
            "un<em>believ</em>able");
}

TEST(HtmlInline, WhatIsRaisedOrLoweredIsSo) {
  EXPECT_EQ(inside("x 2 and H 2 O<",
                   [](Words& w) {
                     w[0].space_after = w[3].space_after = w[4].space_after = false;
                     w[1].script = Script::superscript;
                     w[4].script = Script::subscript;
                   }),
            "x<sup>2</sup> and H<sub>2</sub>O&lt;");
}

std::string linked(std::string uri) {
  return inside("see this page.", [](Words& w) { w[1].link = w[2].link = 0; }, {std::move(uri)});
}

TEST(HtmlInline, LinksLeadToOtherHostsAndMails) {
  EXPECT_EQ(linked("https://example.org/?a=1&b=\"2\""),
            "see <a href=\"https://example.org/?a=1&amp;b=&quot;2&quot;\">this page</a>.");
  EXPECT_EQ(linked("HTTP://example.org"), "see <a href=\"HTTP://example.org\">this page</a>.");
  EXPECT_EQ(linked("mailto:a@example.org"), "see <a href=\"mailto:a@example.org\">this page</a>.");
  EXPECT_EQ(linked("http://a b\n\x7F"), "see <a href=\"http://a%20b%0A%7F\">this page</a>.");
}

TEST(HtmlInline, OtherLinksAreTheirText) {
  for (const auto* uri :
       {"javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:x", "java\nscript:x", "data:text/html,x",
        "vbscript:x", "file:///etc/passwd", "http:status", "https:/x", "//example.org", "/status", "status",
        "ftp://example.org", "blob:https://x", "http://", "mailto:", "", "\u0001http://x", "#note-1"}) {
    EXPECT_EQ(linked(uri), "see this page.") << uri;
  }
}

TEST(HtmlInline, LinksAndEmphasisAreNested) {
  EXPECT_EQ(inside("a b c d e",
                   [](Words& w) {
                     w[1].link = w[2].link = w[3].link = 0;
                     w[2].font = w[4].font = bold;
                     w[3].font = mono;
                   },
                   {"http://x.example"}),
            "a <a href=\"http://x.example\">b <strong>c</strong> d</a> <strong>e</strong>");
}

TEST(HtmlInline, ALinkEndsWithItsPage) {
  std::vector<Page> pages;
  for (const auto* text : {"It begins,", "it ends."}) {
    auto block = html_block(BlockKind::paragraph, text);
    for (auto& word : block.lines[0].words) {
      word.link = 0;
    }
    pages.push_back(test::page_with({block}));
    pages.back().number = static_cast<std::uint32_t>(pages.size());
    pages.back().links = {"http://x.example/" + std::to_string(pages.size())};
  }
  EXPECT_EQ(test::body_of_pages(pages), placed("<p@><a href=\"http://x.example/1\">It begins</a>, "
                                               "<span@2><a href=\"http://x.example/2\">it ends</a>.</span></p>\n"));
}

TEST(HtmlInline, EmphasisDoesNotReachOverThePartOfAPage) {
  auto first = html_block(BlockKind::paragraph, "It begins,");
  auto second = html_block(BlockKind::paragraph, "it ends.");
  first.lines[0].words[1].font = second.lines[0].words[0].font = bold;
  EXPECT_EQ(test::body_of({{first}, {second}}),
            placed("<p@>It <strong>begins,</strong> <span@2><strong>it</strong> ends.</span></p>\n"));
}

// ---- Whatever stands in a document, it becomes no markup.

/// The tags of a document, each checked to be one that the writer has, with attributes as it has them.
void expect_own_tags(const std::string& html) {
  static const std::regex tag(
      "</"
      "?(p|h[1-6]|ul|ol|li|blockquote|pre|code|strong|em|sup|sub|span|aside|figure|figcaption|table|thead|tbody|tr|td|"
      "th|"
      "a|body|html|head|title|article|hr|img|meta)"
      "( (data-page|data-file|value|rowspan|colspan)=\"[0-9]+\"| data-box=\"[-0-9. ]+\"| dir=\"rtl\"| charset=\"utf-8\""
      "| name=\"referrer\"| content=\"no-referrer\"| id=\"(note|ref)-[-0-9]+\"| href=\"#(note|ref)-[-0-9]+\""
      "| href=\"(https?://|mailto:)[^\"<>]*\"| role=\"doc-[a-z]+\"| src=\"images/[^\"<>]*\"| alt=\"\"| "
      "lang=\"[^\"<>]*\")*>");
  ASSERT_TRUE(html.starts_with("<!DOCTYPE html>\n"));
  for (auto at = html.find('<', 1); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_TRUE(std::regex_match(html.begin() + static_cast<std::ptrdiff_t>(at),
                                 html.begin() + static_cast<std::ptrdiff_t>(end) + 1, tag))
        << html.substr(at, end - at + 1);
  }
  EXPECT_EQ(html.find_first_of(std::string("\0\1\v\f\r\x7F", 6)), std::string::npos);
}

TEST(HtmlInline, HostileTextStaysText) {
  using namespace std::string_literals;
  const std::vector<std::string> hostile{"</section><script>alert(1)</script>",
                                         "<img/src=x/onerror=alert(1)>",
                                         "\"onmouseover=\"alert(1)",
                                         "'><svg/onload=1>",
                                         "<!--",
                                         "-->",
                                         "]]>",
                                         "<style>*{}</style>",
                                         "</title></textarea></body></html>",
                                         "&lt;script&gt;",
                                         "&#60;b&#62;",
                                         "<\0script>"s,
                                         "\xED\xA0\x80<b>",
                                         "\uFFFF<b>\uFDD0",
                                         "<plaintext>",
                                         "{{7*7}}",
                                         "`<b>`"};
  for (const auto& text : hostile) {
    std::vector<Block> blocks;
    for (const auto kind : {BlockKind::heading, BlockKind::paragraph, BlockKind::list_item, BlockKind::quote,
                            BlockKind::code, BlockKind::caption, BlockKind::margin, BlockKind::footnote}) {
      blocks.push_back(html_block(kind, "x y", 1, kind == BlockKind::quote ? "" : text));
      for (auto& word : blocks.back().lines[0].words) {
        word.text = text;
        word.link = 0;
      }
      blocks.back().lines[0].words[1].script = Script::superscript;
    }
    auto table = html_block(BlockKind::table, "");
    table.cells.resize(2);
    table.cells[0].is_header = true;
    table.cells[1].row = 1;
    table.cells[0].lines = table.cells[1].lines = blocks[0].lines;
    blocks.push_back(table);
    auto picture = html_block(BlockKind::figure, "");
    picture.image = 0;
    blocks.push_back(picture);
    auto page = test::page_with(blocks);
    page.source = Source::recognised;
    page.images = {{.box = {}, .name = text, .identity = 0, .dpi = 0}};
    for (const auto& link : {text, "http://" + text, "javascript:" + text}) {
      page.links = {link};
      expect_own_tags(
          test::whole_html({page, page}, {.page_separator = "", .with_files = true, .title = text, .language = text}));
      expect_own_tags(test::whole_html({page, page},
                                       {.page_separator = text, .with_files = false, .title = text, .language = text}));
    }
  }
}

}  // namespace
}  // namespace docket::engine
