#include "engine/layout/blocks/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"
#include "engine/layout/paragraphs.h"
#include "engine/layout/reading_order.h"
#include "engine/text/continuation.h"
#include "engine/text/list_marker.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;
using testing::ElementsAre;

std::vector<Block> blocks_of(std::vector<Line> lines) {
  auto blocks = build_blocks(reading_order(std::move(lines), 800), test::fonts(), Measures::exact);
  make_lists(blocks);
  return blocks;
}

/// Items as "depth marker text", all else as its text.
std::vector<std::string> listing(std::vector<Line> lines) {
  std::vector<std::string> result;
  for (const auto& block : blocks_of(std::move(lines))) {
    const bool is_item = block.kind == BlockKind::list_item;
    result.push_back((is_item ? std::to_string(block.level) + " " + block.marker + " " : "") + text_of(block));
  }
  return result;
}

TEST(Lists, TakesBulletsOffTheItems) {
  EXPECT_THAT(listing({set_line("• first item", 100, 200), set_line("• second item", 100, 212)}),
              ElementsAre("0 - first item", "0 - second item"));
}

TEST(Lists, TakesABulletThatStandsApart) {
  EXPECT_THAT(listing({set_line("•", 100, 200), set_line("first item", 118, 200), set_line("•", 100, 212),
                       set_line("second item", 118, 212)}),
              ElementsAre("0 - first item", "0 - second item"));
}

TEST(Lists, TakesABulletThatSticksToItsText) {
  EXPECT_THAT(listing({set_line("•first item", 100, 200)}), ElementsAre("0 - first item"));
}

TEST(Lists, TakesBulletsOffSideNotes) {
  std::vector<Block> notes(3);
  notes[0].lines = {set_line("• Review", 20, 200)};
  notes[1].lines = {set_line("1. Review", 20, 212)};
  notes[2].lines = {set_line("•", 20, 224)};
  for (auto& note : notes) {
    note.kind = BlockKind::margin;
  }
  make_lists(notes);
  ASSERT_EQ(notes.size(), 2U) << "a bullet alone says nothing";
  EXPECT_EQ(notes[0].marker + " " + text_of(notes[0]), "- Review");
  EXPECT_EQ(notes[1].marker + text_of(notes[1]), "1. Review") << "it may be a footnote";
  EXPECT_EQ(notes[0].kind, BlockKind::margin);
}

TEST(Lists, JoinsTheLinesOfAnItem) {
  EXPECT_THAT(listing({filler("• one", 60, 100, 200), set_line("goes on.", 110, 212), set_line("• two", 100, 224)}),
              testing::Contains("0 - two"));
  EXPECT_EQ(blocks_of({filler("• one", 60, 100, 200), set_line("goes on.", 110, 212), set_line("• two", 100, 224)})
                .front()
                .lines.size(),
            2U);
}

TEST(Lists, EndsAnItemWhereTheTextReturnsToTheMargin) {
  const auto blocks = blocks_of({filler("• one", 60, 100, 200), filler("goes", 58, 110, 212),
                                 filler("After", 60, 100, 224), filler("it", 60, 100, 236)});
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].kind, BlockKind::list_item);
  EXPECT_EQ(blocks[1].kind, BlockKind::paragraph);
  EXPECT_EQ(blocks[1].lines.size(), 2U);
}

TEST(Lists, EndsAFullItemWhereOthersHang) {
  // The item reaches the right edge, but one above it shows that rows below its marker are not its.
  std::vector<Line> lines{filler("• One", 60, 100, 200), filler("Text", 60, 100, 212)};
  EXPECT_EQ(blocks_of(lines).size(), 1U);
  lines.insert(lines.begin(), {filler("• Two rows", 60, 100, 176), set_line("long.", 120, 188)});
  const auto blocks = blocks_of(lines);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].lines.size(), 2U);
  EXPECT_EQ(blocks[1].lines.size(), 1U);
  EXPECT_EQ(blocks[2].kind, BlockKind::paragraph);
}

