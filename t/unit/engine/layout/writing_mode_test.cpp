// Right-to-left and vertical text, through all layout passes.
#include "engine/layout/writing_mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::page_of;
using test::set_line;
using testing::ElementsAre;
using testing::StartsWith;

constexpr float width = 600;  ///< of page_of()

/// A page of lines that were set as if they ran to the right, seen in a mirror.
Page rtl_page(std::vector<Line> lines) {
  auto page = page_of(std::move(lines));
  mirror(page);
  return page;
}

/// A column of `chars` ideographs of 10 points that begins with `first`, `nth` from the right, from `y0` down.
Line column(std::string_view first, std::size_t chars, int nth, float y0, float size = 10) {
  Word word;
  word.text = first;
  for (auto have = word.text.size() / 3; have < chars; ++have) {
    word.text += "字";
  }
  const float x1 = width - 60 - 18 * static_cast<float>(nth);
  word.box = {x1 - size, y0, x1, y0 + size * static_cast<float>(chars)};
  word.size = size;
  word.font = test::plain;
  Line line;
  line.box = word.box;
  line.baseline = line.box.y1;
  line.words = {word};
  line.writing_mode = WritingMode::vertical;
  return line;
}

std::vector<std::string> texts(const Page& page) {
  std::vector<std::string> texts;
  for (const auto& block : page.blocks) {
    texts.push_back(text_of(block));
  }
  return texts;
}

TEST(WritingMode, IsRtlWhereMostWordsAre) {
  EXPECT_TRUE(is_mostly_rtl(std::vector{set_line("שלום ABC עולם 12", 0, 10)}));
  EXPECT_TRUE(is_mostly_rtl(std::vector{set_line("مرحبا (1)", 0, 10)}));
  EXPECT_FALSE(is_mostly_rtl(std::vector{set_line("two words שלום", 0, 10)}));
  EXPECT_FALSE(is_mostly_rtl(std::vector{set_line("größer 日本", 0, 10)}));
  EXPECT_FALSE(is_mostly_rtl({}));
}

TEST(WritingMode, AMirrorSeesEverythingAndIsItsOwnInverse) {
  auto page = page_of({set_line("one two", 100, 100)});
  page.rules = {{10, 20, 30, 21}};
  page.images = {{{500, 10, 590, 50}, "", 0, 0}};
  Block table;
  table.box = {100, 200, 300, 400};
  table.cells = {{.box = {100, 200, 150, 210}, .lines = {set_line("cell", 110, 208)}}};
  page.blocks = {table};
  const auto before = page;
  mirror(page);
  EXPECT_EQ(page.rules[0], (Box{570, 20, 590, 21}));
  EXPECT_EQ(page.images[0].box, (Box{10, 10, 100, 50}));
  EXPECT_EQ(page.blocks[0].cells[0].box, (Box{450, 200, 500, 210}));
  EXPECT_GT(page.lines[0].words[0].box.x0, page.lines[0].words[1].box.x1);
  mirror(page);
  EXPECT_EQ(page, before);
}

TEST(WritingMode, RtlColumnsAreReadFromTheRight) {
  std::vector<Line> lines;
  for (int row = 0; row < 8; ++row) {
    const float y = 100 + 12 * static_cast<float>(row);
    // The first column is set on the left, and mirrored.
    lines.push_back(set_line(row == 0 ? "ראשון מלה מלה מלה מלה מלה" : "מלה מלה מלה מלה מלה מלה", 40, y));
    lines.push_back(set_line(row == 0 ? "שני מלה מלה מלה מלה מלה" : "מלה מלה מלה מלה מלה מלה", 320, y));
  }
  const auto page = lay_out(rtl_page(std::move(lines)));
  const auto all = texts(page);
  ASSERT_FALSE(all.empty());
  std::string text;
  for (const auto& one : all) {
    text += one + "\n";
  }
  EXPECT_LT(text.find("ראשון"), text.find("שני"));
  EXPECT_THAT(text, StartsWith("ראשון מלה מלה מלה מלה"));
  // Boxes are where the page has them.
  const auto& first = page.blocks.front().lines.front();
  EXPECT_GT(first.box.x0, width / 2);
  EXPECT_EQ(first.writing_mode, WritingMode::rtl);
}

TEST(WritingMode, RtlParagraphsEndWithShortLines) {
  std::vector<Line> lines;
  for (int row = 0; row < 8; ++row) {
    const float y = 100 + 12 * static_cast<float>(row);
    lines.push_back(set_line(row == 3 || row == 7 ? "סוף." : "מלה מלה מלה מלה מלה מלה מלה", 40, y));
  }
  EXPECT_EQ(lay_out(rtl_page(std::move(lines))).blocks.size(), 2U);
}

TEST(WritingMode, PiecesOfAnRtlRowFollowEachOther) {
  // Their gap is none that a table has; between them stands a space.
  const auto page = lay_out(rtl_page({set_line("ימין", 100, 100), set_line("שמאל", 148, 100)}));
  EXPECT_THAT(texts(page), ElementsAre("ימין שמאל"));
}

