// Lines and groups of words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

#include "engine/pdf/glyph_model.h"

namespace docket::engine {
namespace {

using test::GlyphSetter;
using test::groups_of;
using test::lines_of;
using testing::ElementsAre;

TEST(PdfLines, AreOfOneBaseline) {
  const auto page = GlyphSetter().at(0, 100).set("first line").at(0, 112).set("second line").page();
  EXPECT_THAT(lines_of(page), ElementsAre("first line", "second line"));
  EXPECT_THAT(groups_of(page), ElementsAre(0U, 0U));
}

TEST(PdfLines, AreTheSameInWhateverOrderTheyAreDrawn) {
  const auto page = GlyphSetter()
                        .at(25, 112)
                        .set("d")
                        .at(0, 100)
                        .set("a")
                        .at(0, 112)
                        .set("cc")
                        .at(14, 112)
                        .set("x")
                        .at(10, 100)
                        .set("b")
                        .page();
  EXPECT_THAT(lines_of(page), ElementsAre("a b", "cc x d"));
}

TEST(PdfLines, OfColumnsAreApart) {
  GlyphSetter setter;
  for (int row = 0; row < 5; ++row) {
    const auto base = 100 + 12 * static_cast<float>(row);
    setter.at(0, base).set("left side").at(55, base).set("right one");  // a gap of one size
  }
  const auto lines = lines_of(setter.page());
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_EQ(lines.front(), "left side");
  EXPECT_EQ(lines.back(), "right one");
  EXPECT_THAT(groups_of(setter.page()), ElementsAre(0U, 0U, 0U, 0U, 0U, 1U, 1U, 1U, 1U, 1U));
}

TEST(PdfLines, HaveWideGapsWhereTextAboveSpansThem) {
  const auto page =
      GlyphSetter().at(0, 100).set("a line without gaps").at(0, 112).set("two").at(27, 112).set("words").page();
  EXPECT_THAT(lines_of(page), ElementsAre("a line without gaps", "two words"));
  EXPECT_THAT(lines_of(GlyphSetter().set("two").at(30.1F, 0).set("words").page()), ElementsAre("two", "words"));
}

TEST(PdfLines, HaveTheFewThatStandApart) {
  EXPECT_THAT(lines_of(GlyphSetter().at(0, 0).set("1").at(14, 0).set("Heading").page()), ElementsAre("1 Heading"));
  EXPECT_THAT(lines_of(GlyphSetter().at(0, 0).set("1").at(16, 0).set("Heading").page()), ElementsAre("1", "Heading"));
}

TEST(PdfLines, HaveIndicesInTheirPlaces) {
  GlyphSetter setter;
  setter.at(0, 100).set("word").size(6).at(20, 96).set("12").size(10).at(26, 100).set(", next").at(0, 112).set("below");
  EXPECT_THAT(lines_of(setter.page()), ElementsAre("word|12|, next", "below"));
  // Drawn last, it still is where it stands.
  GlyphSetter later;
  later.at(0, 100).set("word").at(26, 100).set(", next").size(6).at(20, 96).set("12");
  EXPECT_THAT(lines_of(later.page()), ElementsAre("word|12|, next"));
}

TEST(PdfLines, HaveTheBaselineOfTheirText) {
  auto page = GlyphSetter().size(6).at(0, 96).set("1").size(10).at(5, 100).set("School").page();
  const auto made = make_lines(make_words(page), page);
  ASSERT_EQ(made.lines.size(), 1U);
  EXPECT_FLOAT_EQ(made.lines[0].base, 100);
  EXPECT_TRUE(made.words[0].space_after);  // the mark is not of the word
}

TEST(PdfLines, HaveOnceWhatIsDrawnTwice) {
  EXPECT_THAT(lines_of(GlyphSetter().at(0, 0).set("bold text").at(0.3F, 0).set("bold text").page()),
              ElementsAre("bold text"));
  EXPECT_THAT(lines_of(GlyphSetter().at(0, 0).set("shadow").at(0.5F, 0.5F).set("shadow").page()),
              ElementsAre("shadow"));
  GlyphSetter each;
  float along = 0;
  for (const char c : std::string_view("each")) {
    for (const float shift : {0.0F, 0.2F, 0.4F}) {
      each.at(along + shift, 0).add(static_cast<char32_t>(c), 5);
    }
    along += 5;
  }
  EXPECT_THAT(lines_of(each.page()), ElementsAre("e|a|c|h"));
  EXPECT_THAT(lines_of(GlyphSetter().set("no no").page()), ElementsAre("no no"));
}

TEST(PdfLines, ThatLieOverEachOtherAreApart) {
  EXPECT_THAT(lines_of(GlyphSetter().at(0, 0).set("Page one").at(2, 0).set("Overprint").page()),
              ElementsAre("Page one", "Overprint"));
}

TEST(PdfLines, JoinSmallCapitals) {
  const auto set = [](std::string_view large, std::string_view small, float gap, float base) {
    return lines_of(
        GlyphSetter().set(large).size(8).at(5 * static_cast<float>(large.size()) + gap, base).set(small).page());
  };
  EXPECT_THAT(set("A", "BSTRACT", 0.6F, 0), ElementsAre("A|BSTRACT"));
  EXPECT_THAT(set("A", "CAT", 3, 0), ElementsAre("A CAT")) << "a space";
  EXPECT_THAT(set("A", "bstract", 0.6F, 0), ElementsAre("A bstract")) << "no capitals";
  EXPECT_THAT(set("a", "BSTRACT", 0.6F, 0), ElementsAre("a BSTRACT"));
  EXPECT_THAT(set("A", "BC", 0.6F, 3), ElementsAre("A BC")) << "lowered";
  EXPECT_THAT(
      lines_of(GlyphSetter().size(8).set("RE").size(10).at(8.5F, 0).set("-").size(8).at(14, 0).set("AD").page()),
      ElementsAre("RE|-|AD"));
}

TEST(PdfLines, JoinPiecesAndSpacedLetters) {
  EXPECT_THAT(lines_of(GlyphSetter().set("ker").at(12, 0).set("ning").page()), ElementsAre("kerning"));
  EXPECT_THAT(lines_of(GlyphSetter().set("SPACED", 2).page()), ElementsAre("SPACED"));
}

TEST(PdfLines, OfEachDirectionAreApart) {
  auto turned = GlyphSetter::style_of(10);
  turned.turns = 1;
  const auto page = GlyphSetter().at(0, 0).set("level").style(turned).at(0, 0).set("turned").page();
  EXPECT_THAT(lines_of(page), ElementsAre("level", "turned"));
}

TEST(PdfLines, AreGroupedByTheirLeading) {
  const auto page = GlyphSetter()
                        .at(0, 100)
                        .set("text")
                        .at(0, 114)
                        .set("close")
                        .at(0, 130)
                        .set("apart")
                        .size(12)
                        .at(0, 144)
                        .set("greater")
                        .page();
  EXPECT_THAT(groups_of(page), ElementsAre(0U, 0U, 1U, 2U));
}

/// What is quadratic takes minutes of the processor's time.
void expect_fast(const PageGlyphs& page) {
  const auto start = std::clock();
  auto copy = page;
  const auto made = make_lines(make_words(copy), copy);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 20);
  for (const auto& word : made.words) {
    ASSERT_TRUE(std::isfinite(word.box.along0) && std::isfinite(word.box.across1));
  }
}

TEST(PdfLines, TakeAnyHeapOfText) {
  constexpr int many = 200'000;
  GlyphSetter one_place;
  GlyphSetter one_line;
  GlyphSetter stairs;
  GlyphSetter sizes;
  for (int i = 0; i < many; ++i) {
    const auto step = static_cast<float>(i);
    const auto letter = static_cast<char32_t>(U'a' + i % 26);
    one_place.at(100, 100).add(letter, 5);
    one_line.at(std::fmod(step * 7.3F, 500.0F), 100).add(letter, 5);
    stairs.at(std::fmod(step * 0.37F, 500.0F), std::fmod(step * 0.11F, 700.0F)).add(letter, 5);
    if (i % 10 == 0) {
      sizes.size(0.1F + std::fmod(step, 97.0F))
          .at(std::fmod(step * 1.7F, 500.0F), std::fmod(step * 2.3F, 700.0F))
          .add(letter, 5);
    }
  }
  expect_fast(one_place.page());
  expect_fast(one_line.page());
  expect_fast(stairs.page());
  expect_fast(sizes.page());
}

}  // namespace
}  // namespace docket::engine
