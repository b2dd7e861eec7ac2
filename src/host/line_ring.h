// Lines that all processes of a host may read while they are new: the logs of commands as they are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket {

/// A file in run/: a ring of records, of which a new one overwrites the oldest. What is in it is a help for those who
/// watch, and kept nowhere; on a full disk there is none. append() is safe on any thread and waits for other writers,
/// who hold its lock for the writing of one record, but not for one that was stopped amid it; all else is for one
/// thread and takes no lock.
class LineRing {
 public:
  /// Of the store whose folder run/ this is.
  static Result<LineRing> open(const std::string& run_folder);
  LineRing(LineRing&&) noexcept;
  LineRing& operator=(LineRing&&) = delete;
  ~LineRing();

  /// Longer records are cut.
  static constexpr std::size_t max_record = std::size_t{64} * 1024;

  /// False if it is left out: another writer did not come to an end, or the disk is full.
  bool append(std::string_view record);

  /// Where the next record will stand: what is appended from now on is read from here.
  [[nodiscard]] std::uint64_t end() const noexcept;

  /// Calls `visit` with each record from `position` on, and moves `position` behind the last. False if records were
  /// overwritten before they were read: then none are shown, and the position is the present end.
  bool read(std::uint64_t& position, const std::function<void(std::string_view)>& visit) const;

 private:
  struct State;
  explicit LineRing(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace docket
