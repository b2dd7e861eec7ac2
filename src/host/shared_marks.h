// Marks that every process of this host can see, while the process that set them lives.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// Marks by number, set by any number of processes, each for itself: locks on bytes of a file in run/, which need not
/// be there, so that the kernel takes those of a dead process away. One thread's.
class SharedMarks {
 public:
  /// Those in the file `path`, which is made if there is none. Errors: io.
  static Result<SharedMarks> open(const std::string& path);

  /// Sets this process's mark; setting it twice is setting it once. Numbers that differ in their highest two bits only
  /// are the same. False where the kernel has no room for one more lock.
  bool set(std::uint64_t number) noexcept;
  void clear(std::uint64_t number) noexcept;

  /// Whether another process, or another SharedMarks of this one, has set it; also where that cannot be found out.
  [[nodiscard]] bool is_set_elsewhere(std::uint64_t number) const noexcept;

 private:
  explicit SharedMarks(Fd file) noexcept : file_(std::move(file)) {}

  Fd file_;
};

}  // namespace docket
