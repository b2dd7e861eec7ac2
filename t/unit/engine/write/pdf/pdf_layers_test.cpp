#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "base/utf8.h"
#include "engine/layout/layout_model.h"
#include "engine/model/page_rotation.h"
#include "engine/write/pdf/glyphless_font.h"
#include "engine/write/pdf/layout_boxes.h"
#include "engine/write/pdf/ocr_text_layer.h"
#include "engine/write/pdf/page_matrices.h"

namespace docket::engine {
namespace {

std::pair<double, double> placed(const Matrix& m, double x, double y) {
  return {m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]};
}

using Position = std::pair<double, double>;

Page sheet(float width, float height) {
  Page page;
  page.width = width;
  page.height = height;
  return page;
}

TEST(PageMatrices, TurnsClockwise) {
  const Box crop{10, 20, 110, 220};  // 100 wide, 200 high
  // The upright page's lower left and upper right corners, in user space.
  EXPECT_EQ(placed(place_page(crop, 0, sheet(100, 200)), 0, 0), Position(10, 20));
  EXPECT_EQ(placed(place_page(crop, 0, sheet(100, 200)), 100, 200), Position(110, 220));
  EXPECT_EQ(placed(place_page(crop, 90, sheet(200, 100)), 0, 0), Position(110, 20));
  EXPECT_EQ(placed(place_page(crop, 90, sheet(200, 100)), 200, 100), Position(10, 220));
  EXPECT_EQ(placed(place_page(crop, 180, sheet(100, 200)), 0, 0), Position(110, 220));
  EXPECT_EQ(placed(place_page(crop, 180, sheet(100, 200)), 100, 200), Position(10, 20));
  EXPECT_EQ(placed(place_page(crop, 270, sheet(200, 100)), 0, 0), Position(10, 220));
  EXPECT_EQ(placed(place_page(crop, -90, sheet(200, 100)), 200, 100), Position(110, 20));
}

TEST(PageMatrices, TakesUserUnitsFromTheSizes) {
  EXPECT_EQ(placed(place_page({0, 0, 100, 200}, 0, sheet(250, 500)), 250, 500), Position(100, 200));
  EXPECT_EQ(placed(place_page({0, 0, 100, 200}, 90, sheet(500, 250)), 500, 250), Position(0, 200));
}

// A page that is shown 100 wide and 200 high, cropped, in units of half a point and turned by `rotation`.
struct Shown {
  int rotation;
  Box crop;

