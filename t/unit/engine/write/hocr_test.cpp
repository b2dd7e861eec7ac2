#include "engine/write/hocr.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

std::string as_hocr(const std::vector<Page>& pages) {
  HocrWriter writer;
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return out;
}

/// A page with one paragraph of one line: "Say <hi>".
Page hocr_sample() {
  auto page = test::page_of({});
  page.source = Source::recognised;
  page.dpi = 144;  // two pixels a point
  Block block;
  block.box = {10, 20, 100, 40};
  block.lines = {test::set_line("Say <hi>", 10, 36, 10, test::bold)};
  block.lines[0].words[0].confidence = 91;
  page.blocks = {block};
  return page;
}

TEST(Hocr, OfNothingIsADocument) {
  const auto text = as_hocr({});
  EXPECT_TRUE(text.starts_with("<!DOCTYPE html>"));
  EXPECT_NE(text.find("<meta name='ocr-system' content='docket "), std::string::npos);
  EXPECT_NE(text.find("<meta name='ocr-capabilities' content='ocr_page "), std::string::npos);
  EXPECT_TRUE(text.ends_with("</body>\n</html>\n"));
}

TEST(Hocr, BoxesAreInPixelsOfThePage) {
  const auto text = as_hocr({hocr_sample()});
  EXPECT_NE(text.find("class='ocr_page' id='page_1' title='bbox 0 0 1200 1600; ppageno 0; scan_res 144 144'"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("class='ocr_carea' id='block_1_1' title='bbox 20 40 200 80'"), std::string::npos) << text;
  EXPECT_NE(text.find("class='ocr_par' id='par_1_1' title='bbox 20 40 200 80'"), std::string::npos) << text;
  // The baseline lies 4 pixels above the line's lower edge; its letters are 10 points, 20 pixels large.
  EXPECT_NE(text.find("class='ocr_line' id='line_1_1' title='bbox 20 56 100 76; baseline 0 -4; x_size 20'"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("class='ocrx_word' id='word_1_1' title='bbox 20 56 50 76; x_wconf 91; x_font \"Serif-Bold\"; "
                      "x_fsize 10'><strong>Say</strong></span> <span"),
            std::string::npos)
      << text;
}

TEST(Hocr, TextIsEscaped) {
  auto page = hocr_sample();
  page.fonts[1].name = "A\"B;C'<D>\\";
  const auto text = as_hocr({page});
  EXPECT_NE(text.find("&lt;hi&gt;"), std::string::npos);
  EXPECT_NE(text.find("x_font \"ABC&#39;&lt;D&gt;\";"), std::string::npos) << text;
}

TEST(Hocr, PagesOfTextHaveAResolution) {
  auto page = hocr_sample();
  page.dpi = 0;
  EXPECT_NE(as_hocr({page}).find("bbox 0 0 2500 3333; ppageno 0; scan_res 300 300"), std::string::npos);
}

TEST(Hocr, BoxesLieOnThePageAndHaveAnArea) {
  auto page = hocr_sample();
  auto& word = page.blocks[0].lines[0].words[0];
  word.box = {700, 900, 700, 900};
  page.blocks[0].lines[0].words[1].box = {-50, -50, -40, -40};
  const auto text = as_hocr({page});
  EXPECT_NE(text.find("bbox 1199 1599 1200 1600; x_wconf"), std::string::npos) << text;
  EXPECT_NE(text.find("bbox 0 0 1 1;"), std::string::npos) << text;
}

TEST(Hocr, WordsAreWrittenAsTheyStand) {
  auto page = hocr_sample();
  page.blocks[0].lines[0].words[0].space_after = false;
  const auto text = as_hocr({page});
  EXPECT_NE(text.find("</strong></span><span"), std::string::npos);
}

TEST(Hocr, FiguresAndCellsHaveTheirPlaces) {
  auto page = hocr_sample();
  Block figure;
  figure.kind = BlockKind::figure;
  figure.box = {0, 0, 10, 10};
  Block table;
  table.kind = BlockKind::table;
  table.box = {0, 100, 100, 200};
  table.cells = {{.box = {0, 100, 50, 200}, .lines = {test::set_line("One", 0, 110)}},
                 {.column = 1, .box = {50, 100, 100, 200}, .lines = {}}};
  page.blocks = {figure, table};
  const auto text = as_hocr({page, page});
  EXPECT_NE(text.find("class='ocr_photo' id='block_1_1' title='bbox 0 0 20 20'></div>"), std::string::npos) << text;
  EXPECT_NE(text.find("class='ocr_par' id='par_2_1' title='bbox 0 200 100 400'"), std::string::npos) << text;
  EXPECT_EQ(text.find("par_1_2"), std::string::npos) << "an empty cell has no paragraph";
}

TEST(Hocr, ElementsHaveNamesOfTheirOwn) {
  const auto text = as_hocr({hocr_sample(), hocr_sample()});
  const std::regex id("id='([^']*)'");
  std::set<std::string> names;
  std::size_t count = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), id); at != std::sregex_iterator(); ++at, ++count) {
    names.insert((*at)[1]);
  }
  EXPECT_EQ(count, 2 * 6U);
  EXPECT_EQ(names.size(), count);
}

}  // namespace
}  // namespace docket::engine
