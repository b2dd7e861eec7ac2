// Several recognitions of one picture put together, and noise dropped.
#include "engine/ocr/merge_readings.h"

#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

Line read_line(std::string_view text, float x0, float baseline, const std::vector<int>& confidences) {
  auto line = test::set_line(text, x0, baseline);
  for (std::size_t at = 0; at < line.words.size(); ++at) {
    line.words[at].confidence = static_cast<std::int8_t>(confidences.at(at));
  }
  return line;
}

std::string text_of(const std::vector<Line>& lines) {
  std::string text;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      text += word.text + ' ';
    }
    text += '\n';
  }
  return text;
}

TEST(Readings, TheMoreConfidentWordWins) {
  const auto merged = merge_readings({read_line("T0TAL amount 7.1O", 10, 50, {40, 95, 55})},
                                     {read_line("TOTAL arnount 7.10", 11, 50, {90, 60, 88})});
  EXPECT_EQ(text_of(merged), "TOTAL amount 7.10 \n");
  EXPECT_EQ(merged[0].words[0].confidence, 90);
  EXPECT_EQ(merged[0].words[1].confidence, 95);
}

TEST(Readings, WordsDividedOtherwiseStayAsFirstRead) {
  const auto merged =
      merge_readings({read_line("altogether", 10, 50, {50})}, {read_line("to get her", 10, 50, {90, 90, 90})});
  EXPECT_EQ(text_of(merged), "altogether \n");
}

TEST(Readings, CredibleWordsOfTheSecondAreAddedWhereTheyStand) {
  const auto merged = merge_readings(
      {read_line("left", 10, 50, {90}), read_line("foot", 10, 150, {90})},
      {read_line("right", 100, 51, {80}), read_line("speck", 200, 50, {30}), read_line("between", 10, 100, {80})});
  EXPECT_EQ(text_of(merged), "left right \nbetween \nfoot \n");
  EXPECT_EQ(merged[0].box.x1, 125);
  EXPECT_EQ(merged[1].baseline, 100);
}

TEST(Readings, VeryManyWordsAreNotCompared) {
  std::vector<Line> many(4000, read_line("a", 10, 50, {50}));
  EXPECT_EQ(text_of(merge_readings(many, {read_line("b", 10, 50, {90})})), text_of(many));
}

TEST(Readings, NoiseIsDropped) {
  std::vector<Line> lines{read_line("| Total: -- & 5.00 x~", 10, 50, {65, 45, 20, 90, 31, 29}),
                          read_line("~ .", 10, 80, {50, 10})};
  drop_noise(lines);
  EXPECT_EQ(text_of(lines), "Total: & 5.00 \n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].box.x0, lines[0].words.front().box.x0);
}

TEST(Readings, SignsOnRulesAreDropped) {
  std::vector<Line> lines{read_line("| Total -- |", 10, 50, {90, 90, 90, 90}), read_line("----", 10, 80, {90})};
  const auto bar = lines[0].words[0].box;
  const auto dashes = lines[1].words[0].box;
  const std::vector<Box> rules{{middle_x(bar), 0, middle_x(bar) + 1, 200},
                               {0, middle_y(dashes), 300, middle_y(dashes) + 1}};
  drop_signs_on(rules, lines);
  EXPECT_EQ(text_of(lines), "Total -- | \n") << "other signs stay";
  std::vector<Line> stuck{read_line("[125.3|", 10, 50, {90}), read_line("|x]", 10, 80, {90})};
  const auto box = stuck[0].words[0].box;
  drop_signs_on(std::vector<Box>{{box.x0, 0, box.x0 + 1, 60}, {box.x1 - 1, 0, box.x1, 60}}, stuck);
  EXPECT_EQ(text_of(stuck), "125.3 \n|x] \n");
  EXPECT_EQ(stuck[0].words[0].box.x0, box.x0 + 1);
}

TEST(Readings, CredibleLengthCountsWhatIsSure) {
  EXPECT_EQ(credible_length({read_line("sure guess also", 10, 50, {60, 59, 90})}), 8U);
}

std::vector<Line> column(float x0, std::string_view text, std::int32_t group) {
  std::vector<Line> lines;
  for (int at = 0; at < 5; ++at) {
    lines.push_back(test::set_line(text, x0, 50 + 12 * static_cast<float>(at)));
    lines.back().group = group;
  }
  return lines;
}

TEST(Readings, TextColumnsAreTold) {
  auto page = column(10, "running text in a column", 0);
  EXPECT_FALSE(has_text_columns(page));
  auto prices = page;
  for (const auto& line : column(300, "5.00", 1)) {
    prices.push_back(line);
  }
  EXPECT_FALSE(has_text_columns(prices));
  for (const auto& line : column(300, "and the next column of it", 1)) {
    page.push_back(line);
  }
  EXPECT_TRUE(has_text_columns(page));
}

}  // namespace
}  // namespace docket::engine