  // What is `x` points from the left of the page as it is shown, and `y` from its top, in user space.
  [[nodiscard]] Position in_user_space(double x, double y) const {
    const auto x0 = static_cast<double>(crop.x0);
    const auto y0 = static_cast<double>(crop.y0);
    const auto x1 = static_cast<double>(crop.x1);
    const auto y1 = static_cast<double>(crop.y1);
    switch (rotation) {
      case 90:
        return {x0 + 2 * y, y0 + 2 * x};
      case 180:
        return {x1 - 2 * x, y0 + 2 * y};
      case 270:
        return {x1 - 2 * y, y1 - 2 * x};
      default:
        return {x0 + 2 * x, y1 - 2 * y};
    }
  }
};

constexpr std::array<Shown, 4> pages_shown{
    {{0, {10, 20, 210, 420}}, {90, {10, 20, 410, 220}}, {180, {10, 20, 210, 420}}, {270, {10, 20, 410, 220}}}};

// Where a point of the page's model is written, given as boxes are: y down.
Position written(const Shown& shown, const Page& page, double x, double y) {
  return placed(place_page(shown.crop, shown.rotation, page), x, static_cast<double>(page.height) - y);
}

void expect_near(const Position& one, const Position& other) {
  EXPECT_NEAR(one.first, other.first, 1e-3);
  EXPECT_NEAR(one.second, other.second, 1e-3);
}

// Quarter by quarter, on pages that the file turns and those it does not: the corners of a word of the model are where
// the letters' corners are seen. Its first is the upper left one as it is read.
class TurnedPage : public testing::TestWithParam<int> {};

TEST_P(TurnedPage, ModelsStandWhereTheyAreSeen) {
  // Where the file shows a word: on a page of 100 by 200, at (10, 20) to (40, 25); or on its side, (10, 20) to (15,
  // 50).
  struct Seen {
    Box word;
    std::array<Position, 3> corners;  // of the letters: upper left, upper right, lower left
  };
  const std::array<Seen, 4> all{{{{10, 20, 40, 25}, {{{10, 20}, {40, 20}, {10, 25}}}},
                                 {{10, 20, 15, 50}, {{{10, 50}, {10, 20}, {15, 50}}}},    // runs up: turn clockwise
                                 {{10, 20, 40, 25}, {{{40, 25}, {10, 25}, {40, 20}}}},    // upside down
                                 {{10, 20, 15, 50}, {{{15, 20}, {15, 50}, {10, 20}}}}}};  // runs down
  const auto& seen = all[static_cast<std::size_t>(GetParam())];
  auto page = sheet(100, 200);
  Line line;
  line.box = seen.word;
  page.lines.push_back(line);
  turn(page, GetParam(), 0);
  const auto& model = page.lines[0].box;
  EXPECT_EQ(model.width(), 30);
  EXPECT_EQ(model.height(), 5);
  for (const auto& shown : pages_shown) {
    SCOPED_TRACE(shown.rotation);
    const auto at = [&](std::size_t corner) {
      return shown.in_user_space(seen.corners[corner].first, seen.corners[corner].second);
    };
    expect_near(written(shown, page, static_cast<double>(model.x0), static_cast<double>(model.y0)), at(0));
    expect_near(written(shown, page, static_cast<double>(model.x1), static_cast<double>(model.y0)), at(1));
    expect_near(written(shown, page, static_cast<double>(model.x0), static_cast<double>(model.y1)), at(2));
  }
}

INSTANTIATE_TEST_SUITE_P(Quarters, TurnedPage, testing::Range(0, 4));

TEST(PageMatrices, WhatWasMadeLevelLiesAskewAgain) {
  auto page = sheet(400, 600);
  page.skew = 3;
  const Box word{300, 100, 310, 110};
  const auto shown = box_as_shown(page, word);
  const auto middle = placed(place_askew(page), 305, 600 - 105);
  expect_near(middle, {static_cast<double>(shown.x0) + 5, 600 - static_cast<double>(shown.y0) - 5});
  // It climbs.
  const auto matrix = place_askew(page);
  EXPECT_NEAR(std::atan2(matrix[1], matrix[0]) * 180 / std::numbers::pi, 3, 1e-9);
}

TEST(PageMatrices, PicturesAreUprightWhicheverWayTheyAreStored) {
  // Where the stored picture's first row and first column begin, Exif 2.3: the upright page's corner, y up.
  const std::array<Position, 8> corners{{{0, 1}, {1, 1}, {1, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto matrix = place_picture(orientation, 1, 1);
    EXPECT_EQ(placed(matrix, 0, 1), corners[static_cast<std::size_t>(orientation) - 1]) << orientation;
    EXPECT_EQ(std::abs(matrix[0]) == 0, orientation >= 5) << orientation;
  }
}

TEST(PageMatrices, NumbersAreAsPdfTakesThem) {
  std::string out;
  append_pdf_number(out, 1e-9);
  out += ' ';
  append_pdf_number(out, std::nan(""));
  out += ' ';
  append_pdf_number(out, 1e300);
  out += ' ';
  append_pdf_number(out, -2.5);
  EXPECT_EQ(out, "0 0 10000000 -2.5");
}

Page recognised(std::vector<Line> lines) {
  auto page = test::page_of({});
  page.source = Source::recognised;
  Block block;
  block.lines = std::move(lines);
  for (auto& line : block.lines) {
    for (auto& word : line.words) {
      word.confidence = 90;
    }
  }
  page.blocks = {block};
  return page;
}

std::string layer_of(const Page& page) {
  TextCodes codes;
  codes.add(page);
  std::string out;
  append_text_layer(out, page, codes, "/F");
  return out;
}

TEST(TextLayer, WordsStandInTheirBoxes) {
  // "Hi" is 10 points wide in a size of 10: as wide as its glyphs are. The page is 800 high.
  EXPECT_EQ(layer_of(recognised({test::set_line("Hi you", 100, 200)})),
            "BT 3 Tr\n/F 10 Tf 100 Tz 1 0 0 1 100 600 Tm <004800690020> Tj\n"
            "100 Tz 1 0 0 1 115 600 Tm <0079006f0075> Tj\nET\n");
}

TEST(TextLayer, IsAsWideAsTheBox) {
  auto page = recognised({test::set_line("Hi", 100, 200)});
  page.blocks[0].lines[0].words[0].box.x1 = 125;
  EXPECT_NE(layer_of(page).find("250 Tz 1 0 0 1 100 600 Tm"), std::string::npos);
}

TEST(TextLayer, WordsOfAPageThatLiesAskewAreLevelAtTheirPlaces) {
  auto page = recognised({test::set_line("Hi you", 100, 200)});
  page.skew = 2;
  // The words' middles are at (105, 197) and (122.5, 197): turned counter-clockwise about (300, 400) by 2 degrees they
  // go by (-6.966, 6.929) and by (-6.976, 6.318), y down.
  const auto layer = layer_of(page);
  EXPECT_NE(layer.find("100 Tz 1 0 0 1 93.034 593.071 Tm"), std::string::npos) << layer;
  EXPECT_NE(layer.find("100 Tz 1 0 0 1 108.024 593.682 Tm"), std::string::npos) << layer;
}

TEST(TextLayer, HasRecognisedWordsOnly) {
  auto page = recognised({test::set_line("Old new", 100, 200)});
  page.blocks[0].lines[0].words[0].confidence = -1;
  EXPECT_TRUE(has_recognised_words(page));
  EXPECT_EQ(layer_of(page).find("<004f"), std::string::npos);
  page.blocks[0].lines[0].words[1].confidence = -1;
  EXPECT_FALSE(has_recognised_words(page));
}

TEST(TextLayer, HasTheWordsOfCells) {
  auto page = test::page_of({});
  Block table;
  table.kind = BlockKind::table;
  table.cells = {{.box = {}, .lines = {test::set_line("Cell", 10, 20)}}};
  table.cells[0].lines[0].words[0].confidence = 50;
  page.blocks = {table};
  EXPECT_TRUE(has_recognised_words(page));
  EXPECT_NE(layer_of(page).find("<00430065006c006c>"), std::string::npos);
}

TEST(TextLayer, RightToLeftWordsAreWrittenAsTheyAreSeen) {
  auto page = recognised({test::set_line("x", 100, 200)});
  page.blocks[0].lines[0].words[0].text = "שלום";
  EXPECT_NE(layer_of(page).find("<05dd05d505dc05e9>"), std::string::npos) << layer_of(page);
}

TEST(TextLayer, WordsThatRunDownAreTurned) {
  auto page = recognised({test::set_line("down", 100, 200)});
  auto& line = page.blocks[0].lines[0];
  line.words[0].box = line.box = {100, 100, 110, 180};
  EXPECT_NE(layer_of(page).find("/F 10 Tf 400 Tz 0 -1 1 0 102 700 Tm"), std::string::npos) << layer_of(page);
}

TEST(TextCodes, CharactersBeyondTheFirstPlaneHaveCodes) {
  auto page = recognised({test::set_line("x", 100, 200)});
  page.blocks[0].lines[0].words[0].text = "a😀𝒳😀";
  TextCodes codes;
  codes.add(page);
  EXPECT_EQ(codes.code_of(U'a'), 0x61);
  EXPECT_EQ(codes.code_of(U'😀'), 0xD800);
  EXPECT_EQ(codes.code_of(U'𝒳'), 0xD801);
  EXPECT_EQ(codes.code_of(U'🙈'), 0xFFFD) << "it was not shown";
  const auto map = codes.to_unicode();
  EXPECT_NE(map.find("<0000> <00ff> <0000>\n"), std::string::npos);
  EXPECT_NE(map.find("<d800> <d800> <d83dde00>\n"), std::string::npos) << map;
  EXPECT_EQ(map.find("<d800> <d8ff>"), std::string::npos);
}

TEST(TextCodes, AreBounded) {
  TextCodes codes;
  for (char32_t first = 0; first < 30; ++first) {
    auto page = recognised({test::set_line("x", 100, 200)});
    auto& text = page.blocks[0].lines[0].words[0].text;
    text.clear();
    for (char32_t c = 0; c < 100; ++c) {
      append_char(text, 0x20000 + 100 * first + c);
    }
    codes.add(page);
  }
  EXPECT_EQ(codes.code_of(0x20000 + 2047), 0xDFFF);
  EXPECT_EQ(codes.code_of(0x20000 + 2048), 0xFFFD);
}

TEST(GlyphlessFont, IsAFontProgram) {
  const auto font = glyphless_font();
  EXPECT_EQ(font.size() % 4, 0U);
  EXPECT_EQ(font.substr(0, 6), std::string("\0\1\0\0\0\x09", 6));
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < font.size(); at += 4) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      number = number << 8U | static_cast<unsigned char>(font[at + i]);
    }
    sum += number;
  }
  EXPECT_EQ(sum, 0xB1B0AFBAU) << "what all fonts come to";
}

TEST(LayoutBoxes, LieAskewAsTheTextDoes) {
  auto page = test::page_of({});
  std::string level;
  append_layout_boxes(level, page, "/L");
  page.skew = 2;
  std::string askew;
  append_layout_boxes(askew, page, "/L");
  std::string matrix;
  append_pdf_matrix(matrix, place_askew(page));
  EXPECT_EQ(askew, matrix + level);
}

TEST(LayoutBoxes, AreNumberedInReadingOrder) {
  auto page = test::page_of({});
  Block heading;
  heading.kind = BlockKind::heading;
  heading.box = {100, 100, 300, 120};
  Block text;
  text.box = {100, 2, 300, 300};
  page.blocks = {heading, text};
  std::string out;
  append_layout_boxes(out, page, "/L");
  EXPECT_NE(out.find("100 680 200 20 re S"), std::string::npos) << out;
  EXPECT_NE(out.find("(1 heading) Tj"), std::string::npos);
  EXPECT_LT(out.find("(1 heading) Tj"), out.find("(2 paragraph) Tj"));
  EXPECT_NE(out.find(" 793 "), std::string::npos) << "a label stays on the page: its upper edge is the page's";
}

}  // namespace
}  // namespace docket::engine
