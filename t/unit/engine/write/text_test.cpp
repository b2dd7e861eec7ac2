#include "engine/write/text.h"

#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using test::page_with;
using test::set_line;

Block block_of(BlockKind kind, std::vector<Line> lines) {
  Block block;
  block.kind = kind;
  block.lines = std::move(lines);
  return block;
}

std::string text(const std::vector<Page>& pages, std::string separator = {}) {
  TextWriter writer(std::move(separator));
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return out;
}

TEST(Text, OfNothingIsNothing) {
  EXPECT_EQ(text({}), "");
}

TEST(Text, HasWhatIsHiddenAtItsPagesEnd) {
  auto page = page_with({block_of(BlockKind::paragraph, {set_line("Seen.", 0, 10)})});
  page.hidden = {block_of(BlockKind::paragraph, {set_line("Cut", -50, 10), set_line("off.", -50, 22)})};
  EXPECT_EQ(text({page, page_with({block_of(BlockKind::paragraph, {set_line("Next.", 0, 10)})})}),
            "Seen.\n\nCut off.\n\nNext.\n");
}

TEST(Text, HasOneLineAParagraph) {
  EXPECT_EQ(
      text({page_with({block_of(BlockKind::heading, {set_line("# Title", 0, 10)}),
                       block_of(BlockKind::paragraph, {set_line("A bro-", 0, 22), set_line("ken word", 0, 34)})})}),
      "# Title\n\nA broken word\n");
}

TEST(Text, HasTheMarkersOfMarginalItems) {
  auto side = block_of(BlockKind::margin, {set_line("Review", 0, 10)});
  side.marker = "-";
  auto note = block_of(BlockKind::footnote, {set_line("See there.", 0, 700)});
  note.marker = "1";
  EXPECT_EQ(text({page_with({side, note})}), "- Review\n\n1 See there.\n");
}

TEST(Text, IndentsListItems) {
  auto outer = block_of(BlockKind::list_item, {set_line("outer", 0, 10)});
  outer.marker = "1.";
  auto inner = block_of(BlockKind::list_item, {set_line("inner", 0, 22)});
  inner.marker = "-";
  inner.level = 1;
  EXPECT_EQ(text({page_with({outer, inner})}), "1. outer\n  - inner\n");
}

TEST(Text, SeparatesPages) {
  const auto one = page_with({block_of(BlockKind::paragraph, {set_line("one", 0, 10)})});
  const auto two = page_with({block_of(BlockKind::paragraph, {set_line("two", 0, 10)})});
  EXPECT_EQ(text({one, two}), "one\n\ntwo\n");
  EXPECT_EQ(text({one, two}, "\f"), "one\n\f\ntwo\n");
  EXPECT_EQ(text({one, page_with({}), two}, "=="), "one\n==\n==\ntwo\n");
}

}  // namespace
}  // namespace docket::engine
