// The text layer of PDFs: words, places, fonts, order.
#include <gmock/gmock.h>

#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::FloatNear;
using testing::HasSubstr;

const ReadOptions text_only = with(&ReadOptions::ocr, OcrMode::off);

TEST(PdfText, WordsHavePlaceSizeAndFont) {
  const auto page = read_first(
      one_page("BT /F2 18 Tf 72 700 Td (Bold title) Tj ET BT /F1 10 Tf 72 600 Td (plain words) Tj ET",
               "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /F2 << /Type /Font "
               "/Subtype /Type1 /BaseFont /Courier-BoldOblique >> >> >>"),
      MediaType::pdf, text_only);
  EXPECT_EQ(page.source, Source::text);
  EXPECT_EQ(page.number, 1U);
  EXPECT_EQ(page.dpi, 0);
  EXPECT_FLOAT_EQ(page.width, 612);
  EXPECT_FLOAT_EQ(page.height, 792);
  ASSERT_EQ(text_of(page), "Bold title\nplain words\n");

  const auto title = word_of(page, "Bold");
  EXPECT_FLOAT_EQ(title.size, 18);
  EXPECT_EQ(title.confidence, -1);
  EXPECT_TRUE(title.space_after);
  EXPECT_THAT(title.box.x0, FloatNear(72, 1));
  EXPECT_THAT(title.box.x1, FloatNear(72 + 4 * 18 * 0.6F, 1));  // Courier: every letter is 0.6 wide
  ASSERT_GE(title.font, 0);
  EXPECT_EQ(page.fonts.at(static_cast<std::size_t>(title.font)),
            (Font{.name = "Courier-BoldOblique", .bold = true, .italic = true, .monospace = true}));
  EXPECT_THAT(page.lines.at(0).baseline, FloatNear(92, 0.1F));

  const auto plain = word_of(page, "words");
  EXPECT_FLOAT_EQ(plain.size, 10);
  EXPECT_EQ(page.fonts.at(static_cast<std::size_t>(plain.font)).name, "Helvetica");
  EXPECT_THAT(page.lines.at(1).baseline, FloatNear(192, 0.1F));
  EXPECT_LT(plain.box.y0, 192);
  EXPECT_GT(plain.box.y1, 192);
  EXPECT_NE(page.lines.at(0).group, page.lines.at(1).group);
}

TEST(PdfText, WordsKnowTheirLink) {
  const auto annotation = [](const std::string& box, const std::string& action) {
    return "<< /Type /Annot /Subtype /Link /Rect [" + box + "] /A " + action + " >> ";
  };
  const auto page = read_first(
      one_page("BT /F1 10 Tf 72 700 Td (see this page and that) Tj ET",
               helvetica + " /Annots [" + annotation("90 695 135 712", "<< /S /URI /URI (https://example.org/a) >>") +
                   annotation("160 695 175 712", "<< /S /URI /URI (not an\naddress) >>") +
                   annotation("70 695 85 712", "<< /S /GoTo /D [0 /Fit] >>") + "]"),
      MediaType::pdf, text_only);
  EXPECT_THAT(page.links, testing::ElementsAre("https://example.org/a"));
  EXPECT_EQ(word_of(page, "this").link, 0);
  EXPECT_EQ(word_of(page, "page").link, 0);
  EXPECT_EQ(word_of(page, "see").link, -1);
  EXPECT_EQ(word_of(page, "that").link, -1);
}

TEST(PdfText, LinksAreWhereARotatedPageShowsThem) {
  const auto page = read_first(
      one_page("BT /F1 12 Tf 0 1 -1 0 100 72 Tm (upright) Tj ET",
               helvetica + " /Rotate 90 /Annots [<< /Type /Annot /Subtype /Link /Rect [85 70 105 120] /A << /S /URI "
                           "/URI (https://example.org/) >> >>]"),
      MediaType::pdf, text_only);
  EXPECT_EQ(word_of(page, "upright").link, 0);
}

