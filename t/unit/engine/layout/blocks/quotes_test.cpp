#include <gtest/gtest.h>

#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/write/markdown/markdown.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;

/// What a quotation looks like, and where its first baseline is.
struct Look {
  float x0 = 130;
  std::size_t chars = 66;
  float size = 10;
  float baseline = 140;
};

std::vector<Line> text(float baseline, std::string_view first = "Text") {
  std::vector<Line> lines;
  for (int i = 0; i < 3; ++i) {
    lines.push_back(filler(i == 0 ? first : "goes", 78, 100, baseline + 12 * static_cast<float>(i)));
  }
  lines.back() = filler("goes", 30, 100, lines.back().baseline);
  return lines;
}

std::vector<Line> quotation(std::size_t rows, const Look& look) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto chars = i + 1 == rows ? look.chars / 2 : look.chars;
    lines.push_back(
        filler(i == 0 ? "Quoted" : "and", chars, look.x0, look.baseline + 12 * static_cast<float>(i), look.size));
  }
  return lines;
}

Page page_with(const std::vector<std::vector<Line>>& parts) {
  std::vector<Line> lines;
  for (const auto& part : parts) {
    lines.insert(lines.end(), part.begin(), part.end());
  }
  return test::page_of(std::move(lines));
}

BlockKind kind_of_quotation(const Page& page) {
  for (const auto& block : lay_out(page).blocks) {
    if (block.lines.front().words.front().text == "Quoted") {
      return block.kind;
    }
  }
  return BlockKind::margin;
}

TEST(Quotes, AreSetInOnBothSides) {
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(4, {}), text(210, "After")})), BlockKind::quote);
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(4, {.chars = 72}), text(210, "After")})),
            BlockKind::paragraph)
      << "as far right as the text";
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(4, {.x0 = 100}), text(210, "After")})),
            BlockKind::paragraph)
      << "as far left as the text";
}

TEST(Quotes, AreNotOnlyRagged) {
  // Set in at the left: the rows end before the text's edge only because the next word is too long.
  std::vector<Line> lines;
  for (int i = 0; i < 5; ++i) {
    const float baseline = 140 + 12 * static_cast<float>(i);
    const auto chars = static_cast<std::size_t>(60 + 2 * (i % 3));
    lines.push_back(filler(i == 0 ? "Quoted" : "incomprehensibility", i == 4 ? 40 : chars, 130, baseline));
  }
  EXPECT_EQ(kind_of_quotation(page_with({text(100), lines, text(210, "After")})), BlockKind::paragraph);
}

TEST(Quotes, WantTextAboveThatIsWider) {
  auto lines = text(80);
  lines.push_back(set_line("He says:", 100, 124));
  EXPECT_EQ(kind_of_quotation(page_with({lines, quotation(4, {.baseline = 144}), text(215, "After")})),
            BlockKind::paragraph);
}

TEST(Quotes, MayBeShorterInSmallPrint) {
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(2, {}), text(180, "After")})), BlockKind::paragraph);
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(2, {.chars = 80, .size = 8}), text(180, "After")})),
            BlockKind::quote);
}

TEST(Quotes, StandBelowText) {
  // An abstract: nothing but a title is above.
  const auto page = page_with({{set_line("A Title of Some Words", 150, 80, 18)}, quotation(4, {}), text(240, "After")});
  EXPECT_EQ(kind_of_quotation(page), BlockKind::paragraph);
  EXPECT_EQ(kind_of_quotation(page_with({text(100), quotation(4, {.baseline = 240}), text(310, "After")})),
            BlockKind::paragraph)
      << "far below";
}

TEST(Quotes, AreNoVersesAndNoNumbers) {
  auto verses = quotation(6, {});
  for (std::size_t i = 0; i < verses.size(); ++i) {
    const auto chars = i == 2 ? 66U : 30 + 3 * i;
    verses[i] = filler(i == 0 ? "Quoted" : "And", chars, 130, verses[i].baseline);
  }
  EXPECT_NE(kind_of_quotation(page_with({text(100), verses, text(230, "After")})), BlockKind::quote);
  auto numbers = quotation(4, {});
  for (auto& line : numbers) {
    for (auto& word : line.words) {
      word.text = word.text == "Quoted" ? word.text : "3.14";
    }
  }
  EXPECT_NE(kind_of_quotation(page_with({text(100), numbers, text(210, "After")})), BlockKind::quote);
}

TEST(Quotes, StandBesideABar) {
  auto page = page_with({text(100), quotation(2, {.x0 = 115, .chars = 75}), text(180, "After")});
  EXPECT_EQ(kind_of_quotation(page), BlockKind::paragraph);
  auto with_bar = page;
  with_bar.rules.push_back({102, 130, 105, 156});
  EXPECT_EQ(kind_of_quotation(with_bar), BlockKind::quote);
  auto with_fill = page;
  with_fill.fills.push_back({102, 130, 107, 156});
  EXPECT_EQ(kind_of_quotation(with_fill), BlockKind::quote);
  // In the margin it tells of a change.
  auto with_change = page;
  with_change.rules.push_back({92, 130, 93, 156});
  EXPECT_EQ(kind_of_quotation(with_change), BlockKind::paragraph);
}

TEST(Quotes, AreMarkdownsQuotes) {
  auto second = quotation(3, {.baseline = 194});
  auto page = lay_out(page_with({text(100), quotation(4, {}), second, text(250, "After")}));
  MarkdownWriter writer({});
  std::string out;
  writer.add_page(page, out);
  writer.finish(out);
  EXPECT_NE(out.find("\n\n> Quoted word"), std::string::npos) << out;
  EXPECT_NE(out.find("\n>\n> Quoted word"), std::string::npos) << out;
  EXPECT_NE(out.find("\n\nAfter"), std::string::npos) << out;
}

}  // namespace
}  // namespace docket::engine
