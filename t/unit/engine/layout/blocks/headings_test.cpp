#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/digest/heading_digest.h"
#include "engine/layout/layout_model.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::filler;
using test::headings;
using test::page_of;
using test::set_line;
using testing::ElementsAre;

void add_text(std::vector<Line>& lines, float y) {
  for (int i = 0; i < 12; ++i) {
    lines.push_back(filler(i == 0 ? "Text" : "text", 70, 100, y + 12 * static_cast<float>(i)));
  }
}

TEST(Headings, AreToldBySize) {
  std::vector<Line> lines{set_line("The Title", 100, 100, 20), set_line("A Section", 100, 140, 14)};
  add_text(lines, 170);
  EXPECT_THAT(headings({page_of(lines)}), ElementsAre("1 The Title", "2 A Section"));
}

TEST(Headings, AreToldByWeight) {
  std::vector<Line> lines{set_line("A Bold Line", 100, 100, 10, test::bold)};
  add_text(lines, 124);
  EXPECT_THAT(headings({page_of(lines)}), ElementsAre("1 A Bold Line"));
}

TEST(Headings, ABoldSentenceIsNone) {
  std::vector<Line> lines{set_line("This is a bold sentence.", 100, 100, 10, test::bold)};
  add_text(lines, 124);
  EXPECT_TRUE(headings({page_of(lines)}).empty());
}

TEST(Headings, BoldSaysNothingWhereMostIsBold) {
  std::vector<Line> lines{set_line("A Bold Line", 100, 100, 10, test::bold)};
  add_text(lines, 124);
  for (auto& line : lines) {
    for (auto& word : line.words) {
      word.font = test::bold;
    }
  }
  EXPECT_TRUE(headings({page_of(lines)}).empty());
}

TEST(Headings, HaveOneLevelOverTheWholeDocument) {
  std::vector<Line> first{set_line("The Title", 100, 100, 20)};
  add_text(first, 130);
  std::vector<Line> second{set_line("A Section", 100, 100, 14)};
  add_text(second, 130);
  std::vector<Line> third{set_line("Subsection", 100, 100, 12)};
  add_text(third, 130);
  EXPECT_THAT(headings({page_of(first), page_of(second), page_of(third)}),
              ElementsAre("1 The Title", "2 A Section", "3 Subsection"));
}

TEST(Headings, TheDocumentsBodySizeCountsNotThePages) {
  // A page of small print: what is of body size there is larger than its text, but no heading.
  std::vector<Line> text;
  for (int i = 0; i < 50; ++i) {
    text.push_back(filler("text", 70, 100, 60 + 12 * static_cast<float>(i)));
  }
  std::vector<Line> small{set_line("Just a remark", 100, 100, 10)};
  for (int i = 0; i < 12; ++i) {
    small.push_back(filler("small", 70, 100, 130 + 9 * static_cast<float>(i), 7));
  }
  EXPECT_TRUE(headings({page_of(text), page_of(small)}).empty());
}

TEST(Headings, OfOneStyleAreLevelledByTheirNumbers) {
  std::vector<Line> lines{set_line("2 Methods", 100, 100, 14, test::bold)};
  add_text(lines, 130);
  lines.push_back(set_line("2.1 Data", 100, 310, 14, test::bold));
  add_text(lines, 340);
  lines.push_back(set_line("2.1.1 Origin", 100, 520, 14, test::bold));
  add_text(lines, 550);
  EXPECT_THAT(headings({page_of(lines)}), ElementsAre("1 2 Methods", "2 2.1 Data", "3 2.1.1 Origin"));
}

TEST(Headings, ANumberedHeadingIsNoListItem) {
  std::vector<Line> lines{set_line("1. Introduction", 100, 100, 14, test::bold)};
  add_text(lines, 130);
  lines.push_back(set_line("2. Methods", 100, 310, 14, test::bold));
  add_text(lines, 340);
  EXPECT_THAT(headings({page_of(lines)}), ElementsAre("1 1. Introduction", "1 2. Methods"));
}

TEST(Headings, ABoldListStaysAList) {
  std::vector<Line> lines{set_line("1. First", 100, 100, 10, test::bold),
                          set_line("2. Second", 100, 112, 10, test::bold),
                          set_line("3. Third", 100, 124, 10, test::bold)};
  add_text(lines, 150);
  EXPECT_TRUE(headings({page_of(lines)}).empty());
}

TEST(Headings, CaptionsAuthorsFormulasAndCellsAreNone) {
  std::vector<Line> lines{set_line("Figure 3: A caption", 100, 60, 10, test::bold)};
  add_text(lines, 84);
  auto authors = set_line("Ann Author 1 Bob Writer 2", 100, 260, 14);
  authors.words[2].size = 7;
  authors.words[5].size = 7;
  lines.push_back(authors);
  add_text(lines, 290);
  lines.push_back(set_line("x = 1 + 2 / 3", 100, 460, 16));
  add_text(lines, 490);
  lines.push_back(set_line("Left", 100, 660, 14));
  lines.push_back(set_line("Right", 300, 660, 14));
  EXPECT_TRUE(headings({page_of(lines)}).empty());
}

TEST(Headings, OfSeveralLinesAreOne) {
  std::vector<Line> lines{set_line("A long title that", 100, 100, 20), set_line("takes two lines", 100, 124, 20)};
  add_text(lines, 160);
  EXPECT_THAT(headings({page_of(lines)}), ElementsAre("1 A long title that takes two lines"));
}

TEST(Headings, RecognisedSizesMustDifferClearly) {
  const auto recognised = [](float size) {
    std::vector<Line> lines{set_line("Perhaps a heading", 100, 100, size)};
    add_text(lines, 150);
    auto page = page_of(lines);
    page.measures = Measures::rough;
    return page;
  };
  EXPECT_TRUE(headings({recognised(12)}).empty());
  EXPECT_THAT(headings({recognised(20)}), ElementsAre("1 Perhaps a heading"));
}

TEST(Headings, NeverHaveMoreThanSixLevels) {
  std::vector<Line> lines;
  for (int i = 0; i < 9; ++i) {
    lines.push_back(set_line("Heading " + std::string(1, static_cast<char>('a' + i)), 100,
                             60 + 60 * static_cast<float>(i), 50 - 4 * static_cast<float>(i)));
  }
  add_text(lines, 620);
  const auto found = headings({page_of(lines)});
  ASSERT_EQ(found.size(), 9U);
  EXPECT_EQ(found.front(), "1 Heading a");
  EXPECT_EQ(found.back(), "6 Heading i");
}

}  // namespace
}  // namespace docket::engine
