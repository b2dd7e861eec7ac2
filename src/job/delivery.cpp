#include "job/delivery.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.h"
#include "base/sha256.h"

namespace docket {
namespace {

constexpr std::uint16_t callback_version = 1;
constexpr std::uint16_t delivery_version = 1;

constexpr std::array<std::string_view, 11> error_words{
    "none", "status",          "timeout", "resolve", "refused_address", "connect",
    "tls",  "connection_lost", "bad_url", "secret",  "internal"};
constexpr std::array<std::string_view, 5> state_words{"waiting", "sending", "delivered", "failed", "gone"};

tl::unexpected<Error> bad_record(std::string_view what) {
  return fail(ErrorCode::bad_record, "a stored " + std::string(what) + " is damaged or of another version");
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

std::string_view to_string(DeliveryError error) noexcept {
  const auto number = static_cast<std::size_t>(error);
  return number < error_words.size() ? error_words[number] : "unknown";
}

std::string_view to_string(DeliveryState state) noexcept {
  const auto number = static_cast<std::size_t>(state);
  return number < state_words.size() ? state_words[number] : "unknown";
}

std::string encode(const Callback& callback) {
  ByteWriter out;
  out.put(callback_version);
  out.put_string(callback.url);
  out.put(static_cast<std::uint8_t>(callback.trusted ? 1 : 0));
  out.put(static_cast<std::uint8_t>(callback.allow_only ? 1 : 0));
  out.put(static_cast<std::uint32_t>(callback.allow.size()));
  for (const auto& one : callback.allow) {
    out.put_string(one);
  }
  out.put_string(callback.secret_file);
  out.put(static_cast<std::uint32_t>(callback.retries_ms.size()));
  for (const auto wait : callback.retries_ms) {
    out.put(wait);
  }
  return out.take();
}

Result<Callback> decode_callback(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint16_t>() != callback_version) {
    return bad_record("callback");
  }
  Callback callback;
  callback.url = in.get_string();
  const auto trusted = in.get<std::uint8_t>();
  const auto only = in.get<std::uint8_t>();
  callback.trusted = trusted != 0;
  callback.allow_only = only != 0;
  const auto allowed = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < allowed && in.ok(); ++i) {
    callback.allow.emplace_back(in.get_string());
  }
  callback.secret_file = in.get_string();
  const auto retries = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < retries && in.ok(); ++i) {
    callback.retries_ms.push_back(in.get<std::uint64_t>());
  }
  if (!in.ok() || !in.at_end() || trusted > 1 || only > 1 || retries == 0) {
    return bad_record("callback");
  }
  return callback;
}

std::string encode(const Delivery& delivery) {
  ByteWriter out;
  out.put(delivery_version);
  out.put(delivery.state);
  out.put(delivery.due_ms);
  out.put_raw(delivery.holder.key());
  out.put(delivery.number);
  out.put(delivery.tries);
  out.put(delivery.lost);
  out.put(delivery.attempts);
  out.put(static_cast<std::uint8_t>(delivery.last.size()));
  for (const auto& attempt : delivery.last) {
    out.put(attempt.at_ms);
    out.put(attempt.took_ms);
    out.put(attempt.code);
    out.put(attempt.error);
  }
  return out.take();
}

Result<Delivery> decode_delivery(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.get<std::uint16_t>() != delivery_version) {
    return bad_record("delivery");
  }
  Delivery delivery;
  delivery.state = in.get<DeliveryState>();
  delivery.due_ms = in.get<std::int64_t>();
  delivery.holder = Holder::from_key(in.get_raw(sizeof(Holder))).value_or(Holder{});
  delivery.number = in.get<std::uint64_t>();
  delivery.tries = in.get<std::uint32_t>();
  delivery.lost = in.get<std::uint32_t>();
  delivery.attempts = in.get<std::uint32_t>();
  const auto kept = in.get<std::uint8_t>();
  for (std::uint8_t i = 0; i < kept && in.ok(); ++i) {
    DeliveryAttempt attempt;
    attempt.at_ms = in.get<std::int64_t>();
    attempt.took_ms = in.get<std::uint32_t>();
    attempt.code = in.get<std::uint16_t>();
    attempt.error = in.get<DeliveryError>();
    delivery.last.push_back(attempt);
  }
  if (!in.ok() || !in.at_end() || kept > max_kept_attempts || delivery.state > DeliveryState::gone) {
    return bad_record("delivery");
  }
  return delivery;
}

Receiver receiver_of(std::string_view url) {
  const auto scheme = url.find("://");
  auto authority = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  std::string name(authority);
  std::transform(name.begin(), name.end(), name.begin(), to_lower);
  const auto digest = sha256(name);
  Receiver receiver = 0;
  for (std::size_t i = 0; i < sizeof receiver; ++i) {
    receiver = receiver << 8U | digest[i];
  }
  return receiver;
}

Delivery begin_delivery(const Callback& callback, std::int64_t now_ms) {
  Delivery delivery;
  delivery.due_ms = now_ms + static_cast<std::int64_t>(callback.retries_ms.front());
  return delivery;
}

void begin_try(Delivery& delivery, const Holder& holder) {
  delivery.state = DeliveryState::sending;
  delivery.holder = holder;
  ++delivery.number;
}

void end_try(const Callback& callback, Delivery& delivery, const DeliveryAttempt& attempt, std::uint64_t retry_after_ms,
             double random, std::int64_t now_ms) {
  constexpr std::uint64_t longest_believed = 86'400'000;
  constexpr double spread = 0.1;
  constexpr std::uint16_t gone = 410;
  delivery.holder = {};
  delivery.lost = 0;
  ++delivery.attempts;
  delivery.last.push_back(attempt);
  if (delivery.last.size() > max_kept_attempts) {
    delivery.last.erase(delivery.last.begin());
  }
  if (attempt.code >= 200 && attempt.code < 300) {
    delivery.state = DeliveryState::delivered;
    return;
  }
  ++delivery.tries;
  if (attempt.code == gone) {
    delivery.state = DeliveryState::gone;
    return;
  }
  if (delivery.tries >= callback.retries_ms.size()) {
    delivery.state = DeliveryState::failed;
    return;
  }
  const auto wait = static_cast<double>(callback.retries_ms[delivery.tries]);
  const auto varied = std::llround(wait * (1 - spread + 2 * spread * std::clamp(random, 0.0, 1.0)));
  const auto asked = static_cast<std::int64_t>(std::min(retry_after_ms, longest_believed));
  delivery.state = DeliveryState::waiting;
  delivery.due_ms = now_ms + std::max<std::int64_t>(varied, asked);
}

void abandon_try(Delivery& delivery, bool sender_lost, std::int64_t now_ms) {
  delivery.holder = {};
  delivery.lost += sender_lost ? 1 : 0;
  delivery.state = delivery.lost > max_senders_lost ? DeliveryState::failed : DeliveryState::waiting;
  delivery.due_ms = now_ms;
}

void begin_again(Delivery& delivery, std::int64_t now_ms) {
  if (delivery.state == DeliveryState::sending) {
    return;
  }
  delivery.state = DeliveryState::waiting;
  delivery.due_ms = now_ms;
  delivery.tries = 0;
  delivery.lost = 0;
}

}  // namespace docket
