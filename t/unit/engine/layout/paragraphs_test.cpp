#include "engine/layout/paragraphs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"
#include "engine/layout/reading_order.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;
using testing::ElementsAre;

/// How many lines each block has.
std::vector<std::size_t> sizes(std::vector<Line> lines, Measures measures = Measures::exact) {
  std::vector<std::size_t> counts;
  for (const auto& block : build_blocks(reading_order(std::move(lines), 800), test::fonts(), measures)) {
    counts.push_back(block.lines.size());
  }
  return counts;
}

TEST(Paragraphs, FullLinesAtOneLeadingAreOne) {
  EXPECT_THAT(sizes({filler("One", 60, 100, 200), filler("two", 60, 100, 212), filler("three", 60, 100, 224),
                     set_line("the end.", 100, 236)}),
              ElementsAre(4));
}

TEST(Paragraphs, AWiderGapDivides) {
  EXPECT_THAT(sizes({filler("One", 60, 100, 200), filler("two", 60, 100, 212), filler("Three", 60, 100, 230),
                     filler("four", 60, 100, 242), filler("five", 60, 100, 254)}),
              ElementsAre(2, 3));
}

TEST(Paragraphs, TheSmallestCommonDistanceIsTheLeading) {
  // Paragraphs of two lines: the gap between them is as frequent as the leading.
  std::vector<Line> lines;
  for (int i = 0; i < 5; ++i) {
    lines.push_back(filler("First", 60, 100, 200 + 32 * static_cast<float>(i)));
    lines.push_back(filler("second", 60, 100, 212 + 32 * static_cast<float>(i)));
  }
  EXPECT_THAT(sizes(std::move(lines)), ElementsAre(2, 2, 2, 2, 2));
}

TEST(Paragraphs, AFirstLineIndentDivides) {
  std::vector<Line> lines{filler("One", 60, 100, 200),  filler("two", 60, 100, 212),  filler("Three", 57, 115, 224),
                          filler("four", 60, 100, 236), filler("Five", 57, 115, 248), filler("six", 60, 100, 260)};
  lines[1].words.back().text = "end.";
  lines[3].words.back().text = "end.";
  EXPECT_THAT(sizes(std::move(lines)), ElementsAre(2, 2, 2));
}

TEST(Paragraphs, AShortLineThatEndsASentenceDivides) {
  EXPECT_THAT(sizes({filler("One", 60, 100, 200), set_line("ends here.", 100, 212), filler("Two", 60, 100, 224),
                     filler("three", 60, 100, 236)}),
              ElementsAre(2, 2));
}

TEST(Paragraphs, ARaggedLineDoesNot) {
  // The next word would not have fitted.
  EXPECT_THAT(sizes({filler("One", 60, 100, 200), filler("two", 52, 100, 212),
                     set_line("Extraordinarily long words are wrapped to the next line here", 100, 224),
                     filler("three", 60, 100, 236)}),
              ElementsAre(4));
}

TEST(Paragraphs, HangingIndentsAreEntries) {
  EXPECT_THAT(sizes({filler("Adams,", 60, 100, 200), filler("in", 57, 115, 212), filler("Baker,", 60, 100, 224),
                     filler("of", 57, 115, 236), set_line("1999.", 115, 248), filler("Clark,", 60, 100, 260),
                     filler("and", 57, 115, 272)}),
              ElementsAre(2, 3, 2));
}

TEST(Paragraphs, ANewStyleDivides) {
  EXPECT_THAT(sizes({set_line("A Bold Line", 100, 200, 10, test::bold), filler("Text", 60, 100, 212),
                     filler("more", 60, 100, 224), filler("Small", 80, 100, 236, 7), filler("print", 80, 100, 245, 7)}),
              ElementsAre(1, 2, 2));
}

TEST(Paragraphs, CentredLinesStayTogether) {
  EXPECT_THAT(sizes({set_line("A centred line of text", 145, 200), set_line("Another", 182.5F, 212),
                     set_line("And the last one of them", 140, 224)}),
              ElementsAre(3));
}

TEST(Paragraphs, RecognisedRowsMayBeUneven) {
  auto lines = std::vector<Line>{filler("One", 60, 100, 200, 10), filler("two", 60, 100, 213, 11.5F),
                                 filler("three", 60, 100, 224, 9.2F), filler("four", 60, 100, 237, 10.5F)};
  EXPECT_THAT(sizes(lines, Measures::rough), ElementsAre(4));
}

TEST(Paragraphs, RowsOfAnEarlierRecognitionMayBeUnevenWithinASentence) {
  auto lines = std::vector<Line>{filler("One", 60, 100, 200, 10), filler("two", 60, 100, 213, 12.5F),
                                 filler("three.", 60, 100, 225, 9.2F)};
  EXPECT_THAT(sizes(lines), ElementsAre(1, 1, 1));
  EXPECT_THAT(sizes(lines, Measures::fitted), ElementsAre(3));
  lines.push_back(filler("Four", 60, 100, 238, 12.5F));  // another sentence: rather another text
  EXPECT_THAT(sizes(lines, Measures::fitted), ElementsAre(3, 1));
}

TEST(Paragraphs, BeginWithALabelInBold) {
  const auto labelled = [](std::string_view end) {
    auto label = set_line("DATES:", 100, 212, 10, test::bold);
    const auto text = filler("The", 50, 135, 212);
    label.words.insert(label.words.end(), text.words.begin(), text.words.end());
    label.box = united(label.box, text.box);
    auto before = filler("Text", 60, 100, 200);
    before.words.back().text = end;
    return std::vector<Line>{before, label, filler("goes", 40, 100, 224)};
  };
  EXPECT_THAT(sizes(labelled("products.")), ElementsAre(1, 2));
  EXPECT_THAT(sizes(labelled("products")), ElementsAre(3)) << "within a sentence";
}

