#include "engine/layout/blocks/outline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/layout/digest/document_digest.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/text/continuation.h"

namespace docket::engine {
namespace {

using test::filler;
using test::headings;
using test::page_of;
using test::set_line;
using testing::ElementsAre;

/// Lines of a page that are put below each other.
class PageMaker {
 public:
  PageMaker& line(std::string_view text, float size = 10, std::int16_t font = test::plain) {
    y_ += 2.5F * size;
    lines_.push_back(set_line(text, 70, y_, size, font));
    y_ += size;
    return *this;
  }
  PageMaker& text(int lines = 6) {
    y_ += 12;
    for (int i = 0; i < lines; ++i) {
      y_ += 12;
      lines_.push_back(filler(i == 0 ? "Text" : "text", 80, 70, y_));
    }
    return *this;
  }
  PageMaker& item(std::string title, std::uint8_t depth, bool is_here = true) {
    items_.push_back({std::move(title), depth, is_here});
    return *this;
  }
  [[nodiscard]] Page page() const {
    auto page = page_of(lines_);
    page.outline = items_;
    return page;
  }

 private:
  std::vector<Line> lines_;
  std::vector<OutlineItem> items_;
  float y_ = 60;
};

TEST(Outline, ComparesTitlesWithoutSpacesSignsAndCase) {
  EXPECT_EQ(title_key("Über  das — Ganze!").letters, "überdasganze");
  EXPECT_EQ(title_key("2.1. First ONE").letters, "firstone");
  EXPECT_EQ(title_key("2.1. First ONE").number, "2.1");
  EXPECT_EQ(title_key("ΑΒΓ Ёж").letters, "αβγёж");
  EXPECT_TRUE(title_key("2.1 One").matches(title_key("One")));
  EXPECT_TRUE(title_key("2.1. O n e").matches(title_key("2.1 ONE")));
  EXPECT_FALSE(title_key("2.1 One").matches(title_key("2.2 One")));
  EXPECT_TRUE(title_key("").letters.empty());
}

TEST(Outline, KnowsTitlesOfNoHeading) {
  for (const auto* title : {"Page 3", "slide 12", "Folie 2", "p.7", "report_final.pdf", "4711", "", "Blank Page 2"}) {
    EXPECT_EQ(is_heading_title(title), std::string_view(title) == "Blank Page 2") << title;
  }
  for (const auto* title : {"Introduction", "Page layout", "3 Results", "Slides and rules"}) {
    EXPECT_TRUE(is_heading_title(title)) << title;
  }
}

TEST(Outline, NamesHeadingsThatLookLikeText) {
  const auto page = PageMaker()
                        .line("The Title", 20)
                        .text()
                        .line("Results")
                        .text()
                        .line("3. Outlook")
                        .text()
                        .item("Results", 0)
                        .item("Outlook", 0);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 The Title", "2 Results", "2 3. Outlook"));
}

TEST(Outline, TellsLevelsWhereAllHeadingsLookAlike) {
  const auto page = PageMaker()
                        .line("Alpha", 14)
                        .text()
                        .line("Beta", 14)
                        .text()
                        .line("Gamma", 14)
                        .text()
                        .line("Delta", 14)
                        .text()
                        .item("Alpha", 0)
                        .item("Beta", 1)
                        .item("Gamma", 2)
                        .item("Delta", 0);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Alpha", "2 Beta", "3 Gamma", "1 Delta"));
}

TEST(Outline, TellsThatSizesMeanNothing) {
  // Slides: titles shrink to fit.
  const auto one = PageMaker().line("Alpha", 24).text().item("Alpha", 0).line("Parts", 12).text().item("Parts", 1);
  const auto two = PageMaker().line("A longer title", 18).text().item("A longer title", 0);
  EXPECT_THAT(headings({one.page(), two.page()}), ElementsAre("1 Alpha", "2 Parts", "1 A longer title"));
}

TEST(Outline, LeavesTheTitleAboveItsChapters) {
  const auto page = PageMaker()
                        .line("The Title", 24)
                        .text()
                        .line("Alpha", 14)
                        .text()
                        .line("Beta", 12)
                        .text()
                        .item("Alpha", 0)
                        .item("Beta", 1);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 The Title", "2 Alpha", "3 Beta"));
}

TEST(Outline, TakesATitleAmongTheChaptersForTheTitle) {
  const auto page = PageMaker()
                        .line("The Title", 24)
                        .text(3)
                        .line("Alpha", 14)
                        .text(3)
                        .line("Beta", 12)
                        .text(3)
                        .line("Gamma", 14)
                        .text(3)
                        .item("The Title", 0)
                        .item("Alpha", 0)
                        .item("Beta", 1)
                        .item("Gamma", 0);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 The Title", "2 Alpha", "3 Beta", "2 Gamma"));
}

TEST(Outline, DoesNotDemoteWhatItDoesNotName) {
  const auto page = PageMaker()
                        .line("Part", 24)
                        .text(3)
                        .line("Alpha", 16)
                        .text(3)
                        .line("A Section", 13)
                        .text(3)
                        .line("A bold one", 10, test::bold)
                        .text(3)
                        .line("Beta", 16)
                        .text(3)
                        .item("Part", 0)
                        .item("Alpha", 1)
                        .item("Beta", 1);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Part", "2 Alpha", "3 A Section", "4 A bold one", "2 Beta"));
}

TEST(Outline, OfOneDepthLeavesLevelsToTheLooks) {
  const auto page = PageMaker()
                        .line("Alpha", 16)
                        .text()
                        .line("Beta", 13)
                        .text()
                        .line("Gamma")
                        .text()
                        .item("Alpha", 0)
                        .item("Beta", 0)
                        .item("Gamma", 0);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Alpha", "2 Beta", "1 Gamma"));
}

TEST(Outline, IsNotBelievedWhereHardlyAnythingIsFound) {
  auto page = PageMaker().line("The Title", 20).text().line("Results").text().item("Results", 0);
  for (int i = 0; i < 5; ++i) {
    page.item("Something that nobody wrote", 1);
  }
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 The Title"));
}

TEST(Outline, IsNotBelievedWhereItNamesTheText) {
  PageMaker page;
  for (const auto* text :
       {"All lines of this text are named", "by some program that meant well", "and did not know any better"}) {
    page.line(text).item(text, 0);
  }
  EXPECT_TRUE(headings({page.text(1).page()}).empty());
}

TEST(Outline, OfAnotherPageOnlyConfirms) {
  const auto page = PageMaker().line("Alpha", 14).text().line("Beta").text();
  auto named = page;
  named.item("Alpha", 0, false).item("Beta", 1, false);
  EXPECT_THAT(headings({named.page()}), ElementsAre("1 Alpha"));
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Alpha"));
}

TEST(Outline, JoinsANumberAndItsTitle) {
  const auto page = PageMaker().line("Chapter 1", 20).line("About this", 20).text().item("Chapter 1 About this", 0);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Chapter 1 About this"));
}

TEST(Outline, FindsHeadingsOfWhichTitlesAreTheBeginning) {
  auto page = lay_out(PageMaker().line("What was found out about it1", 14).text().item("What was found out", 2).page());
  ASSERT_FALSE(page.blocks.empty());
  EXPECT_EQ(page.blocks.front().outline, 2);
  EXPECT_EQ(page.outlined, (OutlineCount{1, 1}));
  EXPECT_TRUE(page.outline.empty());
}

TEST(Outline, TakesEachBlockOnce) {
  const auto page =
      PageMaker().line("Summary", 14).text().line("Summary", 14).text().item("Summary", 0).item("Summary", 1);
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Summary", "2 Summary"));
}

TEST(Outline, OfManyItemsOnAPageOfManyLinesTakesNoTime) {
  std::vector<Line> lines;
  for (int i = 0; i < 2000; ++i) {
    lines.push_back(set_line("Same", 70, static_cast<float>(20 * i), i % 2 == 0 ? 10.0F : 14.0F));
  }
  auto page = page_of(std::move(lines));
  page.height = 50'000;
  page.outline.assign(5000, {"Same", 0, true});
  const auto laid = lay_out(std::move(page));
  EXPECT_EQ(laid.outlined.named, 5000U);
  EXPECT_GT(laid.outlined.found, 0U);
}

}  // namespace
}  // namespace docket::engine
