#include "engine/write/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using nlohmann::json;

json as_json(const std::vector<Page>& pages, bool with_files = false) {
  JsonWriter writer(with_files);
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return json::parse(out);
}

Page json_sample() {
  auto page = test::page_of({});
  page.number = 4;
  page.file = 1;
  page.source = Source::recognised;
  page.dpi = 300;
  Block block;
  block.kind = BlockKind::heading;
  block.level = 2;
  block.box = {10, 20.126F, 30.5F, 40};
  block.lines = {test::set_line("Say \"hi\"", 10, 20, 12, test::bold)};
  block.lines[0].words[0].confidence = 91;
  block.lines[0].words[1].font = -1;
  page.blocks = {block};
  return page;
}

TEST(Json, OfNothingHasNoPages) {
  EXPECT_EQ(as_json({}), json::parse(R"({"pages": []})"));
}

TEST(Json, TellsHiddenTextApart) {
  auto page = json_sample();
  EXPECT_FALSE(as_json({page})["pages"][0].contains("hidden"));
  Block hidden;
  hidden.lines = {test::set_line("cut off", -90, 20)};
  hidden.box = hidden.lines[0].box;
  page.hidden = {hidden};
  const auto told = as_json({page})["pages"][0];
  EXPECT_EQ(told["blocks"].size(), 1U);
  ASSERT_EQ(told["hidden"].size(), 1U);
  EXPECT_EQ(told["hidden"][0]["type"], "paragraph");
  EXPECT_EQ(told["hidden"][0]["text"], "cut off");
  EXPECT_EQ(told["hidden"][0]["box"][0], -90);
}

TEST(Json, SaysWhatAPageIs) {
  const auto page = as_json({json_sample()})["pages"][0];
  EXPECT_EQ(page["page"], 4);
  EXPECT_EQ(page["width"], 600);
  EXPECT_EQ(page["height"], 800);
  EXPECT_EQ(page["source"], "recognised");
  EXPECT_EQ(page["dpi"], 300);
  EXPECT_FALSE(page.contains("file"));
  EXPECT_EQ(page["fonts"][1], json::parse(R"({"name":"Serif-Bold","bold":true,"italic":false,"monospace":false})"));
  EXPECT_EQ(as_json({json_sample()}, true)["pages"][0]["file"], 1);
}

TEST(Json, SaysWhatABlockIs) {
  const auto block = as_json({json_sample()})["pages"][0]["blocks"][0];
  EXPECT_EQ(block["type"], "heading");
  EXPECT_EQ(block["level"], 2);
  EXPECT_EQ(block["text"], "Say \"hi\"");
  EXPECT_EQ(block["box"], json::parse("[10, 20.13, 30.5, 40]"));
  const auto line = block["lines"][0];
  EXPECT_EQ(line["baseline"], 20);
  EXPECT_EQ(line["words"][0],
            json::parse(R"({"text":"Say","box":[10,10.4,28,22.4],"confidence":91,"size":12,"font":1})"));
  EXPECT_FALSE(line["words"][1].contains("font"));
  EXPECT_FALSE(line["words"][1].contains("confidence"));
}

TEST(Json, NamesEveryKind) {
  Page page;
  for (const auto kind : {BlockKind::paragraph, BlockKind::heading, BlockKind::list_item, BlockKind::margin,
                          BlockKind::page_header, BlockKind::page_footer}) {
    Block block;
    block.kind = kind;
    block.marker = kind == BlockKind::list_item ? "-" : "";
    block.lines = {test::set_line("text", 0, 10)};
    page.blocks.push_back(block);
  }
  const auto blocks = as_json({page})["pages"][0]["blocks"];
  EXPECT_EQ(blocks[0]["type"], "paragraph");
  EXPECT_FALSE(blocks[0].contains("level"));
  EXPECT_EQ(blocks[1]["type"], "heading");
  EXPECT_EQ(blocks[2]["type"], "list_item");
  EXPECT_EQ(blocks[2]["marker"], "-");
  EXPECT_EQ(blocks[3]["type"], "margin");
  EXPECT_EQ(blocks[4]["type"], "page_header");
  EXPECT_EQ(blocks[5]["type"], "page_footer");
}

TEST(Json, TellsLinksScriptsAndTurns) {
  auto page = json_sample();
  page.links = {"https://example.org/?a=\"b\""};
  page.quarter_turns = 3;
  auto& words = page.blocks[0].lines[0].words;
  words[0].link = 0;
  words[0].script = Script::superscript;
  const auto told = as_json({page})["pages"][0];
  EXPECT_EQ(told["links"], nlohmann::json::array({"https://example.org/?a=\"b\""}));
  EXPECT_EQ(told["quarter_turns"], 3);
  EXPECT_EQ(told["blocks"][0]["lines"][0]["words"][0]["link"], 0);
  EXPECT_EQ(told["blocks"][0]["lines"][0]["words"][0]["script"], "superscript");
  EXPECT_FALSE(told["blocks"][0]["lines"][0]["words"][0].contains("note"));
  words[0].script = Script::note;
  const auto note = as_json({page})["pages"][0]["blocks"][0]["lines"][0]["words"][0];
  EXPECT_EQ(note["script"], "superscript");
  EXPECT_EQ(note["note"], true);
  const auto plain = as_json({json_sample()})["pages"][0];
  EXPECT_FALSE(plain.contains("links") || plain.contains("quarter_turns"));
  EXPECT_FALSE(plain["blocks"][0]["lines"][0]["words"][0].contains("script"));
}

TEST(Json, WritesEveryNumber) {
  auto page = json_sample();
  auto& word = page.blocks[0].lines[0].words[0];
  word.box = {-0.004F, -1.5F, 1e30F, std::numeric_limits<float>::quiet_NaN()};
  word.size = 0.05F;
  const auto box = as_json({page})["pages"][0]["blocks"][0]["lines"][0]["words"][0];
  EXPECT_EQ(box["box"], json::parse("[0, -1.5, 1000000, 0]"));
  EXPECT_EQ(box["size"], json::parse("0.05"));
}

}  // namespace
}  // namespace docket::engine
