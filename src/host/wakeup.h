// One write wakes every process that listens, old generations and other instances included. A wakeup carries no
// data and may be lost; the truth is in the store.
#pragma once

#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// A file in run/ that is written to (notify) and watched with inotify (listen). One object a process and name;
/// notify() is safe on any thread, all else belongs to the one that listens.
class Wakeup {
 public:
  /// `name` is the file's name in run/, such as "work".
  static Result<Wakeup> open(const std::string& run_folder, const std::string& name);

  /// Wakes all listeners of this file. Never blocks; failures are ignored (a fallback poll covers them).
  void notify() noexcept;

  /// A non-blocking descriptor that is readable after a notification. Made on the first call. -1 if inotify has none
  /// left.
  int listen() noexcept;
  /// Whether that descriptor is told of notifications; from listen() on it is.
  void arm(bool on) noexcept;
  /// Takes all that is readable from the listening descriptor.
  void drain() noexcept;

 private:
  Fd file_;
  Fd watch_;
  std::string path_;
  int armed_ = -1;  ///< the watch of the file; -1: not watched
};

}  // namespace docket