TEST(WritingMode, RtlTablesCountTheirColumnsFromTheRight) {
  std::vector<Line> lines;
  for (int row = 0; row < 4; ++row) {
    const float y = 112 + 20 * static_cast<float>(row);
    lines.push_back(set_line(row == 0 ? "שם" : "דוד", 105, y));
    lines.push_back(set_line(row == 0 ? "גיל" : "41", 205, y));
    lines.push_back(set_line(row == 0 ? "עיר" : "חיפה", 305, y));
  }
  auto page = page_of(std::move(lines));
  for (int row = 0; row <= 4; ++row) {
    const float y = 100 + 20 * static_cast<float>(row);
    page.rules.push_back({100, y, 400, y + 1});
  }
  for (int line = 0; line <= 3; ++line) {
    const float x = 100 + 100 * static_cast<float>(line);
    page.rules.push_back({x, 100, x + 1, 180});
  }
  mirror(page);
  const auto done = lay_out(std::move(page));
  ASSERT_EQ(done.blocks.size(), 1U);
  ASSERT_EQ(done.blocks[0].kind, BlockKind::table);
  const auto& first = done.blocks[0].cells.front();
  EXPECT_EQ(first.column, 0);
  EXPECT_EQ(text_of(std::span(first.lines)), "שם");
  EXPECT_GT(first.box.x0, 390);
}

TEST(WritingMode, ColumnsAreReadFromTheRightDownwards) {
  std::vector<Line> lines;
  for (const int nth : {5, 0, 3, 1, 4, 2}) {  // in no order
    static constexpr std::array numerals{"一", "二", "三", "四", "五", "六"};
    lines.push_back(column(numerals[static_cast<std::size_t>(nth)], nth == 5 ? 6 : 40, nth, 100));
  }
  lines[0].words[0].text += "。";
  const auto page = lay_out(page_of(std::move(lines)));
  ASSERT_EQ(page.blocks.size(), 1U);
  const auto text = text_of(page.blocks[0]);
  EXPECT_LT(text.find("一"), text.find("二"));
  EXPECT_LT(text.find("二"), text.find("三"));
  EXPECT_LT(text.find("五"), text.find("六"));
  EXPECT_EQ(text.find(' '), std::string::npos) << "columns are joined as the script wants it: " << text;
  EXPECT_EQ(page.blocks[0].lines[0].writing_mode, WritingMode::vertical);
  EXPECT_EQ(page.blocks[0].lines[0].box, (Box{530, 100, 540, 500}));
}

TEST(WritingMode, TiersOfColumnsAreReadOneAfterTheOther) {
  std::vector<Line> lines;
  for (int nth = 0; nth < 12; ++nth) {
    lines.push_back(column(nth == 0 ? "上" : "字", 25, nth, 100));
    lines.push_back(column(nth == 0 ? "下" : "字", 25, nth, 420));
  }
  const auto page = lay_out(page_of(std::move(lines)));
  std::string text;
  for (const auto& one : texts(page)) {
    text += one;
  }
  EXPECT_EQ(text.find("上"), 0U);
  EXPECT_EQ(text.find("下"), std::string("字").size() * 25 * 12);
}

TEST(WritingMode, IndentedColumnsBeginParagraphs) {
  std::vector<Line> lines;
  for (int nth = 0; nth < 9; ++nth) {
    const bool begins = nth % 3 == 0;
    lines.push_back(column("段", begins ? 39 : 40, nth, begins ? 110 : 100));
  }
  EXPECT_EQ(lay_out(page_of(std::move(lines))).blocks.size(), 3U);
}

TEST(WritingMode, LevelLinesStandAroundThePagesColumns) {
  std::vector<Line> lines{set_line("12", 300, 30), set_line("A title above all", 200, 90, 18)};
  for (int nth = 0; nth < 8; ++nth) {
    lines.push_back(column("縦", 40, nth, 120));
  }
  lines.push_back(set_line("foot", 300, 780));
  const auto page = lay_out(page_of(std::move(lines)));
  ASSERT_EQ(page.blocks.size(), 4U);
  EXPECT_EQ(text_of(page.blocks[0]), "12");
  EXPECT_EQ(page.blocks[0].kind, BlockKind::margin);
  EXPECT_EQ(text_of(page.blocks[1]), "A title above all");
  EXPECT_THAT(text_of(page.blocks[2]), StartsWith("縦"));
  EXPECT_EQ(text_of(page.blocks[3]), "foot");
  EXPECT_EQ(page.blocks[3].kind, BlockKind::margin);
}

TEST(WritingMode, FewColumnsComeLast) {
  std::vector<Line> lines{column("縦", 10, 0, 100)};
  for (int row = 0; row < 10; ++row) {
    lines.push_back(test::filler("Text", 80, 60, 200 + 12 * static_cast<float>(row)));
  }
  const auto page = lay_out(page_of(std::move(lines)));
  ASSERT_EQ(page.blocks.size(), 2U);
  EXPECT_THAT(text_of(page.blocks[0]), StartsWith("Text"));
  EXPECT_THAT(text_of(page.blocks[1]), StartsWith("縦"));
}

TEST(WritingMode, BesideIsFartherAlongTheLine) {
  auto right = set_line("one", 100, 100);
  auto left = set_line("two", 50, 100);
  EXPECT_TRUE(beside(left, right));
  EXPECT_FALSE(beside(right, left));
  right.writing_mode = left.writing_mode = WritingMode::rtl;
  EXPECT_TRUE(beside(right, left));
  EXPECT_FALSE(beside(left, right));
  const auto first = column("上", 4, 0, 100);
  EXPECT_FALSE(beside(first, column("上", 4, 1, 100))) << "the next column";
  EXPECT_TRUE(beside(first, column("下", 4, 0, 150))) << "farther down in the same one";
  EXPECT_FALSE(beside(first, left));
}

TEST(WritingMode, AColumnThatReachesTheFootIsFull) {
  Block block;
  block.lines = {column("一", 40, 0, 100), column("二", 40, 1, 100)};
  EXPECT_TRUE(end_of(block).is_full);
  block.lines.push_back(column("三", 10, 2, 100));
  EXPECT_FALSE(end_of(block).is_full);
}

}  // namespace
}  // namespace docket::engine