TEST(PdfText, FixedPitchIsToldFromTheWords) {
  std::string widths;
  for (int i = 32; i < 127; ++i) {
    widths += "600 ";
  }
  const auto font = [](const std::string& name, const std::string& advances) {
    return "<< /Type /Font /Subtype /TrueType /BaseFont /" + name + " /FirstChar 32 /LastChar 126 /Widths [" +
           advances + "] >>";
  };
  const auto page =
      read_first(one_page("BT /F2 10 Tf 72 700 Td (int main will minim milli) Tj ET "
                          "BT /F1 10 Tf 72 600 Td (int main will minim milli) Tj ET",
                          "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /F2 " +
                              font("Nameless", widths) + " >> >>"),
                 MediaType::pdf, text_only);
  ASSERT_EQ(page.fonts.size(), 2U);
  for (const auto& one : page.fonts) {
    EXPECT_EQ(one.monospace, one.name == "Nameless") << one.name;
  }
}

TEST(PdfText, AWordThatChangesItsLookIsTwo) {
  const auto page = read_first(
      one_page("BT 72 700 Td /F1 10 Tf (bold) Tj /F2 10 Tf (, plain) Tj ET",
               "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >> /F2 << /Type "
               "/Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"),
      MediaType::pdf, text_only);
  EXPECT_FALSE(word_of(page, "bold").space_after);
  EXPECT_NE(word_of(page, "bold").font, word_of(page, ",").font);
}

TEST(PdfText, LinesOfAParagraphShareAGroup) {
  const auto page = read_first(one_page("BT /F1 10 Tf 12 TL 72 700 Td (one two) Tj T* (three four) Tj T* (five) Tj ET"),
                               MediaType::pdf, text_only);
  ASSERT_EQ(page.lines.size(), 3U);
  EXPECT_EQ(page.lines[0].group, page.lines[2].group);
}

TEST(PdfText, RotatedPagesAreUpright) {
  // A quarter turn clockwise brings the text, which runs up the unrotated page, upright.
  const auto page = read_first(one_page("BT /F1 12 Tf 0 1 -1 0 100 72 Tm (upright) Tj ET", helvetica + " /Rotate 90"),
                               MediaType::pdf, text_only);
  EXPECT_FLOAT_EQ(page.width, 792);
  EXPECT_FLOAT_EQ(page.height, 612);
  const auto word = word_of(page, "upright");
  EXPECT_THAT(word.box.x0, FloatNear(72, 1));
  EXPECT_THAT(page.lines.at(0).baseline, FloatNear(100, 0.5F));
  EXPECT_GT(word.box.width(), word.box.height());
}

TEST(PdfText, TheCropBoxIsThePage) {
  const auto page = read_first(one_page("BT /F1 12 Tf 150 650 Td (inside) Tj ET BT /F1 12 Tf 20 20 Td (outside) Tj ET",
                                        helvetica + " /CropBox [100 500 400 700]"),
                               MediaType::pdf, text_only);
  EXPECT_FLOAT_EQ(page.width, 300);
  EXPECT_FLOAT_EQ(page.height, 200);
  EXPECT_EQ(text_of(page), "inside\n");
  EXPECT_THAT(word_of(page, "inside").box.x0, FloatNear(50, 1));
  EXPECT_THAT(page.lines.at(0).baseline, FloatNear(50, 0.5F));
}

struct Sheet {
  std::string entries;
  float x;  ///< where the hidden word begins on the baseline, as the page is shown
  float y;
};

