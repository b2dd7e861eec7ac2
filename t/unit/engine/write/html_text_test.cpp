#include "engine/write/html_text.h"

#include <gtest/gtest.h>

namespace docket::engine {
namespace {

using namespace std::string_view_literals;

std::string in_text(std::string_view text) {
  std::string out;
  append_html(out, text, HtmlContext::text);
  return out;
}

std::string in_attribute(std::string_view text) {
  std::string out;
  append_html(out, text, HtmlContext::attribute);
  return out;
}

TEST(HtmlText, WhatMeansSomethingIsAReference) {
  EXPECT_EQ(in_text("</p><script>1 < 2 && \"a\" 'b'"), "&lt;/p&gt;&lt;script&gt;1 &lt; 2 &amp;&amp; \"a\" 'b'");
  EXPECT_EQ(in_attribute("a\" onclick='x'>&"), "a&quot; onclick=&#39;x&#39;&gt;&amp;");
  EXPECT_EQ(in_text("&lt; &amp;amp;"), "&amp;lt; &amp;amp;amp;");
}

TEST(HtmlText, PlainTextStaysAsItIs) {
  EXPECT_EQ(in_text(""), "");
  EXPECT_EQ(in_text("Größe\tund\nmehr – 日本語 𝄞 ﷲ"), "Größe\tund\nmehr – 日本語 𝄞 ﷲ");
  EXPECT_EQ(in_text("\u00A0\uFFFD\uFDF0\U0010FFFD"), "\u00A0\uFFFD\uFDF0\U0010FFFD");
}

TEST(HtmlText, ControlCharactersAreReplaced) {
  EXPECT_EQ(in_text("a\0b"sv), "a\uFFFDb");
  EXPECT_EQ(in_text("\x01\x08\x0B\x0C\r\x1F\x7F"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(in_text("\u0080\u0085\u009F"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(in_attribute("a\0\u0090<"sv), "a\uFFFD\uFFFD&lt;");
}

TEST(HtmlText, NoncharactersAreReplaced) {
  EXPECT_EQ(in_text("\uFDD0.\uFDEF"), "\uFFFD.\uFFFD");
  EXPECT_EQ(in_text("\uFFFE\uFFFF"), "\uFFFD\uFFFD");
  EXPECT_EQ(in_text("\U0001FFFE.\U0010FFFF"), "\uFFFD.\uFFFD");
}

TEST(HtmlText, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(in_text("a\xED\xA0\x80z"), "a\uFFFD\uFFFD\uFFFDz");  // a surrogate
  EXPECT_EQ(in_text("\xFF<\xC3"), "\uFFFD&lt;\uFFFD");
  EXPECT_EQ(in_text("\xC0\xBCscript>"), "\uFFFD\uFFFDscript&gt;");  // < in two bytes
}

}  // namespace
}  // namespace docket::engine
