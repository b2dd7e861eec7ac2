// Job ids: UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, a counter of 18 bits, then random bits of which the
// first 12 are the virtual shard. They sort by time of creation.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// A job's id as its 16 bytes in network order, so that comparing bytes compares time.
struct JobId {
  std::array<std::uint8_t, 16> bytes{};

  /// A new id. Ids made by one thread within one millisecond still ascend (RFC 9562, 6.2, method 1).
  /// Random bits come from getrandom(2); safe on any thread.
  static JobId make(std::int64_t unix_ms);

  /// The id written as lower-case `8-4-4-4-12` hexadecimal text of version 7; nothing for any other text.
  static std::optional<JobId> parse(std::string_view text) noexcept;

  /// The id stored in exactly 16 bytes; nothing for another length.
  static std::optional<JobId> from_key(std::string_view key) noexcept;

  [[nodiscard]] std::string text() const;

  /// Writes the 36 characters of text() to `out`, without a terminator.
  void write_text(char* out) const noexcept;

  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  [[nodiscard]] std::int64_t unix_ms() const noexcept;

  /// The virtual shard, 0 … 4095: 12 bits that are random in every id, also in those of the first release, so that jobs
  /// may be divided among several databases by their ids. Part of the stored format: these bits stay where they are.
  [[nodiscard]] std::uint16_t shard() const noexcept;

  friend auto operator<=>(const JobId&, const JobId&) = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs
};

}  // namespace docket