TEST(Lists, KnowsNumbersLettersAndRomanNumerals) {
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{{"1.", "2."},
                                                                                      {"3)", "4)"},
                                                                                      {"(a)", "(b)"},
                                                                                      {"a.", "b."},
                                                                                      {"i.", "ii."},
                                                                                      {"(IV)", "(V)"},
                                                                                      {"-", "-"},
                                                                                      {"*", "*"},
                                                                                      {"–", "–"}}) {
    const auto shown = [](const std::string& marker) { return marker.size() > 1 && marker != "–" ? marker : "-"; };
    EXPECT_THAT(listing({set_line(first + " alpha", 100, 200), set_line(second + " beta", 100, 212)}),
                ElementsAre("0 " + shown(first) + " alpha", "0 " + shown(second) + " beta"));
  }
}

TEST(Lists, DoesNotTakeALoneNumberForAnItem) {
  EXPECT_THAT(listing({filler("This", 60, 100, 200), set_line("2. text", 100, 212)}),
              testing::Not(testing::Contains(testing::StartsWith("0 2."))));
  EXPECT_THAT(listing({set_line("1999. It was so", 100, 200), set_line("2000. It was not", 100, 212)}),
              testing::Each(testing::Not(testing::StartsWith("0 "))));
}

TEST(Lists, DoesNotTakeInitialsForLetters) {
  EXPECT_THAT(listing({set_line("S. Smith writes here", 100, 200), set_line("T. Thomas writes there", 100, 212)}),
              testing::Each(testing::Not(testing::StartsWith("0 "))));
}

TEST(Lists, TakesALoneNumberWithAHangingIndent) {
  const auto blocks = blocks_of({filler("7. last", 60, 100, 200), filler("of", 57, 115, 212)});
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].kind, BlockKind::list_item);
  EXPECT_EQ(blocks[0].marker, "7.");
}

TEST(Lists, ReferencesInBracketsAreParagraphs) {
  EXPECT_THAT(listing({set_line("[1] Adams, a book", 100, 200), set_line("[2] Baker, a paper", 100, 212)}),
              ElementsAre("[1] Adams, a book", "[2] Baker, a paper"));
}

TEST(Lists, NestsByIndent) {
  EXPECT_THAT(
      listing({set_line("1. one", 100, 200), set_line("• inner", 120, 212), set_line("• inner too", 120, 224),
               set_line("– innermost", 140, 236), set_line("– innermost too", 140, 248), set_line("2. two", 100, 260)}),
      ElementsAre("0 1. one", "1 - inner", "1 - inner too", "2 - innermost", "2 - innermost too", "0 2. two"));
}

TEST(Lists, DoesNotNestDeeperThanEight) {
  std::vector<Line> lines;
  for (int i = 0; i < 12; ++i) {
    lines.push_back(set_line("• item", 50 + 20 * static_cast<float>(i), 200 + 12 * static_cast<float>(i)));
  }
  for (const auto& block : blocks_of(std::move(lines))) {
    EXPECT_LT(block.level, 8);
  }
}

TEST(Lists, ANewListBeginsAtTheMargin) {
  EXPECT_THAT(listing({set_line("• one", 140, 200), set_line("A paragraph.", 100, 224), set_line("• two", 120, 248)}),
              ElementsAre("0 - one", "A paragraph.", "0 - two"));
}

TEST(Lists, AMarkerWithoutTextIsDropped) {
  EXPECT_TRUE(listing({set_line("•", 100, 200)}).empty());
}

TEST(ListMarker, ReadsAWordInEveryWay) {
  const auto readings = read_marker("i.");
  ASSERT_EQ(readings.size(), 2U);
  EXPECT_EQ(readings[0].kind, U'i');
  EXPECT_EQ(readings[0].value, 1U);
  EXPECT_EQ(readings[1].kind, U'a');
  EXPECT_EQ(readings[1].value, 9U);
}

TEST(ListMarker, RefusesWhatIsNone) {
  for (const auto* word : {"", "a", "word", "1", "1234.", "(1", "1]", "().", ".", "(a", "aB.", "-x", "*bold*", "2.1"}) {
    EXPECT_TRUE(read_marker(word).empty()) << word;
  }
}

}  // namespace
}  // namespace docket::engine
