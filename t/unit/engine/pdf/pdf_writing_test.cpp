// PDFs whose text is vertical or right-to-left, from the file to Markdown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "document/media_type.h"
#include "engine/layout/layout.h"
#include "engine/page_results.h"
#include "engine/pdf/readers_documents.h"
#include "engine/render_options.h"

namespace docket::engine::readers_test {
namespace {

const auto text_only = with(&ReadOptions::ocr, OcrMode::off);

std::string hex(std::u32string_view text) {
  std::string digits;
  for (const auto c : text) {
    std::array<char, 9> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04X", static_cast<unsigned>(c));
    digits += buffer.data();
  }
  return digits;
}

/// A font without glyphs whose codes are Unicode's, of the Basic Multilingual Plane. `glyph` (code and characters) has
/// others.
std::string unicode_font(PdfMaker& maker, const std::string& encoding, std::u32string_view characters,
                         const std::pair<char32_t, std::u32string_view>& glyph = {}) {
  std::string map =
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def /CMapType 2 def 1 "
      "begincodespacerange <0000> <ffff> endcodespacerange ";
  for (const auto c : characters) {
    if (c != glyph.first) {
      map += "1 beginbfchar <" + hex({&c, 1}) + "> <" + hex({&c, 1}) + "> endbfchar ";
    }
  }
  if (!glyph.second.empty()) {
    map += "1 beginbfchar <" + hex({&glyph.first, 1}) + "> <" + hex(glyph.second) + "> endbfchar ";
  }
  const auto number = std::to_string(maker.add_stream(map + "endcmap end end"));
  return "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /" + encoding +
         " /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 1000 /CIDSystemInfo << "
         "/Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] /ToUnicode " +
         number + " 0 R >>";
}

std::string resources(const std::string& fonts) {
  return "/Resources << /Font << " + fonts + " /H << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";
}

std::string shown(const std::string& font, int x, int y, std::u32string_view text, int size = 12) {
  return "BT /" + font + " " + std::to_string(size) + " Tf " + std::to_string(x) + " " + std::to_string(y) + " Td <" +
         hex(text) + "> Tj ET\n";
}

std::string markdown_of(const Page& page) {
  RenderOptions options;
  options.formats.add(Format::markdown);
  return render_page(resolve_alone(page), options).at(0).bytes;
}

TEST(PdfWriting, ColumnsOfAVerticalFontRunDownwards) {
  constexpr std::u32string_view first = U"︵春はあけぼの︶︑やうやう白くなりゆく山ぎは";
  constexpr std::u32string_view second = U"すこしあかりて紫だちたる雲の細くたなびきたる。";
  PdfMaker maker;
  const auto font = unicode_font(maker, "Identity-V", std::u32string(first) + std::u32string(second));
  // The second column first: the order of the file says nothing.
  maker.add_page(shown("V", 484, 700, second) + shown("V", 500, 700, first) +
                     "BT /H 12 Tf 300 30 Td (7) Tj ET BT /H 12 Tf 60 760 Td (A level line above them) Tj ET",
                 resources("/V " + font));
  const auto page = read_first(maker.finish(), MediaType::pdf, text_only);
  ASSERT_EQ(page.lines.size(), 4U);
  EXPECT_EQ(std::ranges::count(page.lines, WritingMode::vertical, &Line::writing_mode), 2);
  EXPECT_EQ(markdown_of(lay_out(page)),
            "A level line above them\n\n"
            "（春はあけぼの）、やうやう白くなりゆく山ぎはすこしあかりて紫だちたる雲の細くたなびきたる。\n");
}

TEST(PdfWriting, LevelFontsRunAsEver) {
  PdfMaker maker;
  const auto font = unicode_font(maker, "Identity-H", U"日本語");
  maker.add_page(shown("V", 72, 700, U"日本語"), resources("/V " + font));
  const auto page = read_first(maker.finish(), MediaType::pdf, text_only);
  ASSERT_EQ(page.lines.size(), 1U);
  EXPECT_EQ(page.lines[0].writing_mode, WritingMode::ltr);
  EXPECT_EQ(text_of(page), "日本語\n");
}

TEST(PdfWriting, LettersOfOneGlyphStayInTheirOrder) {
  // "سلام" in visual order, its lam and alef being one glyph.
  PdfMaker maker;
  const auto font = unicode_font(maker, "Identity-H", U"سم", {U'\uE000', U"لا"});
  maker.add_page(shown("A", 72, 700, U"م\uE000س"), resources("/A " + font));
  EXPECT_EQ(text_of(read_first(maker.finish(), MediaType::pdf, text_only)), "سلام\n");
}

TEST(PdfWriting, BracketsEncloseWhatTheyEnclose) {
  PdfMaker maker;
  const auto font = unicode_font(maker, "Identity-H", U"אבג()");
  // What is seen is "(גבא)": once noted as seen, once as meant.
  maker.add_page(shown("A", 72, 700, U"(גבא)") + shown("A", 72, 600, U")גבא("), resources("/A " + font));
  EXPECT_EQ(text_of(read_first(maker.finish(), MediaType::pdf, text_only)), "(אבג)\n(אבג)\n");
}

TEST(PdfWriting, LatinLinesOfALeftwardParagraphRunLeftwards) {
  PdfMaker maker;
  const auto font = unicode_font(maker, "Identity-H", U"אבג");
  // The second line has more Latin words than others: its end, on the left, and its beginning, on the right.
  std::string content;
  for (const int x : {72, 114, 156, 198}) {
    content += shown("A", x, 700, U"גבא");
  }
  content += "BT /H 12 Tf 72 686 Td (alpha beta) Tj ET " + shown("A", 133, 686, U"גבא") +
             "BT /H 12 Tf 174 686 Td (Windows 10) Tj ET";
  maker.add_page(content, resources("/A " + font));
  const auto page = lay_out(read_first(maker.finish(), MediaType::pdf, text_only));
  const auto text = markdown_of(page);
  EXPECT_THAT(text, testing::HasSubstr("אבג אבג אבג אבג"));
  EXPECT_LT(text.find("Windows 10"), text.find("alpha beta")) << text;
}

}  // namespace
}  // namespace docket::engine::readers_test
