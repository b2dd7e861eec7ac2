#include "job/delivery.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

const Callback some_callback{.url = "https://hooks.example/a?b=c",
                             .trusted = true,
                             .allow_only = true,
                             .allow = {"10.0.0.0/8", "hooks.internal"},
                             .secret_file = "/etc/docket/secret",
                             .retries_ms = {0, 5'000, 60'000}};

DeliveryAttempt attempt(std::uint16_t code, DeliveryError error = DeliveryError::status) {
  return {.at_ms = 1'000'000, .took_ms = 20, .code = code, .error = error};
}

/// A delivery after this try; it ended at 2'000'000.
Delivery after(std::uint16_t code, std::uint64_t retry_after_ms = 0, double random = 0.5) {
  auto delivery = begin_delivery(some_callback, 0);
  begin_try(delivery, Holder{});
  end_try(some_callback, delivery, attempt(code), retry_after_ms, random, 2'000'000);
  return delivery;
}

TEST(Outbox, RecordsComeBackAsTheyWere) {
  EXPECT_EQ(decode_callback(encode(some_callback)).value(), some_callback);
  auto delivery = after(500);
  delivery.lost = 3;
  delivery.holder.bytes.fill(9);
  EXPECT_EQ(decode_delivery(encode(delivery)).value(), delivery);
}

TEST(Outbox, DamagedRecordsAreRefused) {
  for (auto bytes : {encode(some_callback), encode(after(500))}) {
    const bool is_callback = decode_callback(bytes).has_value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(is_callback ? decode_callback(bytes.substr(0, size)).has_value()
                               : decode_delivery(bytes.substr(0, size)).has_value());
    }
    EXPECT_FALSE(is_callback ? decode_callback(bytes + "x").has_value() : decode_delivery(bytes + "x").has_value());
    bytes[0] = 9;  // a newer version
    EXPECT_FALSE(decode_callback(bytes));
    EXPECT_FALSE(decode_delivery(bytes));
  }
  auto never = some_callback;
  never.retries_ms.clear();
  EXPECT_FALSE(decode_callback(encode(never)));
}

TEST(Outbox, TheFirstTryIsDueAsTheScheduleSays) {
  EXPECT_EQ(begin_delivery(some_callback, 77).due_ms, 77);
  auto later = some_callback;
  later.retries_ms = {3000};
  EXPECT_EQ(begin_delivery(later, 77).due_ms, 3077);
}

TEST(Outbox, CodesDecide) {
  for (const int code : {200, 201, 204, 299}) {
    EXPECT_EQ(after(static_cast<std::uint16_t>(code)).state, DeliveryState::delivered) << code;
  }
  for (const int code : {0, 100, 199, 300, 302, 400, 404, 409, 411, 429, 500, 503}) {
    EXPECT_EQ(after(static_cast<std::uint16_t>(code)).state, DeliveryState::waiting) << code;
  }
  EXPECT_EQ(after(410).state, DeliveryState::gone);
}

TEST(Outbox, ScheduleWithJitter) {
  EXPECT_EQ(after(500, 0, 0.5).due_ms, 2'005'000);
  EXPECT_EQ(after(500, 0, 0.0).due_ms, 2'004'500);
  EXPECT_EQ(after(500, 0, 1.0).due_ms, 2'005'500);
  auto delivery = after(500);
  begin_try(delivery, Holder{});
  end_try(some_callback, delivery, attempt(0, DeliveryError::timeout), 0, 0.5, 3'000'000);
  EXPECT_EQ(delivery.due_ms, 3'060'000);
  begin_try(delivery, Holder{});
  end_try(some_callback, delivery, attempt(500), 1000, 0.5, 4'000'000);
  EXPECT_EQ(delivery.state, DeliveryState::failed);
  EXPECT_EQ(delivery.tries, 3U);
  begin_again(delivery, 5'000'000);
  EXPECT_EQ(delivery.state, DeliveryState::waiting);
  EXPECT_EQ(delivery.due_ms, 5'000'000);
  begin_try(delivery, Holder{});
  end_try(some_callback, delivery, attempt(500), 0, 0.5, 6'000'000);
  EXPECT_EQ(delivery.due_ms, 6'005'000) << "the schedule begins anew";
}

TEST(Outbox, RetryAfterIsHonouredWithinADay) {
  EXPECT_EQ(after(503, 30'000).due_ms, 2'030'000);
  EXPECT_EQ(after(503, 1'000).due_ms, 2'005'000) << "not sooner than the schedule says";
  EXPECT_EQ(after(503, 1'000'000'000'000).due_ms, 2'000'000 + 86'400'000);
}

TEST(Outbox, TheLastAttemptsAreKept) {
  auto always = some_callback;
  always.retries_ms.assign(100, 1);
  auto delivery = begin_delivery(always, 0);
  for (std::uint16_t i = 0; i < 30; ++i) {
    begin_try(delivery, Holder{});
    end_try(always, delivery, attempt(static_cast<std::uint16_t>(500 + i)), 0, 0.5, i);
  }
  EXPECT_EQ(delivery.attempts, 30U);
  ASSERT_EQ(delivery.last.size(), max_kept_attempts);
  EXPECT_EQ(delivery.last.front().code, 510);
  EXPECT_EQ(delivery.last.back().code, 529);
  EXPECT_EQ(delivery.number, 30U);
}

TEST(Outbox, AReceiverIsAHostAndItsPort) {
  const auto one = receiver_of("https://Hooks.example/a");
  EXPECT_EQ(receiver_of("https://hooks.example?x"), one);
  EXPECT_EQ(receiver_of("http://hooks.example#y"), one);
  EXPECT_NE(receiver_of("https://hooks.example:8443/a"), one);
  EXPECT_NE(receiver_of("https://other.example/a"), one);
}

}  // namespace
}  // namespace docket
