#include "engine/layout/blocks/figures.h"

#include <gtest/gtest.h>

#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

Image image_at(const Box& box, std::string name = {}, std::uint64_t identity = 0) {
  Image image;
  image.box = box;
  image.name = std::move(name);
  image.identity = identity;
  return image;
}

Page page_with(const std::vector<Box>& boxes, std::vector<Line> lines = {}) {
  auto page = test::page_of(std::move(lines));
  for (const auto& box : boxes) {
    page.images.push_back(image_at(box));
  }
  return page;
}

std::vector<Box> kept(Page page) {
  keep_figures(page);
  std::vector<Box> boxes;
  for (const auto& image : page.images) {
    boxes.push_back(image.box);
  }
  return boxes;
}

std::string text_of_word(const Block& block) {
  return block.kind == BlockKind::figure ? "figure" : block.lines.front().words.front().text;
}

std::vector<std::string> order(const Page& page) {
  std::vector<std::string> words;
  for (const auto& block : page.blocks) {
    words.push_back(text_of_word(block));
  }
  return words;
}

Block paragraph(std::string_view word, Box box) {
  Block block;
  block.box = box;
  block.lines = {test::set_line(word, box.x0, box.y1)};
  return block;
}

TEST(Figures, OrdinaryOnesStay) {
  EXPECT_EQ(kept(page_with({{100, 100, 300, 300}})), (std::vector<Box>{{100, 100, 300, 300}}));
}

TEST(Figures, DecorationDoesNot) {
  const std::vector<Box> images{{0, 0, 600, 800},       // the page's background
                                {10, 10, 20, 20},       // an icon
                                {50, 400, 550, 425},    // a bar across the page
                                {100, 500, 123, 700},   // a narrow border
                                {300, 300, 300, 300}};  // nothing
  EXPECT_TRUE(kept(page_with(images)).empty());
}

TEST(Figures, StripsAreOnePicture) {
  std::vector<Box> strips;
  for (int i = 0; i < 100; ++i) {
    const auto y = 100 + 2 * static_cast<float>(i);
    strips.push_back({100, y, 300, y + 2});
  }
  EXPECT_EQ(kept(page_with(strips)), (std::vector<Box>{{100, 100, 300, 300}}));
}

TEST(Figures, StripsThatFillThePageAreAScan) {
  EXPECT_TRUE(kept(page_with({{0, 0, 600, 400}, {0, 400, 600, 800}})).empty());
}

TEST(Figures, WhatOverlapsIsOnePicture) {
  EXPECT_EQ(kept(page_with({{100, 100, 200, 200}, {400, 100, 500, 200}, {150, 150, 260, 260}})),
            (std::vector<Box>{{100, 100, 260, 260}, {400, 100, 500, 200}}));
}

TEST(Figures, TextOverAnImageMakesItABackground) {
  std::vector<Line> lines;
  for (float y = 120; y < 300; y += 12) {
    lines.push_back(test::filler("Text", 38, 105, y));
  }
  EXPECT_TRUE(kept(page_with({{100, 100, 300, 300}}, lines)).empty());
  lines.resize(3);  // labels
  EXPECT_EQ(kept(page_with({{100, 100, 300, 300}}, lines)).size(), 1U);
}

TEST(Figures, AreBounded) {
  std::vector<Box> many;
  for (int i = 0; i < 20'000; ++i) {
    const auto x = 40 * static_cast<float>(i % 14);
    const auto y = 60 * static_cast<float>(i / 14);
    many.push_back({x, y, x + 30, y + 50 + static_cast<float>(i % 3)});
  }
  auto page = page_with(many);
  page.height = 100'000;
  page.width = 100;
  keep_figures(page);
  EXPECT_LE(page.images.size(), max_page_images);
}

TEST(Figures, StandBehindWhatIsAboveThem) {
  auto page = page_with({{100, 200, 300, 300}});
  page.blocks = {paragraph("one", {100, 100, 500, 190}), paragraph("two", {100, 310, 500, 400}),
                 paragraph("three", {100, 410, 500, 500})};
  place_figures(page);
  EXPECT_EQ(order(page), (std::vector<std::string>{"one", "figure", "two", "three"}));
  EXPECT_EQ(page.blocks[1].image, 0);
  EXPECT_EQ(page.blocks[1].box, page.images[0].box);
}

TEST(Figures, StayInTheirColumn) {
  auto page = page_with({{320, 100, 550, 300}, {60, 500, 290, 600}});
  page.blocks = {paragraph("left", {50, 100, 290, 490}), paragraph("left-below", {50, 610, 290, 700}),
                 paragraph("right", {310, 310, 550, 700})};
  place_figures(page);
  EXPECT_EQ(order(page), (std::vector<std::string>{"left", "figure", "left-below", "figure", "right"}));
}

TEST(Figures, AloneOnAPage) {
  auto page = page_with({{100, 100, 300, 300}, {100, 400, 300, 600}});
  place_figures(page);
  ASSERT_EQ(page.blocks.size(), 2U);
  EXPECT_EQ(page.blocks[0].image, 0);
  EXPECT_EQ(page.blocks[1].image, 1);
}

TEST(Figures, ComeThroughTheWholeLayout) {
  auto page = lay_out(
      page_with({{100, 200, 300, 400}}, {test::filler("Above", 60, 100, 150), test::filler("Below", 60, 100, 450)}));
  EXPECT_EQ(order(page), (std::vector<std::string>{"Above", "figure", "Below"}));
}

TEST(Figures, ThatComeAgainAndAgainAreDecoration) {
  ImageDigest digest;
  std::vector<Page> pages;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    auto page = page_with({});
    page.images = {image_at({400, 20, 500, 80}, "logo.png", 7),
                   image_at({100, 200, 300, 400}, "own.png", 100 + number)};
    place_figures(page);
    digest.add(page);
    pages.push_back(std::move(page));
  }
  for (auto& page : pages) {
    drop_decoration(page, digest.decoration());
    ASSERT_EQ(page.blocks.size(), 1U);
    EXPECT_EQ(page.blocks[0].image, 1);
    EXPECT_EQ(page.images[0].name, "");
    EXPECT_EQ(page.images[1].name, "own.png");
  }
}

TEST(Figures, OnTwoPagesAreFigures) {
  ImageDigest digest;
  auto page = page_with({});
  page.images = {image_at({100, 200, 300, 400}, "a.png", 7)};
  place_figures(page);
  digest.add(page);
  digest.add(page);
  drop_decoration(page, digest.decoration());
  EXPECT_EQ(page.blocks.size(), 1U);
}

}  // namespace
}  // namespace docket::engine
