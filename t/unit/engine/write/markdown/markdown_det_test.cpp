#include "engine/write/markdown/markdown_det.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using nlohmann::json;

struct Entry {
  json head;
  std::string markdown;
};

/// Reads the format as a client does: a comment, as many lines as it says, an empty line.
std::vector<Entry> read(const std::string& text) {
  std::vector<Entry> entries;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!entries.empty()) {
      EXPECT_EQ(line, "") << "blocks are divided";
      std::getline(in, line);
    }
    EXPECT_TRUE(line.starts_with("<!-- {") && line.ends_with("} -->")) << line;
    Entry entry{json::parse(line.substr(5, line.size() - 9)), {}};
    for (int left = entry.head["lines"]; left > 0 && std::getline(in, line); --left) {
      entry.markdown += line + "\n";
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Entry> written(const std::vector<Page>& pages, bool with_files = false) {
  MarkdownDetWriter writer(with_files);
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return read(out);
}

Block block_of(BlockKind kind, std::string_view text) {
  Block block;
  block.kind = kind;
  block.box = {10, 20.126F, 30.5F, 40};
  block.lines = {test::set_line(text, 10, 20)};
  return block;
}

TEST(MarkdownDet, OfNothingIsNothing) {
  EXPECT_TRUE(written({}).empty());
  EXPECT_TRUE(written({test::page_of({})}).empty());
}

TEST(MarkdownDet, EveryBlockSaysWhatItIsAndWhere) {
  auto page = test::page_of({});
  page.number = 7;
  auto heading = block_of(BlockKind::heading, "A title");
  heading.level = 2;
  auto item = block_of(BlockKind::list_item, "An item");
  item.marker = "-";
  item.level = 1;
  page.blocks = {heading, item, block_of(BlockKind::paragraph, "Some words")};
  const auto entries = written({page});
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].head,
            json::parse(R"({"page":7,"kind":"heading","level":2,"box":[10,20.13,30.5,40],"lines":1})"));
  EXPECT_EQ(entries[0].markdown, "## A title\n");
  EXPECT_EQ(entries[1].head["kind"], "list_item");
  EXPECT_EQ(entries[1].head["level"], 1);
  EXPECT_EQ(entries[1].markdown, "- An item\n");
  EXPECT_EQ(entries[2].head["kind"], "paragraph");
  EXPECT_FALSE(entries[2].head.contains("level"));
  EXPECT_EQ(entries[2].markdown, "Some words\n");
}

TEST(MarkdownDet, ParagraphsEndWithTheirBlock) {
  // Markdown for people would put these together: the sentence goes on.
  auto page = test::page_of({});
  page.blocks = {block_of(BlockKind::paragraph, "It goes on and")};
  auto next = page;
  next.number = 2;
  next.blocks = {block_of(BlockKind::paragraph, "on and on.")};
  const auto entries = written({page, next});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].markdown, "It goes on and\n");
  EXPECT_EQ(entries[1].head["page"], 2);
}

TEST(MarkdownDet, HasTheMargins) {
  auto page = test::page_of({});
  page.blocks = {block_of(BlockKind::margin, "Page 12")};
  const auto entries = written({page});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].head["kind"], "margin");
  EXPECT_EQ(entries[0].markdown, "Page 12\n");
}

TEST(MarkdownDet, FiguresLinkToTheirImage) {
  auto page = test::page_of({});
  page.images = {{{0, 0, 100, 100}, "1_0.png", 0, 0}, {{0, 200, 100, 300}, "", 0, 0}};
  Block figure;
  figure.kind = BlockKind::figure;
  figure.image = 0;
  figure.box = {0, 0, 100, 100};
  auto unnamed = figure;
  unnamed.image = 1;
  page.blocks = {figure, unnamed};
  const auto entries = written({page});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].markdown, "![](images/1_0.png)\n");
  EXPECT_EQ(entries[1].head["lines"], 0);
  EXPECT_EQ(entries[1].markdown, "");
}

TEST(MarkdownDet, SaysWhichFile) {
  auto page = test::page_of({});
  page.file = 3;
  page.blocks = {block_of(BlockKind::paragraph, "Words")};
  EXPECT_EQ(written({page}, true)[0].head["file"], 3);
  EXPECT_FALSE(written({page})[0].head.contains("file"));
}

}  // namespace
}  // namespace docket::engine
