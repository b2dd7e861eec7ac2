#include "engine/text/broken_words.h"

#include <gtest/gtest.h>

#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::set_line;

/// A page of one block of these lines.
Page page_of(const std::vector<std::string>& lines) {
  Page page;
  Block block;
  float baseline = 100;
  for (const auto& line : lines) {
    block.lines.push_back(set_line(line, 100, baseline));
    baseline += 12;
  }
  page.blocks = {block};
  return page;
}

/// The text of `broken`, in a document that also has `other`.
std::string repaired(const std::vector<std::string>& broken, const std::vector<std::string>& other) {
  auto page = page_of(broken);
  WordDigest digest;
  digest.add(page);
  digest.add(page_of(other));
  resolve_hyphens(page, digest.words());
  return text_of(page.blocks.front());
}

TEST(BrokenWords, AreWrittenAsElsewhere) {
  EXPECT_EQ(repaired({"a well-", "founded view"}, {"nothing"}), "a well-founded view");
  EXPECT_EQ(repaired({"a data-", "driven view"}, {"nothing"}), "a datadriven view");
  EXPECT_EQ(repaired({"a data-", "driven view"}, {"It is (data-driven)."}), "a data-driven view");
  EXPECT_EQ(repaired({"the X-", "Ray"}, {"an Xray"}), "the XRay");
  EXPECT_EQ(repaired({"long-term, co-", "operations."}, {"our cooperation"}), "long-term, cooperations.");
  EXPECT_EQ(repaired({"many co-", "operations"}, {"our co-operation"}), "many co-operations");
  EXPECT_EQ(repaired({"a co-", "operation"}, {"our co-operation, your cooperation"}), "a cooperation");
}

TEST(BrokenWords, TeachNothingThemselves) {
  EXPECT_EQ(repaired({"a data-", "driven and data-", "driven view"}, {}), "a datadriven and datadriven view");
}

TEST(BrokenWords, KnowFrench) {
  const std::vector<std::string> french{"les uns et des autres, une fois; peut"};
  EXPECT_EQ(repaired({"Il a peut-", "être raison"}, french), "Il a peut-être raison");
  EXPECT_EQ(repaired({"Il a peut-", "être raison"}, {"peut"}), "Il a peutêtre raison");
}

TEST(BrokenWords, AreThoseOfCellsToo) {
  auto page = page_of({"data-driven"});
  Block table;
  table.kind = BlockKind::table;
  table.cells = {{.box = {}, .lines = {set_line("data-", 100, 100), set_line("driven", 100, 112)}}};
  page.blocks.push_back(table);
  WordDigest digest;
  digest.add(page);
  resolve_hyphens(page, digest.words());
  EXPECT_EQ(text_of(std::span(page.blocks[1].cells[0].lines)), "data-driven");
}

TEST(BrokenWords, MayHaveSoftHyphens) {
  auto page = lay_out(test::page_of({set_line("the UNI\u00AD Exam\u00AD", 100, 100), set_line("Ple of it", 100, 112)}));
  ASSERT_EQ(page.blocks.size(), 1U);
  EXPECT_EQ(text_of(page.blocks[0]), "the UNI ExamPle of it");
}

TEST(KnownWords, AreBounded) {
  KnownWords words;
  for (int i = 0; i < 200'000; ++i) {
    words.add("word" + std::to_string(i));
  }
  EXPECT_TRUE(words.has("word0"));
  EXPECT_TRUE(words.has("WORD31999"));
  EXPECT_FALSE(words.has("word32000"));
  EXPECT_FALSE(words.has("word199999"));
  EXPECT_FALSE(KnownWords().has("word"));
}

}  // namespace
}  // namespace docket::engine
