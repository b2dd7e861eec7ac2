#include "job/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "job/options.h"
#include "job/unit.h"

namespace docket {
namespace {

constexpr std::array all_states{State::pending, State::processing, State::completed, State::failed};

TEST(State, HasTheFourWordsOfTheWire) {
  EXPECT_EQ(to_string(State::pending), "pending");
  EXPECT_EQ(to_string(State::processing), "processing");
  EXPECT_EQ(to_string(State::completed), "completed");
  EXPECT_EQ(to_string(State::failed), "failed");
  for (const auto state : all_states) {
    EXPECT_EQ(state_of(to_string(state)), state);
  }
  EXPECT_FALSE(state_of("cancelled"));
  EXPECT_FALSE(state_of("unknown"));
  EXPECT_FALSE(state_of("Pending"));
  EXPECT_FALSE(state_of(""));
  EXPECT_EQ(to_string(static_cast<State>(4)), "unknown");
}

TEST(State, OnlyCompletedAndFailedAreFinal) {
  EXPECT_FALSE(is_final(State::pending));
  EXPECT_FALSE(is_final(State::processing));
  EXPECT_TRUE(is_final(State::completed));
  EXPECT_TRUE(is_final(State::failed));
}

TEST(State, ChangesAsTheTableSaysAndNoOtherWay) {
  const std::vector<std::pair<State, State>> legal{
      {State::pending, State::processing},   {State::pending, State::failed},    {State::processing, State::pending},
      {State::processing, State::completed}, {State::processing, State::failed},
  };
  for (const auto from : all_states) {
    for (const auto to : all_states) {
      const bool expected = std::find(legal.begin(), legal.end(), std::pair(from, to)) != legal.end();
      EXPECT_EQ(may_change(from, to), expected) << to_string(from) << " to " << to_string(to);

      Status status;
      status.head.state = from;
      const auto before = status;
      const auto changed = change_state(status, to, 1000);
      EXPECT_EQ(changed.has_value(), expected);
      if (expected) {
        EXPECT_EQ(status.head.state, to);
      } else {
        EXPECT_EQ(changed.error().code, ErrorCode::illegal_change);
        EXPECT_NE(changed.error().detail.find(to_string(from)), std::string::npos);
        EXPECT_EQ(status, before);
      }
    }
  }
  EXPECT_FALSE(may_change(static_cast<State>(9), State::failed));
  EXPECT_FALSE(may_change(State::pending, static_cast<State>(9)));
}

TEST(State, KeepsTheTimesRight) {
  Status status;
  status.head.created_ms = status.head.updated_ms = 100;
  ASSERT_TRUE(change_state(status, State::processing, 200));
  EXPECT_EQ(status.head.started_ms, 200);
  EXPECT_EQ(status.head.updated_ms, 200);
  ASSERT_TRUE(change_state(status, State::pending, 300));
  EXPECT_EQ(status.head.started_ms, 200);
  ASSERT_TRUE(change_state(status, State::processing, 400));
  EXPECT_EQ(status.head.started_ms, 200) << "a retry does not start the job again";
  EXPECT_EQ(status.head.updated_ms, 400);
  EXPECT_EQ(status.head.completed_ms, 0);
  ASSERT_TRUE(change_state(status, State::completed, 350));
  EXPECT_EQ(status.head.completed_ms, 350);
  EXPECT_EQ(status.head.updated_ms, 400) << "a clock set back does not take updates back";
}

TEST(OcrMode, HasItsWords) {
  for (const auto mode : {OcrMode::automatic, OcrMode::force, OcrMode::off}) {
    EXPECT_EQ(ocr_mode_of(to_string(mode)), mode);
  }
  EXPECT_EQ(to_string(OcrMode::automatic), "auto");
  EXPECT_FALSE(ocr_mode_of("automatic"));
}

TEST(Holder, TextAndKeyComeBack) {
  Holder holder;
  for (std::size_t i = 0; i < holder.bytes.size(); ++i) {
    holder.bytes[i] = static_cast<std::uint8_t>(17 * i);
  }
  EXPECT_EQ(holder.text(), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(Holder::parse(holder.text()), holder);
  EXPECT_EQ(Holder::from_key(holder.key()), holder);
  EXPECT_FALSE(Holder::parse(""));
  EXPECT_FALSE(Holder::parse("00112233445566778899aabbccddeef"));
  EXPECT_FALSE(Holder::parse("00112233445566778899aabbccddeeff0"));
  EXPECT_FALSE(Holder::parse("00112233445566778899AABBCCDDEEFF"));
  EXPECT_FALSE(Holder::parse("0011223344556677/../aabbccddeeff"));
  EXPECT_FALSE(Holder::from_key("0011"));
}

}  // namespace
}  // namespace docket
