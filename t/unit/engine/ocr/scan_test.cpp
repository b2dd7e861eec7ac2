// Scanned and mixed PDF pages: when they are recognised, and from which picture.
#include <gmock/gmock.h>

#include "engine/pdf/pdf_survey.h"
#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::FloatNear;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> scanned_lines{"The quick brown fox jumps", "over the lazy dog"};

// A page that is one picture, 200 dots an inch: its pixels become 0.36 points. `paint` draws /Im.
std::string scan_page(Pix& picture, const std::string& paint, const std::string& media_box,
                      const std::string& more_entries = "", const std::string& image_entries_instead = "") {
  PdfMaker maker;
  const int image = maker.add_stream(samples_of(picture),
                                     image_entries_instead.empty() ? image_entries(picture) : image_entries_instead);
  maker.add_page(paint,
                 "/Resources << /XObject << /Im " + std::to_string(image) +
                     " 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> " +
                     more_entries,
                 media_box);
  return maker.finish();
}

// 1600 × 600 pixels.
constexpr auto upright_box = "0 0 576 216";
constexpr auto upright_paint = "q 576 0 0 216 0 0 cm /Im Do Q";

void expect_scanned(const Page& page) {
  EXPECT_THAT(text_of(page), HasSubstr("quick brown fox"));
  EXPECT_THAT(text_of(page), HasSubstr("lazy dog"));
}

TEST(Scan, IsTakenAsItIsAtItsOwnResolution) {
  const auto picture = print(scanned_lines);
  const auto page = read_first(scan_page(*picture, upright_paint, upright_box), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.source, Source::recognised);
  EXPECT_EQ(page.dpi, 200);
  const auto word = word_of(page, "quick");
  EXPECT_GT(word.confidence, 50);
  EXPECT_EQ(word.font, -1);
  EXPECT_GT(word.size, 5);
  // The first line stands at pixel 180 of 600, its first letter at pixel 100.
  const auto& line = page.lines.at(0);
  EXPECT_THAT(line.box.x0, FloatNear(36, 3));
  EXPECT_GT(line.baseline, 50);
  EXPECT_LT(line.baseline, 90);
  EXPECT_NEAR(line.baseline, word.box.y1, 10);
}

TEST(Scan, OfAPosterIsTakenThoughThePageIsTooLargeToDraw) {
  const auto picture = print(scanned_lines);
  const auto page = read_first(scan_page(*picture, upright_paint, upright_box, "/UserUnit 100"), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 2);
  EXPECT_THAT(page.width, FloatNear(57600, 1));
}

TEST(Scan, BlackAndWhiteAndStencilsToo) {
  const auto gray = print(scanned_lines);
  const PixPtr picture(pixThresholdToBinary(gray.get(), 128));
  auto page = read_first(scan_page(*picture, upright_paint, upright_box), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 200);
  page = read_first(scan_page(*picture, upright_paint, upright_box, "",
                              "/Type /XObject /Subtype /Image /ImageMask true /BitsPerComponent 1 /Decode [1 0] /Width "
                              "1600 /Height 600"),
                    MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 200);
}

TEST(Scan, IsTurnedUpright) {
  const auto picture = print(scanned_lines);
  // Turned by the page, by the page's matrix, and by both so that they cancel out.
  const PixPtr on_its_side(pixRotateOrth(picture.get(), 3));
  auto page =
      read_first(scan_page(*on_its_side, "q 216 0 0 576 0 0 cm /Im Do Q", "0 0 216 576", "/Rotate 90"), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 200);
  EXPECT_FLOAT_EQ(page.width, 576);
  page = read_first(scan_page(*on_its_side, "q 0 -216 576 0 0 216 cm /Im Do Q", upright_box), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 200);
  const PixPtr upside_down(pixRotateOrth(picture.get(), 2));
  page = read_first(scan_page(*upside_down, "q -576 0 0 -216 576 216 cm /Im Do Q", upright_box), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 200);
  EXPECT_THAT(page.lines.at(0).box.x0, FloatNear(36, 3));
}

TEST(Scan, WithSomethingDrawnOverItIsRendered) {
  const auto picture = print(scanned_lines);
  const std::string bar = "0 g 400 20 100 20 re f";
  const auto page = read_first(scan_page(*picture, upright_paint + (" " + bar), upright_box), MediaType::pdf,
                               with(&ReadOptions::dpi, 150));
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 150);
}

TEST(Scan, OfTwoPicturesIsRendered) {
  const auto picture = print(scanned_lines);
  const auto page =
      read_first(scan_page(*picture, "q 576 0 0 216 0 216 cm /Im Do Q q 576 0 0 216 0 0 cm /Im Do Q", "0 0 576 432"),
                 MediaType::pdf);
  EXPECT_EQ(page.dpi, 300);
  const auto text = text_of(page);
  EXPECT_NE(text.find("lazy dog"), text.rfind("lazy dog"));
}

