#include "engine/model/page_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/page_results.h"
#include "engine/render_options.h"

namespace docket::engine {
namespace {

Page sample() {
  auto page = test::page_of({test::set_line("left over", 10, 20)});
  page.file = 3;
  page.number = 70'000;
  page.source = Source::mixed;
  page.measures = Measures::rough;
  page.dpi = 300;
  page.quarter_turns = 3;
  page.skew = -1.5F;
  page.outlined = {.named = 7, .found = 5};
  Block heading;
  heading.kind = BlockKind::heading;
  heading.level = 2;
  heading.outline = 3;
  heading.tagged = 1;
  heading.box = {1, 2, 3, 4};
  heading.lines = {test::set_line("A heading", 100, 200, 14, test::bold)};
  heading.lines[0].words[1].confidence = 87;
  heading.lines[0].words[0].space_after = false;
  heading.lines[0].group = 5;
  heading.lines[0].writing_mode = WritingMode::vertical;
  Block item;
  item.kind = BlockKind::list_item;
  item.marker = "3.";
  item.lines = {test::set_line("größer " + std::string(1000, 'x'), 100, 220)};
  page.links = {"https://example.org/"};
  heading.lines[0].words[0].link = 0;
  item.lines[0].words[0].script = Script::note;
  item.lines[0].words[1].hyphen = Hyphen::broken;
  page.images = {{{10, 20, 30, 40}, "1_0.png", 0x0123'4567'89AB'CDEFU, 150}, {}};
  page.rules = {{0, 99, 200, 100}};
  page.shapes = {{5, 6, 7, 8}};
  page.fills = {{0, 100, 200, 120}, {1, 2, 3, 4}};
  Block table;
  table.kind = BlockKind::table;
  table.cells = {{.row = 0, .column = 0, .column_span = 2, .is_header = true, .box = {1, 2, 3, 4}, .lines = item.lines},
                 {.row = 1, .column = 1, .row_span = 3, .box = {}, .lines = {}}};
  Block figure;
  figure.kind = BlockKind::figure;
  figure.image = 1;
  page.blocks = {heading, item, Block{}, table, figure};
  page.hidden = {item};
  return page;
}

TEST(PageCodec, BringsAPageBack) {
  const auto page = sample();
  const auto back = decode_page(encode_page(page));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, page);
  EXPECT_EQ(decode_page(encode_page(Page{})).value(), Page{});
}

TEST(PageCodec, RefusesEveryCut) {
  const auto bytes = encode_page(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto back = decode_page(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(back) << size;
    ASSERT_EQ(back.error().code, ErrorCode::bad_record);
  }
  EXPECT_FALSE(decode_page(bytes + '\0'));
}

TEST(PageCodec, RefusesAnotherVersion) {
  auto bytes = encode_page(sample());
  ++bytes[2];
  EXPECT_FALSE(decode_page(bytes));
}

TEST(PageCodec, SurvivesEveryChangedByte) {
  // Whatever a byte is changed to, the answer is an error or a page that can be written.
  const auto bytes = encode_page(lay_out(sample()));
  RenderOptions options;
  options.formats.add(Format::markdown);
  options.formats.add(Format::text);
  options.formats.add(Format::json);
  std::size_t decoded = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      auto changed = bytes;
      changed[i] = static_cast<char>(value);
      if (auto page = decode_page(changed)) {
        ++decoded;
        for (const auto& rendering : render_page(resolve_alone(std::move(*page)), options)) {
          ASSERT_FALSE(rendering.bytes.empty() && rendering.representation == Representation::escaped);
        }
      }
    }
  }
  EXPECT_GT(decoded, 0U);
}

TEST(PageCodec, RefusesWhatNoReaderMakes) {
  const auto refuses = [](auto change) {
    auto page = sample();
    change(page);
    return !decode_page(encode_page(page)).has_value();
  };
  EXPECT_TRUE(refuses([](Page& page) { page.width = std::numeric_limits<float>::quiet_NaN(); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].box.x1 = std::numeric_limits<float>::infinity(); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].font = 4; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].font = -2; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].confidence = 101; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].text = "\xC3\x28"; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words.clear(); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].link = 1; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].script = static_cast<Script>(4); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].lines[0].words[0].hyphen = static_cast<Hyphen>(3); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[0].kind = static_cast<BlockKind>(12); }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[4].image = 2; }));
  EXPECT_TRUE(refuses([](Page& page) { page.blocks[3].cells[0].row_span = 0; }));
  EXPECT_TRUE(refuses([](Page& page) { page.source = static_cast<Source>(9); }));
  EXPECT_FALSE(refuses([](Page& page) { page.number = 1; }));
}

}  // namespace
}  // namespace docket::engine
