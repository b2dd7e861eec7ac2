// The units that a job's work is split into, and the right to do one.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/job_id.h"

namespace docket {

/// What is to be done. Numbers are stored.
enum class UnitKind : std::uint8_t {
  probe = 0,
  range = 1,
  assemble = 2,
  run = 3,  ///< of a job that is no document's: all its work, or all that is to be done with one of its files
};

/// The work of one claim. `seq` is its name for life; it keeps its place in the queue over retries.
struct Unit {
  /// `file` of a run unit that is its job's only one.
  static constexpr std::uint16_t whole_job = UINT16_MAX;

  std::uint64_t seq = 0;
  JobId job;
  UnitKind kind = UnitKind::probe;
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  std::uint16_t file = 0;          ///< of probe and range, and of run where each file has a unit
  std::uint32_t first_page = 0;    ///< of range, and of a probe that does pages itself: the next page to do, 1-based
  std::uint32_t last_page = 0;     ///< of range: inclusive
  std::uint32_t attempt = 1;       ///< this try's number, 1-based; outputs are named by it
  std::uint32_t failures = 0;      ///< bad ends of children at `first_page`
  std::uint32_t setbacks = 0;      ///< tries since the last page that came to nothing, by no fault of the work
  std::uint32_t not_before_s = 0;  ///< it is not claimed before (Unix time in seconds); 0: it may be at once

  friend bool operator==(const Unit&, const Unit&) = default;
};

/// Who holds a unit: the random name of a worker's lease file in run/.
struct Holder {
  std::array<std::uint8_t, 16> bytes{};

  /// The holder written as 32 lower-case hexadecimal digits; nothing for any other text.
  static std::optional<Holder> parse(std::string_view text) noexcept;
  /// The holder stored in exactly 16 bytes; nothing for another length.
  static std::optional<Holder> from_key(std::string_view key) noexcept;

  [[nodiscard]] std::string text() const;  ///< what parse() reads
  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  friend auto operator<=>(const Holder&, const Holder&) = default;  // NOLINT(modernize-use-nullptr): as in JobId
};

/// The right to commit for a unit; checked in the transaction against (holder, attempt).
struct Lease {
  Holder holder;
  std::uint64_t seq = 0;
  std::uint32_t attempt = 0;
  JobId job;

  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace docket
