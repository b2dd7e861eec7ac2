#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/layout/digest/document_digest.h"
#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using test::set_line;

Block block_at(BlockKind kind, std::string_view text, float y) {
  Block block;
  block.kind = kind;
  block.lines = {set_line(text, 100, y)};
  block.box = block.lines.front().box;
  return block;
}

/// Pages of 800 points with a paragraph in the middle and what `make` puts beside it.
template <class Make>
std::vector<Page> resolved(std::size_t count, Make make) {
  std::vector<Page> pages;
  DocumentDigest digest;
  for (std::size_t i = 0; i < count; ++i) {
    auto page = test::page_of({});
    page.number = static_cast<std::uint32_t>(i + 1);
    page.blocks = make(i + 1);
    page.blocks.push_back(block_at(BlockKind::paragraph, "What is to be read.", 400));
    digest.add(page);
    pages.push_back(std::move(page));
  }
  const auto findings = digest.findings();
  for (auto& page : pages) {
    findings.apply(page);
  }
  return pages;
}

std::vector<BlockKind> kinds(const std::vector<Page>& pages) {
  std::vector<BlockKind> result;
  for (const auto& page : pages) {
    result.push_back(page.blocks.front().kind);
  }
  return result;
}

TEST(RunningDigest, FindsWhatStandsOnSeveralPagesButForNumbers) {
  const auto pages = resolved(4, [](std::size_t page) {
    return std::vector{block_at(BlockKind::margin, "Annual Report 2024 " + std::to_string(page), 40),
                       block_at(BlockKind::margin, "Somebody et al., vol. 7", 770)};
  });
  for (const auto& page : pages) {
    EXPECT_EQ(page.blocks[0].kind, BlockKind::page_header);
    EXPECT_EQ(page.blocks[1].kind, BlockKind::page_footer);
    EXPECT_EQ(page.blocks[2].kind, BlockKind::paragraph);
  }
}

TEST(RunningDigest, FindsHeadersThatAlternate) {
  const auto pages = resolved(6, [](std::size_t page) {
    return std::vector{block_at(BlockKind::margin, page % 2 == 0 ? "The Author" : "The Title", 40)};
  });
  EXPECT_EQ(kinds(pages), std::vector(6, BlockKind::page_header));
}

TEST(RunningDigest, LeavesWhatIsSaidOnceOrAtAnotherHeight) {
  const auto notes = resolved(6, [](std::size_t page) {
    return std::vector{block_at(BlockKind::margin, "Ibid., p. 7", 720 + 10 * static_cast<float>(page))};
  });
  EXPECT_EQ(kinds(notes), std::vector(6, BlockKind::margin));
  const auto different = resolved(3, [](std::size_t page) {
    return std::vector{block_at(BlockKind::margin, "Note " + std::string(page, 'y'), 770)};
  });
  EXPECT_EQ(kinds(different), std::vector(3, BlockKind::margin));
  const auto sides = resolved(3, [](std::size_t) { return std::vector{block_at(BlockKind::margin, "A note", 300)}; });
  EXPECT_EQ(kinds(sides), std::vector(3, BlockKind::margin));
}

TEST(RunningDigest, KnowsPageNumbersOfASinglePage) {
  for (const auto* text : {"12", "- 3 -", "Page 3 of 10", "Seite 3", "xiv", "3/10", "3 | 10"}) {
    const auto pages = resolved(1, [&](std::size_t) { return std::vector{block_at(BlockKind::margin, text, 780)}; });
    EXPECT_EQ(kinds(pages), std::vector{BlockKind::page_footer}) << text;
  }
  for (const auto* text : {"Page", "Part 3", "2 apples", "Total: 12"}) {
    const auto pages = resolved(1, [&](std::size_t) { return std::vector{block_at(BlockKind::margin, text, 780)}; });
    EXPECT_EQ(kinds(pages), std::vector{BlockKind::margin}) << text;
  }
}

TEST(RunningDigest, FindsHeadersCloseToTheText) {
  const auto pages = resolved(
      4, [](std::size_t) { return std::vector{block_at(BlockKind::paragraph, "Handbook of Everything", 60)}; });
  EXPECT_EQ(kinds(pages), std::vector(4, BlockKind::page_header));
  const auto twice = resolved(5, [](std::size_t page) {
    return std::vector{block_at(BlockKind::paragraph, page < 3 ? "Dear Sir," : "Dear " + std::string(page, 'y'), 60)};
  });
  EXPECT_EQ(twice[0].blocks[0].kind, BlockKind::paragraph);
}

TEST(RunningDigest, LeavesEveryPageItsOnlyText) {
  DocumentDigest digest;
  auto page = test::page_of({});
  page.blocks = {block_at(BlockKind::paragraph, "Left blank on purpose", 60)};
  for (int i = 0; i < 5; ++i) {
    digest.add(page);
  }
  digest.findings().apply(page);
  EXPECT_EQ(page.blocks[0].kind, BlockKind::paragraph);
}

}  // namespace
}  // namespace docket::engine
