#include "engine/ocr/merge_lines.h"

#include <gmock/gmock.h>

namespace docket::engine {
namespace {

using testing::ElementsAre;

Line line(std::int32_t group, float y, const std::vector<std::string>& words) {
  Line made;
  made.group = group;
  float x = 10;
  for (const auto& text : words) {
    Word word;
    word.text = text;
    word.box = {x, y, x + 40, y + 10};
    made.words.push_back(word);
    x += 50;
  }
  made.box = {10, y, x - 10, y + 10};
  made.baseline = y + 8;
  return made;
}

std::vector<std::string> words_of(const std::vector<Line>& lines) {
  std::vector<std::string> words;
  for (const auto& each : lines) {
    for (const auto& word : each.words) {
      words.push_back(std::to_string(each.group) + word.text);
    }
  }
  return words;
}

TEST(MergeLines, PutsAStampWhereItStands) {
  const auto merged = merge_lines({line(0, 5, {"header"}), line(1, 500, {"footer"})},
                                  {line(0, 50, {"first"}), line(0, 70, {"second"}), line(1, 200, {"third"})});
  EXPECT_THAT(words_of(merged), ElementsAre("0header", "1first", "1second", "2third", "3footer"));
}

TEST(MergeLines, DropsWhatTheTextLayerHasAtTheSamePlace) {
  auto recognised = line(0, 50, {"one", "tvvo", "three"});
  const auto merged = merge_lines({line(0, 52, {"one", "two"})}, {recognised, line(0, 70, {"four"})});
  EXPECT_THAT(words_of(merged), ElementsAre("0three", "0four", "1one", "1two"));
  // The line's box is that of what is left of it.
  EXPECT_EQ(merged[0].box, (Box{110, 50, 150, 60}));
}

TEST(MergeLines, KeepsTheTextLayersOrder) {
  const auto merged = merge_lines({line(0, 300, {"left"}), line(1, 10, {"right"})}, {line(0, 100, {"middle"})});
  EXPECT_THAT(words_of(merged), ElementsAre("0middle", "1left", "2right"));
}

TEST(MergeLines, TakesEitherAlone) {
  EXPECT_THAT(words_of(merge_lines({}, {line(7, 1, {"a"})})), ElementsAre("0a"));
  EXPECT_THAT(words_of(merge_lines({line(7, 1, {"a"})}, {})), ElementsAre("0a"));
}

}  // namespace
}  // namespace docket::engine
