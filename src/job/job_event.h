// What happened to jobs, in its order: what event streams and held requests go by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "job/job_id.h"

namespace docket {

/// An owner in fixed size: the first 16 bytes of SHA-256 of the name; zeros for the empty one.
struct OwnerKey {
  std::array<char, 16> bytes{};

  static OwnerKey of(std::string_view owner);
  [[nodiscard]] std::string_view key() const noexcept { return {bytes.data(), bytes.size()}; }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a literal 0 in what the compiler makes
  friend auto operator<=>(const OwnerKey&, const OwnerKey&) = default;
};

/// What happened to a job. Numbers are stored.
enum class JobEventKind : std::uint8_t {
  accepted = 0,
  started = 1,
  page = 2,  ///< done, or given up, and its number in the job is known: all files before are counted
  file = 3,  ///< over; after its pages
  completed = 4,
  failed = 5,
  deleted = 6,
  retried = 7,
  updated = 8,  ///< whatever else changed the status
};

/// One thing that happened.
struct JobEvent {
  OwnerKey owner;
  JobId job;
  JobEventKind kind = JobEventKind::updated;
  std::uint16_t file = 0;  ///< of page and file
  std::uint32_t page = 0;  ///< of page

  friend bool operator==(const JobEvent&, const JobEvent&) = default;
};

}  // namespace docket
