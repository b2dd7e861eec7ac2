#include "engine/layout/blocks/code_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/digest/document_digest.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/layout/scripts.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;
using testing::ElementsAre;

constexpr std::int16_t mono = 3;

/// A page of text with `code` in its middle, after the page's and the document's passes.
Page laid_out(const std::vector<Line>& code) {
  std::vector<Line> lines;
  for (int i = 0; i < 8; ++i) {
    lines.push_back(filler(i == 0 ? "Text" : "text", 70, 100, 100 + 12 * static_cast<float>(i)));
  }
  lines.insert(lines.end(), code.begin(), code.end());
  for (int i = 0; i < 8; ++i) {
    lines.push_back(filler(i == 0 ? "More" : "more", 70, 100, 400 + 12 * static_cast<float>(i)));
  }
  auto page = lay_out(test::page_of(std::move(lines)));
  DocumentDigest digest;
  digest.add(page);
  digest.findings().apply(page);
  return page;
}

TEST(CodeBlocks, KeepLinesIndentsAndEmptyLines) {
  const auto page = laid_out({set_line("def f(x):", 110, 220, 10, mono), set_line("    return x", 110, 232, 10, mono),
                              set_line("print(f(1))", 110, 256, 10, mono)});
  ASSERT_EQ(page.blocks.size(), 3U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::code);
  EXPECT_THAT(code_lines(page.blocks[1]), ElementsAre("def f(x):", "    return x", "", "print(f(1))"));
}

TEST(CodeBlocks, KeepColumnsAndMarkers) {
  const auto page = laid_out({set_line("# numbers", 110, 220, 10, mono), set_line("- 1     2", 110, 232, 10, mono),
                              set_line("- 10    20", 110, 244, 10, mono)});
  ASSERT_EQ(page.blocks.size(), 3U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::code);
  EXPECT_THAT(code_lines(page.blocks[1]), ElementsAre("# numbers", "- 1     2", "- 10    20"));
}

TEST(CodeBlocks, OfOtherPlacesStayApart) {
  const auto page = laid_out({set_line("make", 110, 220, 10, mono), set_line("make install", 110, 300, 10, mono)});
  ASSERT_EQ(page.blocks.size(), 4U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::code);
  EXPECT_EQ(page.blocks[2].kind, BlockKind::code);
}

TEST(CodeBlocks, ATypewrittenDocumentHasNone) {
  auto page = test::page_of({set_line("This letter was typed and all of it looks alike.", 100, 100, 10, mono),
                             set_line("- one", 100, 140, 10, mono), set_line("- two", 100, 152, 10, mono),
                             set_line("Yours, a typist who has no other font at all.", 100, 200, 10, mono)});
  page = lay_out(std::move(page));
  DocumentDigest digest;
  digest.add(page);
  digest.findings().apply(page);
  ASSERT_EQ(page.blocks.size(), 4U);
  EXPECT_EQ(page.blocks[0].kind, BlockKind::paragraph);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::list_item);
  EXPECT_EQ(test::text_of_line(page.blocks[1].lines[0]), "one");
  EXPECT_EQ(page.blocks[3].kind, BlockKind::paragraph);
}

TEST(Scripts, AreToldByTheirSizeAndHeight) {
  auto line = set_line("water is H", 100, 200);
  auto two = set_line("2", 150.5F, 202, 6);
  auto note = set_line("7", 154, 196, 6);
  line.words.back().box.x1 = 150;
  line.words.push_back(two.words[0]);
  line.words.push_back(note.words[0]);
  std::vector<Line> lines{line, set_line("small but on the line", 100, 220, 6)};
  mark_scripts(lines);
  EXPECT_EQ(lines[0].words[0].script, Script::normal);
  EXPECT_EQ(lines[0].words[3].script, Script::subscript);
  EXPECT_EQ(lines[0].words[4].script, Script::superscript);
  EXPECT_FALSE(lines[0].words[2].space_after) << "a mark stands at its word";
  EXPECT_EQ(lines[1].words[0].script, Script::normal);
}

TEST(Scripts, MayBeLinesOfTheirOwn) {
  std::vector<Line> lines{set_line("Somebody", 100, 200), set_line("1", 141, 196, 6),
                          set_line("Nobody", 200, 200),   set_line("12", 231, 203, 6),
                          set_line("Others", 100, 240),   set_line("1.0%", 200, 243, 6),
                          set_line("24.5", 100, 280),     set_line("\u732A\u820C", 121, 276, 6)};
  mark_scripts(lines);
  EXPECT_EQ(lines[1].words[0].script, Script::superscript);
  EXPECT_EQ(lines[2].words[0].script, Script::normal);
  EXPECT_EQ(lines[3].words[0].script, Script::subscript);
  EXPECT_EQ(lines[7].words[0].script, Script::normal) << "a cell";
  EXPECT_EQ(lines[5].words[0].script, Script::normal) << "far away: another cell of the row";
}

}  // namespace
}  // namespace docket::engine