TEST(PdfText, WhatTheCropBoxHidesIsToldApart) {
  const std::string body = "BT /F1 12 Tf 150 650 Td (inside) Tj ET BT /F1 12 Tf 30 750 Td (beyond) Tj ET";
  for (const auto& [entries, x, y] : std::vector<Sheet>{{"", -70, -50},
                                                        {" /Rotate 90", 250, -70},
                                                        {" /Rotate 180", 370, 250},
                                                        {" /Rotate -90", -50, 370},
                                                        {" /UserUnit 2", -140, -100}}) {
    auto attributes = helvetica + " /CropBox [100 500 400 700]";
    attributes += entries;
    const auto page = read_first(one_page(body, attributes), MediaType::pdf, text_only);
    EXPECT_EQ(text_of(page), "inside\n") << entries;
    ASSERT_EQ(page.hidden.size(), 1U) << entries;
    const auto& block = page.hidden[0];
    ASSERT_EQ(block.lines.size(), 1U) << entries;
    ASSERT_EQ(block.lines[0].words.size(), 1U) << entries;
    const auto& word = block.lines[0].words[0];
    EXPECT_EQ(word.text, "beyond") << entries;
    EXPECT_EQ(word.font, -1) << entries;
    // The place of the word's origin is on the edge of its box, or near it.
    constexpr float near = 8;
    EXPECT_TRUE(word.box.x0 - near < x && x < word.box.x1 + near) << entries << ": " << word.box.x0;
    EXPECT_TRUE(word.box.y0 - near < y && y < word.box.y1 + near) << entries << ": " << word.box.y0;
    EXPECT_EQ(block.box, word.box) << entries;
  }
}

TEST(PdfText, WordsAcrossTheEdgeAreOnOneSide) {
  // One stands below the upper edge and one above it, both with ink on either side; the last begins before the left
  // one.
  const auto page = read_first(one_page("BT /F1 12 Tf 150 698 Td (below) Tj ET BT /F1 12 Tf 250 701 Td (gap) Tj ET "
                                        "BT /F1 12 Tf 90 600 Td (across) Tj ET",
                                        helvetica + " /CropBox [100 500 400 700]"),
                               MediaType::pdf, text_only);
  EXPECT_THAT(text_of(page), testing::HasSubstr("below"));
  EXPECT_THAT(text_of(page), testing::HasSubstr("ross"));
  ASSERT_EQ(page.hidden.size(), 1U);
  ASSERT_EQ(page.hidden[0].lines.size(), 1U);
  EXPECT_EQ(page.hidden[0].lines[0].words[0].text, "gap");
}

TEST(PdfText, NothingIsHiddenWithoutACropBox) {
  const auto page = read_first(
      one_page("BT /F1 12 Tf 150 650 Td (inside) Tj ET BT /F1 12 Tf 30 900 Td (off the sheet) Tj ET", helvetica),
      MediaType::pdf, text_only);
  EXPECT_EQ(text_of(page), "inside\n");
  EXPECT_THAT(page.hidden, testing::IsEmpty());
}

