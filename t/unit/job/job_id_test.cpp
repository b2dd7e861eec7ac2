#include "job/job_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace docket {
namespace {

constexpr std::int64_t now_ms = 0x0192'AB34'CD56;

TEST(JobId, HasTheTimeTheVersionAndTheVariantOfRfc9562) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = JobId::make(now_ms + i);
    EXPECT_EQ(id.unix_ms(), now_ms + i);
    EXPECT_EQ(id.bytes[6] >> 4U, 7);
    EXPECT_EQ(id.bytes[8] >> 6U, 2);
  }
}

TEST(JobId, AscendsWithinOneMillisecondOnOneThread) {
  auto last = JobId::make(now_ms);
  for (int i = 0; i < 20'000; ++i) {
    const auto next = JobId::make(now_ms);
    ASSERT_LT(last, next);
    ASSERT_LT(last.key(), next.key());
    ASSERT_LT(last.text(), next.text());
    last = next;
  }
  EXPECT_LT(last, JobId::make(now_ms + 1));
}

TEST(JobId, StillAscendsWhenTheCounterOfAMillisecondIsUsedUp) {
  auto last = JobId::make(now_ms);
  for (int i = 0; i < 300'000; ++i) {  // more than the counter's 2^18
    const auto next = JobId::make(now_ms);
    ASSERT_LT(last, next);
    last = next;
  }
  EXPECT_LE(last.unix_ms(), now_ms + 2);
}

TEST(JobId, GoesBackWithTheClock) {
  const auto later = JobId::make(now_ms + 5000);
  const auto earlier = JobId::make(now_ms);
  EXPECT_LT(earlier, later);
  EXPECT_EQ(earlier.unix_ms(), now_ms);
}

TEST(JobId, IsDifferentOnEveryThread) {
  constexpr int threads = 4;
  constexpr int each = 2000;
  std::vector<std::vector<JobId>> made(threads);
  {
    std::vector<std::jthread> running;
    for (auto& ids : made) {
      running.emplace_back([&ids] {
        for (int i = 0; i < each; ++i) {
          ids.push_back(JobId::make(now_ms));
        }
      });
    }
  }
  std::set<JobId> all;
  for (const auto& ids : made) {
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(threads * each));
}

TEST(JobId, RandomBitsAreAllInUse) {
  // Each of the 56 bits behind the counter is 0 in some ids and 1 in others.
  std::array<std::uint8_t, 7> ones{};
  std::array<std::uint8_t, 7> zeros{};
  for (int i = 0; i < 200; ++i) {
    const auto id = JobId::make(now_ms);
    for (std::size_t b = 0; b < ones.size(); ++b) {
      ones[b] |= id.bytes[9 + b];
      zeros[b] |= static_cast<std::uint8_t>(~id.bytes[9 + b]);
    }
  }
  for (std::size_t b = 0; b < ones.size(); ++b) {
    EXPECT_EQ(ones[b], 0xFF);
    EXPECT_EQ(zeros[b], 0xFF);
  }
}

TEST(JobId, ShardsAreSpreadEvenlyWithinAMillisecond) {
  // 64 ids are expected of each of 256 neighbouring shards; less than half of that, or twice as many, are out of reach.
  std::vector<unsigned> counts(256);
  for (int i = 0; i < 64 * 256; ++i) {
    const auto shard = JobId::make(now_ms).shard();
    ASSERT_LT(shard, 4096);
    ++counts[shard / 16];
  }
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 20U);
  EXPECT_LT(*std::max_element(counts.begin(), counts.end()), 140U);
}

TEST(JobId, TheShardIsTheTwelveBitsBehindTheCounter) {
  // Stored ids keep their shards: these bits must never move.
  EXPECT_EQ(JobId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")->shard(), 0xC4D);
  EXPECT_EQ(JobId::parse("017f22e2-79b0-7fff-bfff-f00000000000")->shard(), 0xFFF);
  EXPECT_EQ(JobId::parse("017f22e2-79b0-7fff-bf00-0fffffffffff")->shard(), 0);
}

TEST(JobId, ReadsTheExampleOfRfc9562) {
  // Appendix A.6 of RFC 9562, in lower case.
  const auto id = JobId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->unix_ms(), 0x017F22E279B0);
  EXPECT_EQ(id->bytes[15], 0x8F);
  EXPECT_EQ(id->text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(JobId, TextAndKeyComeBack) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = JobId::make(now_ms + i * 77'777);
    EXPECT_EQ(JobId::parse(id.text()), id);
    EXPECT_EQ(JobId::from_key(id.key()), id);
  }
}

TEST(JobId, WritesThirtySixCharactersAndNoMore) {
  std::string buffer(40, '#');
  const auto id = JobId::make(now_ms);
  id.write_text(buffer.data() + 2);
  EXPECT_EQ(buffer, "##" + id.text() + "##");
}

TEST(JobId, RefusesEveryOtherText) {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  ASSERT_TRUE(JobId::parse(good));
  EXPECT_FALSE(JobId::parse(""));
  EXPECT_FALSE(JobId::parse(good + "0"));
  EXPECT_FALSE(JobId::parse(std::string_view(good).substr(1)));
  EXPECT_FALSE(JobId::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
  EXPECT_FALSE(JobId::parse("017f22e279b07cc398c4dc0c0c07398f"));
  EXPECT_FALSE(JobId::parse("017f22e2-79b0-4cc3-98c4-dc0c0c07398f")) << "version 4";
  EXPECT_FALSE(JobId::parse("017f22e2-79b0-7cc3-78c4-dc0c0c07398f")) << "another variant";
  EXPECT_FALSE(JobId::parse("017f22e2-79b0-7cc3-c8c4-dc0c0c07398f")) << "another variant";
  EXPECT_FALSE(JobId::parse("../../../../../../../../../etc/passwd"));
  for (std::size_t i = 0; i < good.size(); ++i) {  // one wrong character at every place
    for (const char wrong : {'g', 'A', '/', ':', '`', '\0', '\xFF', ' '}) {
      auto text = good;
      text[i] = wrong;
      EXPECT_FALSE(JobId::parse(text)) << text;
    }
    auto text = good;
    text[i] = text[i] == '-' ? '0' : '-';
    EXPECT_FALSE(JobId::parse(text)) << text;
  }
}

TEST(JobId, RefusesKeysOfAnotherLength) {
  EXPECT_FALSE(JobId::from_key(""));
  EXPECT_FALSE(JobId::from_key(std::string(15, 'x')));
  EXPECT_FALSE(JobId::from_key(std::string(17, 'x')));
  EXPECT_TRUE(JobId::from_key(std::string(16, 'x')));
}

}  // namespace
}  // namespace docket
