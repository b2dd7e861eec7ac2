#include "job/job_id.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/hex.h"

namespace docket {
namespace {

// Where the hyphens of the text are: before the bytes 4, 6, 8 and 10.
constexpr std::array<std::size_t, 16> text_offsets{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::array<std::size_t, 4> hyphens{8, 13, 18, 23};
constexpr std::size_t text_length = 36;

// The counter of RFC 9562, 6.2, method 1: the 12 bits of rand_a and the 6 first of rand_b behind the variant. Each
// millisecond it starts at a random value with its highest bit 0, which leaves room for 131,072 ids: more than the
// system calls for their random bits can be made in that time. 56 fresh random bits remain in every id: the first 12
// are the shard. They stand behind the counter and not before its last 6 bits: a shard before them would have to stay
// the same from id to id for ids to ascend, and an id would be easier to guess.
constexpr unsigned counter_bits = 18;
constexpr std::uint32_t counter_end = 1U << counter_bits;

struct LastId {
  std::int64_t asked_ms = -1;  ///< the time the caller gave
  std::int64_t stamp_ms = -1;  ///< the time in the id: later by one for each run through the counter
  std::uint32_t counter = 0;
};

// Trivially destructible: nothing of it runs when a pool thread ends after the module was unloaded.
thread_local LastId last_id;

void fill_random(std::array<std::uint8_t, 16>& bytes) {
  // Up to 256 bytes are never cut short and, once the pool is initialised, never refused (getrandom(2)).
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) {
      std::abort();  // ids that can be guessed are worse than none: who knows one may read the document
    }
  }
}

}  // namespace

JobId JobId::make(std::int64_t unix_ms) {
  JobId id;
  auto& bytes = id.bytes;
  fill_random(bytes);

  auto& last = last_id;
  if (unix_ms == last.asked_ms && last.counter + 1 < counter_end) {
    ++last.counter;
  } else {
    last.stamp_ms = unix_ms == last.asked_ms ? last.stamp_ms + 1 : unix_ms;
    last.asked_ms = unix_ms;
    const auto random = (std::uint32_t{bytes[0]} << 16U) | (std::uint32_t{bytes[1]} << 8U) | bytes[2];
    last.counter = random & (counter_end / 2 - 1);
  }

  const auto ms = static_cast<std::uint64_t>(last.stamp_ms);
  for (unsigned i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
  }
  bytes[6] = static_cast<std::uint8_t>(0x70U | (last.counter >> 14U));
  bytes[7] = static_cast<std::uint8_t>(last.counter >> 6U);
  bytes[8] = static_cast<std::uint8_t>(0x80U | (last.counter & 0x3FU));
  return id;
}

std::optional<JobId> JobId::parse(std::string_view text) noexcept {
  if (text.size() != text_length) {
    return std::nullopt;
  }
  bool good = true;
  for (const auto at : hyphens) {
    good &= text[at] == '-';
  }
  JobId id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    good &= read_hex(text.data() + text_offsets[i], id.bytes[i]);
  }
  good &= (id.bytes[6] & 0xF0U) == 0x70U;  // version 7
  good &= (id.bytes[8] & 0xC0U) == 0x80U;  // the variant of RFC 9562
  return good ? std::optional(id) : std::nullopt;
}

std::optional<JobId> JobId::from_key(std::string_view key) noexcept {
  JobId id;
  if (key.size() != id.bytes.size()) {
    return std::nullopt;
  }
  std::copy(key.begin(), key.end(), id.bytes.begin());
  return id;
}

std::string JobId::text() const {
  std::string text(text_length, '\0');
  write_text(text.data());
  return text;
}

void JobId::write_text(char* out) const noexcept {
  for (const auto at : hyphens) {
    out[at] = '-';
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    write_hex(out + text_offsets[i], bytes[i]);
  }
}

std::int64_t JobId::unix_ms() const noexcept {
  std::uint64_t ms = 0;
  for (unsigned i = 0; i < 6; ++i) {
    ms = (ms << 8U) | bytes[i];
  }
  return static_cast<std::int64_t>(ms);
}

std::uint16_t JobId::shard() const noexcept {
  return static_cast<std::uint16_t>(bytes[9] << 4U | bytes[10] >> 4U);
}

}  // namespace docket
