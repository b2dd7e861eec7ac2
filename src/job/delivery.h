// Callbacks: how the end of a job is reported to a receiver, and how far that is. What happens when is decided
// here; the store keeps it (store/apply/apply_deliveries.cpp), callback/callback_sender sends it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "job/unit.h"

namespace docket {

/// Where a job's end is reported, and how. Written when the job is accepted and never changed.
struct Callback {
  std::string url;                        ///< http or https, without userinfo
  bool trusted = false;                   ///< the operator's own: its address is not checked
  bool allow_only = false;                ///< nothing but what `allow` has
  std::vector<std::string> allow;         ///< networks and host names, as docket_callback_allow has them
  std::string secret_file;                ///< path of docket_callback_secret; empty: not signed
  std::vector<std::uint64_t> retries_ms;  ///< how long each try waits after the one before; never empty

  friend bool operator==(const Callback&, const Callback&) = default;
};

/// Why a try came to nothing: what can be shown without showing what a receiver said. Numbers are stored.
enum class DeliveryError : std::uint8_t {
  none = 0,
  status = 1,           ///< an answer that is no success
  timeout = 2,          ///< no answer in time
  resolve = 3,          ///< the host has no address
  refused_address = 4,  ///< it has one that callbacks may not go to
  connect = 5,
  tls = 6,
  connection_lost = 7,
  bad_url = 8,
  secret = 9,    ///< docket_callback_secret cannot be read
  internal = 10  ///< the body could not be made, or what curl has no better word for
};
std::string_view to_string(DeliveryError error) noexcept;

/// One try that has ended.
struct DeliveryAttempt {
  std::int64_t at_ms = 0;  ///< when it began
  std::uint32_t took_ms = 0;
  std::uint16_t code = 0;  ///< HTTP's status; 0: there was no answer
  DeliveryError error = DeliveryError::none;

  friend bool operator==(const DeliveryAttempt&, const DeliveryAttempt&) = default;
};

/// Numbers are stored.
enum class DeliveryState : std::uint8_t {
  waiting = 0,    ///< for its time
  sending = 1,    ///< a sender holds it
  delivered = 2,  ///< 2xx
  failed = 3,     ///< the last try has failed
  gone = 4,       ///< the receiver said 410: it wants no more
};
std::string_view to_string(DeliveryState state) noexcept;

/// How far the callback of a job that is final is.
struct Delivery {
  DeliveryState state = DeliveryState::waiting;
  std::int64_t due_ms = 0;     ///< of one that waits
  Holder holder;               ///< of one that is being sent
  std::uint64_t number = 0;    ///< of the try: with the holder, the right to end it
  std::uint32_t tries = 0;     ///< that have failed since it was made, or was asked for again
  std::uint32_t lost = 0;      ///< tries whose sender died
  std::uint32_t attempts = 0;  ///< that have ended, of which `last` are kept
  std::vector<DeliveryAttempt> last;

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// So many of the last attempts are kept.
inline constexpr std::size_t max_kept_attempts = 20;
/// A delivery whose senders have died so often is given up: perhaps it is what they died of.
inline constexpr std::uint32_t max_senders_lost = 20;

std::string encode(const Callback& callback);
std::string encode(const Delivery& delivery);
Result<Callback> decode_callback(std::string_view bytes);
Result<Delivery> decode_delivery(std::string_view bytes);

/// A receiver: all callbacks to one host and port stand in one line, so that one that is dead holds up no other.
using Receiver = std::uint64_t;
Receiver receiver_of(std::string_view url);

/// What a sender can take at the moment.
struct SendingRoom {
  std::uint32_t deliveries = 1;              ///< at once, more than it has
  std::uint32_t per_receiver = 1;            ///< at once, with what it has
  std::map<Receiver, std::uint32_t> busy{};  ///< what it has

  [[nodiscard]] std::uint32_t left_for(Receiver receiver) const {
    const auto found = busy.find(receiver);
    const auto has = found == busy.end() ? 0 : found->second;
    return has < per_receiver ? per_receiver - has : 0;
  }
};

/// The delivery of a job that has become final at `now_ms`.
Delivery begin_delivery(const Callback& callback, std::int64_t now_ms);

/// A try has begun.
void begin_try(Delivery& delivery, const Holder& holder);

/// A try has ended at `now_ms`. It succeeds with a code of 2xx; 410 is the end of all tries; anything else is tried
/// again as `callback` says, with up to a tenth more or less by `random` (0 … 1), but not before `retry_after_ms` has
/// passed, which is believed up to a day.
void end_try(const Callback& callback, Delivery& delivery, const DeliveryAttempt& attempt, std::uint64_t retry_after_ms,
             double random, std::int64_t now_ms);

/// A try whose outcome is not known: the delivery waits again. `sender_lost`: its sender died.
void abandon_try(Delivery& delivery, bool sender_lost, std::int64_t now_ms);

/// It is to be sent again, from the first try on. Nothing happens to one that is being sent.
void begin_again(Delivery& delivery, std::int64_t now_ms);

}  // namespace docket