TEST(Scan, MirroredIsRendered) {
  const auto picture = print(scanned_lines);
  const PixPtr mirrored(pixFlipLR(nullptr, picture.get()));
  const auto page = read_first(scan_page(*mirrored, "q -576 0 0 216 576 0 cm /Im Do Q", upright_box), MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.dpi, 300);
}

TEST(Scan, WithAStampKeepsTheStampsText) {
  const auto picture = print(scanned_lines);
  const auto bytes =
      scan_page(*picture, std::string(upright_paint) + " BT /F1 8 Tf 36 205 Td (Stamped 17) Tj ET", upright_box);
  const auto page = read_first(bytes, MediaType::pdf);
  expect_scanned(page);
  EXPECT_EQ(page.source, Source::mixed);
  EXPECT_THAT(text_of(page), StartsWith("Stamped 17\n"));
  EXPECT_EQ(word_of(page, "17").confidence, -1);
  EXPECT_GE(word_of(page, "quick").confidence, 0);
  // The stamp was not recognised a second time.
  const auto text = text_of(page);
  EXPECT_EQ(text.find("Stamped"), text.rfind("Stamped"));
}

TEST(Scan, WithAnEarlierRecognitionIsNotRecognisedAgain) {
  const auto picture = print(scanned_lines);
  std::string layer = " BT /F1 20 Tf 24 TL 3 Tr 36 150 Td";
  for (int line = 0; line < 4; ++line) {
    layer += " (unseen words under the scan) Tj T*";
  }
  const auto page = read_first(scan_page(*picture, upright_paint + layer + " ET", upright_box), MediaType::pdf);
  EXPECT_EQ(page.source, Source::text);
  EXPECT_EQ(page.measures, Measures::fitted);
  EXPECT_THAT(text_of(page), StartsWith("unseen words under the scan\n"));
}

TEST(Scan, WithAFailedEarlierRecognitionIsRecognised) {
  const auto picture = print(scanned_lines);
  std::string signs = " BT /F1 20 Tf 24 TL 3 Tr 36 150 Td";
  std::string heap = " BT /F1 40 Tf 3 Tr";
  for (int line = 0; line < 4; ++line) {
    signs += " (~~ | ;: -- .. a ___ =) Tj T*";
  }
  for (int word = 0; word < 12; ++word) {
    heap += " 1 0 0 1 36 150 Tm (unseen" + std::string(1, static_cast<char>('a' + word)) + ") Tj";
  }
  const std::string little = " BT /F1 8 Tf 3 Tr 36 150 Td (unseen) Tj";
  for (const auto& layer : {signs, heap, little}) {
    const auto page = read_first(scan_page(*picture, upright_paint + layer + " ET", upright_box), MediaType::pdf);
    expect_scanned(page);
    EXPECT_EQ(page.source, Source::recognised);
    EXPECT_EQ(text_of(page).find("unseen"), std::string::npos);
  }
}

// A page that shows `content` in a font /F1 whose codes from 21 on mean the characters from `meaning` (four hexadecimal
// digits) on.
std::string page_of_meaning(const std::string& meaning, const std::string& content,
                            const std::string& box = "0 0 300 100") {
  PdfMaker maker;
  const int map = maker.add_stream(
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def /CMapType 2 def 1 "
      "begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <21> <7e> <" +
      meaning + "> endbfrange endcmap end end");
  maker.add_page(content,
                 "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode " +
                     std::to_string(map) + " 0 R >> >> >>",
                 box);
  return maker.finish();
}

const std::string two_lines = "BT /F1 24 Tf 20 60 Td (Recognised words) Tj 0 -40 Td (Recognised words) Tj ET";

TEST(Scan, APageWhoseCharactersMeanNothingIsRecognised) {
  const auto page = read_first(page_of_meaning("E000", two_lines), MediaType::pdf);
  EXPECT_EQ(text_of(page), "Recognised words\nRecognised words\n");
  EXPECT_EQ(page.source, Source::recognised);
  EXPECT_EQ(page.dpi, 300);
  const auto not_wanted =
      read_first(page_of_meaning("E000", two_lines), MediaType::pdf, with(&ReadOptions::ocr, OcrMode::off));
  EXPECT_EQ(not_wanted.source, Source::text);
  // Codes moved to other letters are a text as any other.
  EXPECT_EQ(read_first(page_of_meaning("0391", two_lines), MediaType::pdf).source, Source::text);
}

// Seven equal lines of text on a page of 500 × 200 points, set in `mode` (ISO 32000-1, table 106).
std::string seven_lines(const std::string& text, int mode = 0) {
  std::string content = "BT " + std::to_string(mode) + " Tr /F1 12 Tf 20 170 Td 24 TL";
  for (int line = 0; line < 7; ++line) {
    content += " (" + text + ") Tj T*";
  }
  return content + " ET";
}

const std::string large_box = "0 0 500 200";
const std::string sentence = "The quick brown fox jumps over the lazy dog and runs away";