TEST(Paragraphs, RowsOfCellsStandAlone) {
  EXPECT_THAT(sizes({set_line("Name", 100, 200), set_line("Value", 300, 200), set_line("a", 100, 212),
                     set_line("1", 300, 212), set_line("b", 100, 224), set_line("2", 300, 224)}),
              ElementsAre(2, 2, 2));
}

TEST(Paragraphs, LinesOfAContentsTableStandAlone) {
  EXPECT_THAT(sizes({set_line("Introduction . . . . . . . . . . . . . . . . 1", 100, 200),
                     set_line("Methods of the work . . . . . . . . . . . . 12", 100, 212),
                     set_line("Results.......................................20", 100, 224)}),
              ElementsAre(1, 1, 1));
}

std::vector<Line> columns(std::string_view left_end, std::string_view right_start) {
  std::vector<Line> lines;
  for (int i = 0; i < 5; ++i) {
    lines.push_back(filler(i == 0 ? "Left" : "left", 40, 60, 200 + 12 * static_cast<float>(i)));
    lines.push_back(filler(i == 0 ? right_start : "right", 40, 290, 200 + 12 * static_cast<float>(i)));
  }
  auto& last = lines[8].words.back();
  last.text = left_end;
  return lines;
}

TEST(Paragraphs, GoOnInTheNextColumn) {
  EXPECT_THAT(sizes(columns("which", "goes")), ElementsAre(10));
  EXPECT_THAT(sizes(columns("York,", "London")), ElementsAre(10));
}

TEST(Paragraphs, EndWithTheColumnAtAFullStop) {
  EXPECT_THAT(sizes(columns("end.", "Another")), ElementsAre(5, 5));
  EXPECT_THAT(sizes(columns("end.”", "another")), ElementsAre(5, 5));
}

TEST(Flow, TellsHowWordsAreJoined) {
  EXPECT_EQ(joint("word", "next"), Joint::space);
  EXPECT_EQ(joint("exam-", "ple"), Joint::repaired);
  EXPECT_EQ(joint("exam\u2010", "ple"), Joint::repaired);
  EXPECT_EQ(joint("Austro-", "Hungarian"), Joint::direct);
  EXPECT_EQ(joint("COVID-", "19"), Joint::direct);
  EXPECT_EQ(joint("state-of-the-", "art"), Joint::direct);
  EXPECT_EQ(joint("-", "item"), Joint::space);
  EXPECT_EQ(joint("10-", "fold"), Joint::direct);
  EXPECT_EQ(joint("thought—", "another"), Joint::direct);
  EXPECT_EQ(joint("—", "another"), Joint::space);
  EXPECT_EQ(joint("737–", "9"), Joint::direct);
  EXPECT_EQ(joint("Paris–", "London"), Joint::direct);
  EXPECT_EQ(joint("–", "another"), Joint::space);
  EXPECT_EQ(joint("文字", "文字"), Joint::direct);
  EXPECT_EQ(joint("https://example.org/a/", "b"), Joint::direct);
  EXPECT_EQ(joint("https:", "//example.org"), Joint::direct);
  EXPECT_EQ(joint("https://example.org.", "Then"), Joint::space);
  EXPECT_EQ(joint("and/", "or"), Joint::space);
  EXPECT_EQ(joint("e-", "mail"), Joint::direct);
  EXPECT_EQ(joint("self-", "contained"), Joint::direct);
  EXPECT_EQ(joint("self-", "ish"), Joint::repaired);
  EXPECT_EQ(joint("state-", "of-the-art"), Joint::direct);
  EXPECT_EQ(joint("infor-", "mation-based"), Joint::repaired);
  EXPECT_EQ(joint("Vor-", "und"), Joint::space);
  EXPECT_EQ(joint("pre-", "and"), Joint::space);
  EXPECT_EQ(joint("Hinter-", "grund"), Joint::repaired);
  EXPECT_EQ(joint("EXAM-", "PLE,"), Joint::repaired);
  EXPECT_EQ(joint("EXAM-", "Ple"), Joint::direct);
  EXPECT_EQ(joint("exam-", "ple", Hyphen::own), Joint::direct);
  EXPECT_EQ(joint("NATO-", "EU", Hyphen::own), Joint::direct);
  EXPECT_EQ(joint("10-", "fold", Hyphen::broken), Joint::repaired);
}

TEST(Flow, TellsWhetherASentenceGoesOn) {
  EXPECT_TRUE(continues("the", "next"));
  EXPECT_TRUE(continues("Paris,", "London"));
  EXPECT_TRUE(continues("the", "(small"));
  EXPECT_FALSE(continues("done.", "next"));
  EXPECT_FALSE(continues("done.)", "next"));
  EXPECT_FALSE(continues("Summary", "The"));
  EXPECT_FALSE(continues("", "next"));
}

TEST(Flow, PutsABlockOnOneLine) {
  Block block;
  block.lines = {set_line("An exam-", 0, 10), set_line("ple of a", 0, 22), set_line("block.", 0, 34)};
  block.lines[1].words[0].space_after = false;
  EXPECT_EQ(text_of(block), "An exampleof a block.");
}

}  // namespace
}  // namespace docket::engine
