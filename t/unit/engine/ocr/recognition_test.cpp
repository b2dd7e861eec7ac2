// Pages that stand on their sides or heads, or are askew: recognised upright and level.
#include <gmock/gmock.h>

#include <numbers>

#include "engine/model/page_rotation.h"
#include "engine/ocr/page_bitmap.h"
#include "engine/ocr/tesseract.h"
#include "engine/pdf/readers_documents.h"
#include "engine/readers/open_document.h"
#include "engine/write/page_pictures.h"

namespace docket::engine::readers_test {
namespace {

using testing::HasSubstr;

// Enough lines to tell which way is up.
const std::vector<std::string> printed{"The quick brown fox jumps", "over the lazy dog and", "runs through the big",
                                       "pale yellow field, happily", "baying at its playful"};

PixPtr page_picture() {
  return print(printed, 1200, 700);
}

PixPtr turned(const PixPtr& picture, int quarters) {
  return PixPtr(pixRotateOrth(picture.get(), quarters));
}

PixPtr askew(const PixPtr& picture, float degrees) {
  PixPtr turned(
      pixRotate(picture.get(), degrees * std::numbers::pi_v<float> / 180, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0));
  pixSetResolution(turned.get(), 300, 300);
  return turned;
}

void expect_printed(const Page& page) {
  EXPECT_THAT(text_of(page), HasSubstr("The quick brown fox"));
  EXPECT_THAT(text_of(page), HasSubstr("yellow field"));
  EXPECT_EQ(page.source, Source::recognised);
}

// Where "quick" stands on the upright page, as read from the picture that needs no turning.
Box place_of_quick() {
  static const Box place = word_of(read_first(encoded(*page_picture(), IFF_PNG), MediaType::png), "quick").box;
  return place;
}

void expect_near(const Box& box, const Box& expected, double tolerance) {
  EXPECT_NEAR(box.x0, expected.x0, tolerance);
  EXPECT_NEAR(box.y0, expected.y0, tolerance);
  EXPECT_NEAR(box.x1, expected.x1, tolerance);
  EXPECT_NEAR(box.y1, expected.y1, tolerance);
}

class TurnedPicture : public testing::TestWithParam<int> {};

TEST_P(TurnedPicture, IsRecognisedUpright) {
  const int quarters = GetParam();
  const auto page = read_first(encoded(*turned(page_picture(), quarters), IFF_PNG), MediaType::png);
  expect_printed(page);
  EXPECT_EQ(page.quarter_turns, (4 - quarters) % 4);
  EXPECT_FLOAT_EQ(page.width, 1200 * 72 / 300.0F);
  EXPECT_FLOAT_EQ(page.height, 700 * 72 / 300.0F);
  expect_near(word_of(page, "quick").box, place_of_quick(), 1);
}

INSTANTIATE_TEST_SUITE_P(Quarters, TurnedPicture, testing::Values(1, 2, 3));

TEST(Recognition, WithoutAscendersIsTurnedByTheWordsThatItMakes) {
  // Capitals and figures all have the same height: only recognition tells which way is up.
  const auto capitals = print({"TOTAL AMOUNT 1234", "CASH RECEIVED 2000", "CHANGE GIVEN 766"}, 900, 500);
  const auto upside_down = turned(capitals, 2);
  EXPECT_EQ(quarters_to_upright(*page_bitmap(*upside_down).pix), 0);
  const auto page = read_first(encoded(*upside_down, IFF_PNG), MediaType::png);
  EXPECT_THAT(text_of(page), HasSubstr("CASH RECEIVED"));
  EXPECT_EQ(page.quarter_turns, 2);
}

TEST(Recognition, MakesLinesLevel) {
  const auto page = read_first(encoded(*askew(page_picture(), 4), IFF_PNG), MediaType::png);
  expect_printed(page);
  EXPECT_NEAR(page.skew, -4, 0.3);
  EXPECT_EQ(page.quarter_turns, 0);
  // Lines are level in the model …
  expect_near(word_of(page, "quick").box, place_of_quick(), 2);
  EXPECT_NEAR(word_of(page, "The").box.y1, word_of(page, "fox").box.y1, 1);
  // … and where they were on the page as it is shown.
  const auto middle = [](const Box& box) { return Point{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2}; };
  const auto expected = turned_point(middle(place_of_quick()), 4, {page.width / 2, page.height / 2});
  const auto shown = middle(box_as_shown(page, word_of(page, "quick").box));
  EXPECT_NEAR(shown.x, expected.x, 1.5);
  EXPECT_NEAR(shown.y, expected.y, 1.5);
}

TEST(Recognition, LeavesWhatIsNearlyLevelAsItIs) {
  const auto page = read_first(encoded(*askew(page_picture(), 0.5F), IFF_PNG), MediaType::png);
  expect_printed(page);
  EXPECT_EQ(page.skew, 0);
}

TEST(Recognition, TurnsPdfPagesWithTheirTextLayer) {
  // A scan on its side with a stamp over its foot: 700 × 1200 pixels on a page of 168 × 288 points.
  const auto picture = turned(page_picture(), 1);
  PdfMaker maker;
  const int image = maker.add_stream(samples_of(*picture), image_entries(*picture));
  maker.add_page("q 168 0 0 288 0 0 cm /Im Do Q BT /F1 4 Tf 10 7 Td (Stamped) Tj ET",
                 "/Resources << /XObject << /Im " + std::to_string(image) +
                     " 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
                 "0 0 168 288");
  const auto page = read_first(maker.finish(), MediaType::pdf);
  EXPECT_THAT(text_of(page), HasSubstr("The quick brown fox"));
  EXPECT_EQ(page.source, Source::mixed);
  EXPECT_EQ(page.quarter_turns, 3);
  EXPECT_EQ(page.width, 288);
  EXPECT_EQ(page.height, 168);
  expect_near(word_of(page, "quick").box, place_of_quick(), 1);
  ASSERT_EQ(page.images.size(), 1U);
  expect_near(page.images[0].box, {0, 0, 288, 168}, 0.1);
  // The stamp went along: from the foot to the right edge.
  const auto stamp = word_of(page, "Stamped").box;
  EXPECT_GT(stamp.x0, 270);
  EXPECT_GT(stamp.y0, 100);
  EXPECT_GT(stamp.height(), stamp.width());
}

TEST(Recognition, KeepsWhatNobodyCanReadAsItStands) {
  // Rings in rows: no letters in any direction, and nothing to turn.
  const PixPtr picture(pixCreate(800, 600, 8));
  pixSetAll(picture.get());
  for (int y = 100; y < 500; y += 80) {
    for (int x = 100; x < 700; x += 60) {
      for (int degrees = 0; degrees < 360; degrees += 2) {
        const double angle = degrees * std::numbers::pi / 180;
        for (int width = 0; width < 4; ++width) {
          pixSetPixel(picture.get(), x + static_cast<int>((18 + width) * std::cos(angle)),
                      y + static_cast<int>((18 + width) * std::sin(angle)), 0);
        }
      }
    }
  }
  pixSetResolution(picture.get(), 200, 200);
  const auto page = read_first(encoded(*picture, IFF_PNG), MediaType::png);
  EXPECT_EQ(page.quarter_turns, 0);
  EXPECT_EQ(page.skew, 0);
}

TEST(Recognition, PicturesOfTurnedPagesAreUprightToo) {
  const auto file = file_of(encoded(*turned(page_picture(), 1), IFF_PNG));
  const auto document = open_document(file.get(), MediaType::png, {});
  ASSERT_TRUE(document) << document.error().detail;
  const auto page = (*document)->read(1);
  ASSERT_TRUE(page) << page.error().detail;
  ASSERT_EQ(page->quarter_turns, 3);
  const auto preview = preview_of(**document, 1, *page);
  const auto again = read_first(preview, MediaType::png);
  EXPECT_EQ(again.quarter_turns, 0);
  EXPECT_THAT(text_of(again), HasSubstr("quick brown"));
  // A part: the word alone.
  const Image word{.box = word_of(*page, "quick").box, .name = "", .identity = 0, .dpi = 300};
  const auto part = picture_of(**document, 1, *page, word, 1'000'000);
  const PixPtr picture(pixReadMem(reinterpret_cast<const l_uint8*>(part.data()), part.size()));
  ASSERT_TRUE(picture);
  EXPECT_NEAR(pixGetWidth(picture.get()), static_cast<double>(word.box.width()) * 300 / 72, 2);
  EXPECT_NEAR(pixGetHeight(picture.get()), static_cast<double>(word.box.height()) * 300 / 72, 2);
}

// Grains of dirt, always the same ones, on letters and paper.
void dirty(Pix& picture, int every) {
  std::uint32_t random = 12345;
  for (int y = 0; y < pixGetHeight(&picture); ++y) {
    for (int x = 0; x < pixGetWidth(&picture); ++x) {
      random = random * 1664525 + 1013904223;
      if (random >> 16 < 65536 / static_cast<std::uint32_t>(every)) {
        pixSetPixel(&picture, x, y, random >> 8 & 1 ? 255 : 0);
      }
    }
  }
}

TEST(Recognition, ReadsPoorPrintsAgain) {
  // Letters half as large as usual, full of holes, in two places a line, as on a receipt.
  const auto clean = print({"FRESH MILK 1L            7.50", "BROWN BREAD              3.20",
                            "PAPER NAPKINS            12.90", "TOTAL AMOUNT             23.60"},
                           1500, 500);
  PixPtr small(pixScale(clean.get(), 0.42F, 0.42F));
  dirty(*small, 14);
  pixSetResolution(small.get(), 126, 126);
  const PictureFrame frame{};
  const auto once = recognise(*small, frame, "eng");
  ASSERT_TRUE(once);
  const auto page = read_first(encoded(*small, IFF_PNG), MediaType::png);
  const auto right_words = [](const std::vector<Line>& lines) {
    int count = 0;
    for (const auto& line : lines) {
      for (const auto& word : line.words) {
        for (const std::string_view known : {"FRESH", "MILK", "1L", "7.50", "BROWN", "BREAD", "3.20", "PAPER",
                                             "NAPKINS", "12.90", "TOTAL", "AMOUNT", "23.60"}) {
          count += word.text == known ? 1 : 0;
        }
      }
    }
    return count;
  };
  EXPECT_LT(once->confidence, 85);
  EXPECT_GT(right_words(page.lines), right_words(once->lines)) << text_of(page);
}

PixPtr paper(int gray) {
  PixPtr picture(pixCreate(800, 1000, 8));
  pixSetAllArbitrary(picture.get(), static_cast<l_uint32>(gray));
  pixSetResolution(picture.get(), 150, 150);
  return picture;
}

void black_square(Pix& picture, int x, int y, int side) {
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      pixSetPixel(&picture, x + column, y + row, 0);
    }
  }
}

