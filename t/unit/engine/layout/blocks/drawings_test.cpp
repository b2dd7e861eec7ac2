#include "engine/layout/blocks/drawings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/media_type.h"
#include "engine/layout/blocks/captions.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/pdf/readers_documents.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;

/// Curves over a place of 150 × 100 points whose corner is at (x, y).
std::vector<Box> plot(float x, float y) {
  std::vector<Box> shapes;
  for (int i = 0; i < 15; ++i) {
    const float left = x + 10 * static_cast<float>(i);
    shapes.push_back({left, y, left + 10, y + 100});
  }
  return shapes;
}

Page page_with_text(std::vector<Line> lines) {
  for (int i = 0; i < 8; ++i) {
    lines.push_back(filler(i == 0 ? "Text" : "text", 90, 60, 500 + 12 * static_cast<float>(i)));
  }
  return test::page_of(std::move(lines));
}

TEST(Drawings, TakeTheirLabelsWithThem) {
  auto page = page_with_text({set_line("peak", 200, 150), set_line("0 10 20 30 40 50 60 70", 150, 215, 8),
                              set_line("time in seconds", 190, 222, 8)});
  page.shapes = plot(150, 100);
  page.rules = {{150, 200, 300, 201}};
  const auto labels = take_drawings(page);
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].lines.size(), 3U);
  ASSERT_EQ(page.images.size(), 1U);
  EXPECT_GE(page.images[0].box.y1, 222) << "the labels are in the picture";
  EXPECT_EQ(page.lines.size(), 8U);
  EXPECT_TRUE(page.rules.empty());
  EXPECT_TRUE(page.shapes.empty());
}

TEST(Drawings, BecomeFiguresWithTheirCaptions) {
  auto page = page_with_text({set_line("peak", 200, 150), set_line("Figure 1: What was seen", 150, 230)});
  page.shapes = plot(150, 100);
  page = lay_out(std::move(page));
  ASSERT_EQ(page.blocks.size(), 3U);
  EXPECT_EQ(page.blocks[0].kind, BlockKind::figure);
  EXPECT_EQ(page.blocks[0].image, 0);
  ASSERT_EQ(page.blocks[0].lines.size(), 1U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::caption);
  EXPECT_EQ(page.blocks[2].kind, BlockKind::paragraph);
}

TEST(Drawings, OfFewLinesAreKnownByTheirCaptions) {
  const auto with = [](const char* caption) {
    auto page = page_with_text({set_line("peak", 200, 150), set_line(caption, 150, 212)});
    page.shapes = plot(150, 100);
    page.shapes.resize(4);
    page.rules = {{150, 200, 300, 201}};
    return page;
  };
  auto named = with("Figure 1: What was seen");
  const auto labels = take_drawings(named);
  ASSERT_EQ(labels.size(), 1U);
  EXPECT_EQ(labels[0].lines.size(), 1U) << "its caption is no label";
  for (const auto* const other : {"Table 1: What was seen", "What was seen"}) {
    auto page = with(other);
    EXPECT_TRUE(take_drawings(page).empty()) << other;
  }
  auto far = with("Figure 1: What was seen");
  far.lines[1].box.y0 += 60;
  far.lines[1].box.y1 += 60;
  EXPECT_TRUE(take_drawings(far).empty());
}

TEST(Drawings, SideBySideAreOne) {
  auto page = page_with_text({});
  page.shapes = plot(100, 100);
  const auto second = plot(262, 100);
  page.shapes.insert(page.shapes.end(), second.begin(), second.end());
  EXPECT_EQ(take_drawings(page).size(), 1U);
  auto apart = page_with_text({});
  apart.shapes = plot(100, 100);
  const auto below = plot(100, 300);
  apart.shapes.insert(apart.shapes.end(), below.begin(), below.end());
  EXPECT_EQ(take_drawings(apart).size(), 2U);
}

TEST(Drawings, BehindRunningTextAreNone) {
  std::vector<Line> lines;
  for (int i = 0; i < 6; ++i) {
    lines.push_back(filler(i == 0 ? "Words" : "words", 60, 100, 110 + 12 * static_cast<float>(i)));
    lines.back().group = 1;
  }
  auto page = page_with_text(lines);
  page.shapes = plot(150, 100);
  EXPECT_TRUE(take_drawings(page).empty());
  EXPECT_EQ(page.lines.size(), 14U);
}

TEST(Drawings, OrnamentsAndBackgroundsAreNone) {
  auto page = page_with_text({set_line("Title", 200, 100, 20)});
  page.shapes = {{0, 0, 600, 800}, {100, 90, 500, 110}};
  EXPECT_TRUE(take_drawings(page).empty());
  EXPECT_EQ(page.lines.size(), 9U);
}

TEST(Drawings, HostileMarksEnd) {
  auto page = page_with_text({});
  page.width = 1e6F;
  page.height = 1e6F;
  for (int i = 0; i < 40'000; ++i) {
    page.shapes.push_back({-1e6F, static_cast<float>(i), 1e6F, static_cast<float>(i)});
  }
  take_drawings(page);
  EXPECT_TRUE(page.shapes.empty());
}

TEST(Captions, BeginWithAWordAndANumber) {
  for (const auto* text : {"Figure 3. What", "Fig. 2: x", "TABLE IV", "Abb. 1 Was", "Tabelle 3.1"}) {
    EXPECT_TRUE(begins_caption(std::vector{set_line(text, 0, 10)})) << text;
  }
  for (const auto* text : {"Figure", "Figures are shown", "Table of contents", "12 Figure"}) {
    EXPECT_FALSE(begins_caption(std::vector{set_line(text, 0, 10)})) << text;
  }
}

TEST(PdfDrawing, CurvesSlantedLinesAndTicksAreShapes) {
  const auto page = readers_test::read_first(
      readers_test::one_page("100 600 m 150 700 200 700 250 600 c S 300 600 m 350 650 l S 400 600 m 400 604 l S "
                             "100 500 m 300 500 l S 100 400 50 20 re f 1 g 300 300 m 350 350 l 300 350 l f "
                             "BT /F1 10 Tf 72 100 Td (text) Tj ET"),
      MediaType::pdf, readers_test::with(&ReadOptions::ocr, OcrMode::off));
  ASSERT_EQ(page.shapes.size(), 3U);
  EXPECT_FLOAT_EQ(page.shapes[0].x0, 100);
  EXPECT_FLOAT_EQ(page.shapes[1].x1, 350);
  EXPECT_FLOAT_EQ(page.shapes[2].y1, 192);
}

}  // namespace
}  // namespace docket::engine
