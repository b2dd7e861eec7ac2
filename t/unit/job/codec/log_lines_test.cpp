#include "job/codec/log_lines.h"

#include <gtest/gtest.h>

#include "job/codec/codec_checks.h"

namespace docket {
namespace {

TEST(LogLines, ComeBack) {
  const JobLines lines{.owner = OwnerKey::of("ann"),
                       .job = JobId::make(1'700'000'000'000),
                       .left_out = 3,
                       .lines = {"one", "", "\xC3\xA4"}};
  const auto bytes = encode(lines);
  EXPECT_EQ(decode_lines(bytes), lines);
  expect_exact_length(bytes, decode_lines);
  expect_no_harm_from_damage(bytes, decode_lines);
}

}  // namespace
}  // namespace docket