TEST(PdfText, TextInFormsCountsAndInvisibleTextToo) {
  PdfMaker maker;
  const int form = maker.add_stream("BT /F1 12 Tf 72 700 Td (in a form) Tj ET",
                                    "/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + helvetica);
  maker.add_page("/Fm Do BT /F1 12 Tf 3 Tr 72 500 Td (unseen) Tj ET",
                 "/Resources << /XObject << /Fm " + std::to_string(form) +
                     " 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>");
  const auto page = read_first(maker.finish(), MediaType::pdf);
  EXPECT_EQ(text_of(page), "in a form\nunseen\n");
  EXPECT_EQ(page.source, Source::text);
}

// A font whose codes mean what `mapping` (bfchar lines) says.
std::string mapped_page(const std::string& mapping, const std::string& content) {
  PdfMaker maker;
  const int map = maker.add_stream(
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def /CMapType 2 def 1 "
      "begincodespacerange <00> <ff> endcodespacerange " +
      mapping + " endcmap end end");
  maker.add_page(content, "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode " +
                              std::to_string(map) + " 0 R >> >> >>");
  return maker.finish();
}

TEST(PdfText, LigaturesComeApartAndControlsVanish) {
  const auto page = read_first(mapped_page("3 beginbfchar <41> <FB01> <42> <0001> <43> <007F> endbfchar",
                                           "BT /F1 12 Tf 72 700 Td (ABlCe) Tj ET"),
                               MediaType::pdf, text_only);
  EXPECT_EQ(text_of(page), "file\n");
}

TEST(PdfText, LettersAndTheirMarksAreOneCharacterWhereThereIsOne) {
  const auto page = read_first(mapped_page("4 beginbfchar <41> <0301> <42> <0131> <43> <0308> <44> <00B2> endbfchar",
                                           "BT /F1 12 Tf 72 700 Td (cafeA naBCve qA DA aB) Tj ET"),
                               MediaType::pdf, text_only);
  EXPECT_EQ(text_of(page), "caf\u00E9 na\u00EFve q\u0301 \u00B2\u0301 a\u0131\n");
}

TEST(PdfText, RightToLeftLinesAreInLogicalOrder) {
  // Drawn from left to right: "םלוע םולש", which is read "שלום עולם".
  const auto page = read_first(mapped_page("6 beginbfchar <61> <05E9> <62> <05DC> <63> <05D5> <64> <05DD> <65> <05E2> "
                                           "<66> <05DE> endbfchar",
                                           "BT /F1 12 Tf 72 700 Td (dbce dcba) Tj ET"),
                               MediaType::pdf, text_only);
  EXPECT_EQ(text_of(page), "שלום עולם\n");
  EXPECT_GT(page.lines.at(0).words.at(0).box.x0, page.lines.at(0).words.at(1).box.x1);
}

TEST(PdfText, AReplacementTextWithBlanksIsSeveralWords) {
  const auto page =
      read_first(one_page("BT /F1 12 Tf 72 700 Td /Span << /ActualText (two words) >> BDC (xxxxxxxxx) Tj EMC ET"),
                 MediaType::pdf, text_only);
  EXPECT_EQ(text_of(page), "two words\n");
  EXPECT_LE(word_of(page, "two").box.x1, word_of(page, "words").box.x0);
}

TEST(PdfText, AnEmptyPageIsBlank) {
  const auto page = read_first(one_page(""), MediaType::pdf);
  EXPECT_EQ(page.source, Source::blank);
  EXPECT_TRUE(page.lines.empty());
}

TEST(PdfText, BrokenContentGivesWhatStandsBeforeTheDamage) {
  const auto page = read_first(one_page("BT /F1 12 Tf 72 700 Td (before) Tj ET >> ) ] <zz> 1 0 cm"), MediaType::pdf);
  EXPECT_EQ(text_of(page), "before\n");
}

TEST(PdfText, APageOfWhichNothingCanBeReadIsAnError) {
  PdfMaker maker;
  const int broken = maker.add_stream("this is no deflated stream", "/Filter /FlateDecode");
  maker.add_page("", helvetica + " /Contents " + std::to_string(broken) + " 0 R");
  maker.add_page("BT /F1 12 Tf 72 700 Td (second) Tj ET", helvetica);
  // The second /Contents in the page's dictionary counts for Poppler only if the first is not there: take it out.
  auto bytes = maker.finish();
  const auto first = bytes.find("/Contents");
  const auto second = bytes.find("/Contents", first + 1);
  ASSERT_LT(second, bytes.find("/Contents", second + 1));
  bytes.replace(first, 9, "/Ignored_");
  const auto pages = read_all(bytes, MediaType::pdf);
  ASSERT_TRUE(pages);
  ASSERT_EQ(pages->size(), 2U);
  ASSERT_FALSE(pages->at(0));
  EXPECT_EQ(pages->at(0).error().code, ErrorCode::corrupt);
  EXPECT_THAT(pages->at(0).error().detail, HasSubstr("page 1"));
  ASSERT_TRUE(pages->at(1));
  EXPECT_EQ(text_of(*pages->at(1)), "second\n");
}

}  // namespace
}  // namespace docket::engine::readers_test
