// Words of characters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/pdf/glyph_model.h"

namespace docket::engine {
namespace {

using test::GlyphSetter;
using test::words_of;
using testing::ElementsAre;

TEST(PdfWords, EndAtBlanksAndGaps) {
  EXPECT_THAT(words_of(GlyphSetter().set("one two\u00a0three").page()), ElementsAre("one", "two", "three"));
  EXPECT_THAT(words_of(GlyphSetter().set("one").at(15.9F, 0).set("two").page()), ElementsAre("onetwo"));
  EXPECT_THAT(words_of(GlyphSetter().set("one").at(16.1F, 0).set("two").page()), ElementsAre("one", "two"));
  EXPECT_THAT(words_of(GlyphSetter().set("one").at(12.9F, 0).set("two").page()), ElementsAre("one", "two"));
  EXPECT_THAT(words_of(GlyphSetter().page()), ElementsAre());
  EXPECT_THAT(words_of(GlyphSetter().set("  ").page()), ElementsAre());
}

TEST(PdfWords, EndWhereSizeDirectionOrBaselineChange) {
  EXPECT_THAT(words_of(GlyphSetter().set("x").size(6).set("2").page()), ElementsAre("x", "2"));
  EXPECT_THAT(words_of(GlyphSetter().set("x").at(5, -0.4F).set("y").page()), ElementsAre("xy"));
  EXPECT_THAT(words_of(GlyphSetter().set("x").at(5, -0.6F).set("y").page()), ElementsAre("x", "y"));
  auto turned = GlyphSetter::style_of(10);
  turned.turns = 1;
  EXPECT_THAT(words_of(GlyphSetter().set("x").style(turned).set("y").page()), ElementsAre("x", "y"));
  auto bold = GlyphSetter::style_of(10);
  bold.font = 1;
  EXPECT_THAT(words_of(GlyphSetter().set("x").style(bold).set("y").page()), ElementsAre("xy"));
}

TEST(PdfWords, AreAsHighAsTheirFont) {
  auto page = GlyphSetter().at(20, 100).set("word").page();
  const auto words = make_words(page);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_FLOAT_EQ(words[0].box.along0, 20);
  EXPECT_FLOAT_EQ(words[0].box.along1, 40);
  EXPECT_FLOAT_EQ(words[0].box.across0, 92.5F);
  EXPECT_FLOAT_EQ(words[0].box.across1, 102.5F);
  EXPECT_FLOAT_EQ(words[0].base, 100);
  EXPECT_FLOAT_EQ(words[0].size, 10);
}

TEST(PdfWords, HaveAHeightWhateverTheirFontSays) {
  auto page = GlyphSetter().style({.font = 0, .size = 0}).at(0, 50).set("a").page();
  const auto words = make_words(page);
  ASSERT_EQ(words.size(), 1U);
  EXPECT_GT(words[0].box.across1, words[0].box.across0);
}

TEST(PdfWords, PutAccentsOntoTheirLetters) {
  // The accent before its letter, as TeX draws it, and behind it.
  EXPECT_THAT(words_of(GlyphSetter().set("caf").add(U'´', 5).at(15, 0).set("es").page()), ElementsAre("cafe\u0301s"));
  EXPECT_THAT(words_of(GlyphSetter().set("cafe").at(15, 0).add(U'´', 5).set("s").page()), ElementsAre("cafe\u0301s"));
  EXPECT_THAT(words_of(GlyphSetter().add(U'¨', 5).at(0, 0).set("o").page()), ElementsAre("o\u0308"));
  // Beside a letter it is a character.
  EXPECT_THAT(words_of(GlyphSetter().set("a").add(U'´', 5).set("b").page()), ElementsAre("a´b"));
}

TEST(PdfWords, KeepWhatIsDrawnOverTheLastOneApart) {
  EXPECT_THAT(words_of(GlyphSetter().set("a").at(0.4F, 0).set("abc").page()), ElementsAre("a", "a", "bc"));
}

TEST(PdfWords, OfTextDrawnBackwardsAreItsCharacters) {
  auto page = GlyphSetter().at(20, 0).add(U'a', -5).add(U'b', -5).page();
  const auto words = make_words(page);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_FLOAT_EQ(words[0].box.along0, 15);
  EXPECT_FLOAT_EQ(words[0].box.along1, 20);
  EXPECT_FLOAT_EQ(words[1].box.along0, 10);
}

TEST(PdfWords, KnowTheSpacesOfReplacementText) {
  auto replacement = GlyphSetter::style_of(10);
  replacement.is_replacement = true;
  // Four words in the place of one letter: no gap tells them apart.
  GlyphSetter setter;
  setter.style(replacement);
  for (const char c : std::string_view("to be or to")) {
    setter.add(static_cast<char32_t>(c), 0.1F);
  }
  EXPECT_THAT(test::lines_of(setter.page()), ElementsAre("to be or to"));
}

TEST(PdfGlyphs, StandOnThePageAsTheirFrameIsTurned) {
  const TextBox box{10, -5, 30, 2};
  EXPECT_EQ(on_page(box, 0), (Box{10, -5, 30, 2}));
  EXPECT_EQ(on_page(box, 1), (Box{-2, 10, 5, 30}));
  EXPECT_EQ(on_page(box, 2), (Box{-30, -2, -10, 5}));
  EXPECT_EQ(on_page(box, 3), (Box{-5, -30, 2, -10}));
}

}  // namespace
}  // namespace docket::engine
