// A child that only tells which pages of a document are scanned.
#include <gtest/gtest.h>

#include <vector>

#include "work/document/unit_session.h"

namespace docket {
namespace {

class SurveySessionTest : public ::testing::TestWithParam<std::vector<PageRange>> {
 protected:
  SurveySessionTest() {
    request_.kind = UnitKind::probe;
    request_.survey = true;
    request_.limits.max_pages = 10;
  }

  bool say(const wire::ChildMessage& message) { return session_.on_packet(wire::encode(message)); }
  UnitEnd ended() { return session_.on_ended({}); }

  wire::UnitRequest request_;
  UnitEvents events_;
  UnitSession session_{request_, {}, -1, events_};
};

TEST_F(SurveySessionTest, NamesScannedPages) {
  ASSERT_TRUE(say(wire::Probed{9, {{2, 3}, {5, 5}}}));
  const auto end = ended();
  ASSERT_TRUE(std::holds_alternative<ended::Probed>(end));
  EXPECT_EQ(std::get<ended::Probed>(end).total_pages, 9U);
  EXPECT_EQ(std::get<ended::Probed>(end).ranges, (std::vector<PageRange>{{2, 3}, {5, 5}}));
}

TEST_F(SurveySessionTest, NamesNoneOfText) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  EXPECT_TRUE(std::holds_alternative<ended::Probed>(ended()));
}

TEST_F(SurveySessionTest, DoesNoPages) {
  ASSERT_TRUE(say(wire::Probed{2, {}}));
  EXPECT_FALSE(say(wire::RangeDone{}));
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(ended()));
}

TEST_F(SurveySessionTest, CountsNoMoreThanIsAllowed) {
  EXPECT_FALSE(say(wire::Probed{11, {}}));
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(ended()));
}

TEST_P(SurveySessionTest, NamesNoOtherPages) {
  EXPECT_FALSE(say(wire::Probed{5, GetParam()}));
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(ended()));
}

INSTANTIATE_TEST_SUITE_P(Ranges, SurveySessionTest,
                         ::testing::Values(std::vector<PageRange>{{0, 1}}, std::vector<PageRange>{{3, 2}},
                                           std::vector<PageRange>{{5, 6}}, std::vector<PageRange>{{2, 3}, {3, 4}},
                                           std::vector<PageRange>{{4, 5}, {1, 1}}));

}  // namespace
}  // namespace docket