TEST(Scan, APageWhoseLettersAreNoLanguagesIsRecognised) {
  // Each letter is told as the next one: uif rvjdl cspxo gpy.
  const auto shifted = page_of_meaning("0022", seven_lines(sentence), large_box);
  const auto page = read_first(shifted, MediaType::pdf);
  EXPECT_THAT(text_of(page), HasSubstr(sentence));
  EXPECT_EQ(page.source, Source::recognised);
  const auto not_wanted = read_first(shifted, MediaType::pdf, with(&ReadOptions::ocr, OcrMode::off));
  EXPECT_THAT(text_of(not_wanted), HasSubstr("rvjdl cspxo"));
}

TEST(Scan, LettersThatAreNoLanguagesStayWhereThePageHasThem) {
  // What looks so, is so: the same letters are seen.
  const auto listed = page_of_meaning("0021", seven_lines("uif rvjdl cspxo gpy kvnqt pwfs uif mbaz eph"), large_box);
  const auto page = read_first(listed, MediaType::pdf);
  EXPECT_THAT(text_of(page), HasSubstr("uif rvjdl cspxo gpy"));
  EXPECT_EQ(page.source, Source::text);
  EXPECT_EQ(page.dpi, 0);
  // And where nothing is seen, there is nothing better.
  const auto unseen = read_first(page_of_meaning("0022", seven_lines(sentence, 3), large_box), MediaType::pdf);
  EXPECT_THAT(text_of(unseen), HasSubstr("rvjdl cspxo"));
  EXPECT_EQ(unseen.source, Source::text);
}

TEST(Scan, ALayerWithoutMeaningStaysWhereThereIsNothingElse) {
  const auto page =
      read_first(page_of_meaning("E000", "BT 3 Tr /F1 24 Tf 20 60 Td (Recognised words) Tj ET"), MediaType::pdf);
  EXPECT_EQ(page.source, Source::text);
  EXPECT_EQ(page.lines.size(), 1U);
  EXPECT_EQ(page.dpi, 0);
}

TEST(Scan, OcrOffReadsTheTextLayerOnly) {
  const auto picture = print(scanned_lines);
  const auto page = read_first(scan_page(*picture, upright_paint, upright_box), MediaType::pdf,
                               with(&ReadOptions::ocr, OcrMode::off));
  EXPECT_TRUE(page.lines.empty());
  EXPECT_EQ(page.dpi, 0);
}

TEST(Scan, OcrForceRecognisesTextPages) {
  const auto page = read_first(one_page("BT /F1 24 Tf 20 40 Td (Recognised words) Tj ET", helvetica, "0 0 300 100"),
                               MediaType::pdf, with(&ReadOptions::ocr, OcrMode::force));
  EXPECT_EQ(text_of(page), "Recognised words\n");
  EXPECT_EQ(page.source, Source::recognised);
  EXPECT_EQ(page.dpi, 300);
  EXPECT_GE(word_of(page, "words").confidence, 0);
  EXPECT_THAT(word_of(page, "Recognised").box.x0, FloatNear(20, 3));
  EXPECT_THAT(page.lines.at(0).baseline, FloatNear(60, 3));
}

TEST(Scan, ThatIsWhiteIsBlank) {
  const auto picture = print({});
  const auto page = read_first(scan_page(*picture, upright_paint, upright_box), MediaType::pdf);
  EXPECT_EQ(page.source, Source::blank);
  EXPECT_TRUE(page.lines.empty());
}

TEST(Scan, PixelsAreLimited) {
  const auto forced = [](std::uint64_t max_pixels, const std::string& box) {
    return read_all(one_page("BT /F1 24 Tf 20 40 Td (Words) Tj ET", helvetica, box), MediaType::pdf,
                    with(&ReadOptions::max_pixels, max_pixels, with(&ReadOptions::ocr, OcrMode::force)))
        ->front();
  };
  // 300 × 100 points at 300 dpi would be 520,833 pixels.
  const auto lowered = forced(130'000, "0 0 300 100");
  ASSERT_TRUE(lowered);
  EXPECT_EQ(lowered->dpi, 149);
  const auto refused = forced(1'000'000, "0 0 200000 200000");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_many_pixels);
  EXPECT_THAT(refused.error().detail, HasSubstr("docket_max_pixels"));
  EXPECT_THAT(refused.error().detail, HasSubstr("1000000"));
}

TEST(Scan, AMissingModelIsNamed) {
  const auto picture = print(scanned_lines);
  const auto pages = read_all(scan_page(*picture, upright_paint, upright_box), MediaType::pdf,
                              with(&ReadOptions::languages, "eng+zxx"));
  ASSERT_TRUE(pages);
  ASSERT_FALSE(pages->front());
  EXPECT_EQ(pages->front().error().code, ErrorCode::bad_option);
  EXPECT_THAT(pages->front().error().detail, HasSubstr("'zxx'"));
}

}  // namespace
}  // namespace docket::engine::readers_test
