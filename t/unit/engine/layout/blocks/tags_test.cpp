#include "engine/layout/blocks/tags.h"

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
using test::resolved;
using test::set_line;
using testing::ElementsAre;

/// Tagged lines of a page that are put below each other.
class TaggedPage {
 public:
  TaggedPage& line(std::string_view text, Tag tag, float size = 10) {
    y_ += 2.5F * size;
    put(set_line(text, 70, y_, size), tag);
    y_ += size;
    return *this;
  }
  /// A line right below the last one, of another element or the same.
  TaggedPage& next(std::string_view text, Tag tag, bool same_element = false) {
    y_ += 12;
    put(set_line(text, 70, y_), tag, same_element);
    return *this;
  }
  TaggedPage& text(int lines = 6, Tag tag = {Role::paragraph, 0}) {
    y_ += 12;
    for (int i = 0; i < lines; ++i) {
      y_ += 12;
      put(filler(i == 0 ? "Text" : "text", 80, 70, y_), tag, i > 0);
    }
    return *this;
  }
  TaggedPage& at(float y) {
    y_ = y;
    return *this;
  }
  [[nodiscard]] Page page() const {
    auto page = page_of(lines_);
    page.tags = tags_;
    return page;
  }

 private:
  void put(Line line, Tag tag, bool same_element = false) {
    if (tag.role != Role::none) {
      if (!same_element) {
        tags_.push_back(tag);
      }
      line.tag = static_cast<std::int32_t>(tags_.size()) - 1;
    }
    lines_.push_back(std::move(line));
  }

  std::vector<Line> lines_;
  std::vector<Tag> tags_;
  float y_ = 100;
};

constexpr Tag heading(std::uint8_t level) {
  return {Role::heading, level};
}
constexpr Tag paragraph_tag{Role::paragraph, 0};
constexpr Tag item{Role::list_item, 0};

std::vector<std::string> texts_of(const Page& page, BlockKind kind) {
  std::vector<std::string> found;
  for (const auto& block : page.blocks) {
    if (block.kind == kind) {
      found.push_back(block.marker + (block.marker.empty() ? "" : " ") + text_of(block));
    }
  }
  return found;
}

TEST(Tags, NameHeadingsAndTheirLevels) {
  const auto page = TaggedPage()
                        .line("The Title", {Role::title, 0}, 20)
                        .text()
                        .line("Alpha", heading(1))
                        .text()
                        .line("Beta", heading(2))
                        .text()
                        .line("3. Gamma", heading(1));
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 The Title", "2 Alpha", "3 Beta", "2 3. Gamma"));
}

TEST(Tags, CutAHeadingOffItsText) {
  const auto page =
      TaggedPage().text().next("Looks like the text", heading(1)).next("and text goes on", paragraph_tag).text();
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Looks like the text"));
}

TEST(Tags, JoinTheLinesOfAHeading) {
  const auto page =
      TaggedPage().text().line("Chapter", heading(1), 20).at(280).next("One of several", heading(1), true).text();
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Chapter One of several"));
}

TEST(Tags, DoNotDemoteWhatTheyDoNotName) {
  const auto page = TaggedPage()
                        .line("Alpha", heading(1), 16)
                        .text()
                        .line("Beta", paragraph_tag, 13)
                        .text()
                        .line("Gamma", heading(1), 16)
                        .text();
  EXPECT_THAT(headings({page.page()}), ElementsAre("1 Alpha", "2 Beta", "1 Gamma"));
}

TEST(Tags, ThatCallEverythingAHeadingAreNotBelieved) {
  EXPECT_TRUE(headings({TaggedPage().text(8, heading(1)).page()}).empty());
  TaggedPage page;
  for (int i = 0; i < 10; ++i) {
    page.line("Just a line of some text", heading(1));
  }
  EXPECT_TRUE(headings({page.text(3).page()}).empty());
}

TEST(Tags, ThatLeaveOutTheTextAreNotBelieved) {
  const auto page = TaggedPage().text(8, {}).line("Alpha", heading(1)).text(8, {});
  EXPECT_TRUE(headings({page.page()}).empty());
}

TEST(Tags, MakeListItemsOfWhatHasNoMarker) {
  const auto page =
      TaggedPage().text().next("one thing", item).next("another thing", item).next("which goes on", item, true);
  const auto laid = lay_out(page.page());
  EXPECT_THAT(texts_of(laid, BlockKind::list_item), ElementsAre("- one thing", "- another thing which goes on"));
}

TEST(Tags, KeepTheMarkersOfListItems) {
  const auto page = TaggedPage().text().line("1. one thing", item).text().line("2. another thing", item);
  const auto laid = lay_out(page.page());
  EXPECT_THAT(texts_of(laid, BlockKind::list_item), ElementsAre("1. one thing", "2. another thing"));
}

TEST(Tags, OfListItemsOnlyAreNone) {
  const auto laid = lay_out(TaggedPage().text(8, item).text(8, item).page());
  EXPECT_TRUE(texts_of(laid, BlockKind::list_item).empty());
}

TEST(Tags, TakeArtifactsFromThePagesEdges) {
  constexpr Tag artifact{Role::artifact, 0};
  const auto page = TaggedPage()
                        .at(0)
                        .line("Some Journal 2024", artifact)
                        .at(120)
                        .text()
                        .line("In the middle", artifact)
                        .text()
                        .at(740)
                        .line("Draft", artifact);
  const auto laid = lay_out(page.page());
  EXPECT_THAT(texts_of(laid, BlockKind::page_header), ElementsAre("Some Journal 2024"));
  EXPECT_THAT(texts_of(laid, BlockKind::page_footer), ElementsAre("Draft"));
}

TEST(Tags, LeaveLongTextThatIsCalledAnArtifact) {
  const auto laid = lay_out(TaggedPage().text(3, {Role::artifact, 0}).at(300).text(12).page());
  EXPECT_TRUE(texts_of(laid, BlockKind::page_header).empty());
}

TEST(Tags, TellCode) {
  const auto laid = lay_out(TaggedPage().text().line("int main", {Role::code, 0}).text().page());
  EXPECT_THAT(texts_of(laid, BlockKind::code), ElementsAre("int main"));
}

TEST(Tags, AreGoneAfterLayout) {
  EXPECT_TRUE(lay_out(TaggedPage().text().page()).tags.empty());
}

TEST(Tags, GiveWayToAnOutlineThatNamesMore) {
  auto page = TaggedPage()
                  .line("Alpha", heading(3), 14)
                  .text()
                  .line("Beta", paragraph_tag, 14)
                  .text()
                  .line("Gamma", heading(1))
                  .text()
                  .page();
  page.outline = {{"Alpha", 0, true}, {"Beta", 1, true}};
  EXPECT_THAT(headings({page}), ElementsAre("1 Alpha", "2 Beta", "1 Gamma"));
}

}  // namespace
}  // namespace docket::engine