TEST(BlankPage, IsToldByItsPaper) {
  EXPECT_TRUE(page_bitmap(*paper(255)).is_blank);
  EXPECT_TRUE(page_bitmap(*paper(190)).is_blank);
  const auto specked = paper(240);
  for (int at = 50; at < 750; at += 100) {
    black_square(*specked, at, at, 3);
  }
  EXPECT_TRUE(page_bitmap(*specked).is_blank);
  const PixPtr binary(pixThresholdToBinary(specked.get(), 128));
  EXPECT_TRUE(page_bitmap(*binary).is_blank);
  black_square(*specked, 400, 300, 6);
  EXPECT_FALSE(page_bitmap(*specked).is_blank);
}

TEST(BlankPage, IsNotOneOfFaintLetters) {
  auto faint = page_picture();
  pixMultConstantGray(faint.get(), 0.25F);
  pixAddConstantGray(faint.get(), 190);
  EXPECT_FALSE(page_bitmap(*faint).is_blank);
}

TEST(BlankPage, IsNotRecognised) {
  const auto specked = paper(240);
  for (int at = 50; at < 750; at += 10) {
    black_square(*specked, at, 500, 3);
  }
  // A model that is not there is not missed either.
  const auto page =
      read_first(encoded(*specked, IFF_PNG), MediaType::png, with(&ReadOptions::languages, "no-such-language"));
  EXPECT_EQ(page.source, Source::blank);
  EXPECT_TRUE(page.lines.empty());
}

TEST(PageBitmap, TheWindowIsWhereLettersAre) {
  // A heavy bar at the top, letter-sized squares at the lower right.
  const auto picture = paper(255);
  black_square(*picture, 100, 50, 200);
  for (int at = 0; at < 100; ++at) {
    black_square(*picture, 560 + at % 10 * 20, 750 + at / 10 * 20, 10);
  }
  const auto window = window_of_letters(*page_bitmap(*picture).pix, 0.3F, 0.3F);
  // All of them, from 70 to 94 hundredths across and from 75 to 94 down, are inside.
  EXPECT_NEAR(window.x, 0.67, 0.035);
  EXPECT_NEAR(window.y, 0.695, 0.06);
  EXPECT_FLOAT_EQ(window.width, 0.3F);
  EXPECT_EQ(window_of_letters(*page_bitmap(*picture).pix, 2, 2).x, 0);
}

}  // namespace
}  // namespace docket::engine::readers_test
