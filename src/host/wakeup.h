// "Look!": one write wakes every process that listens, old generations and other instances included. A bell carries no
// data and may be lost; the truth is in the store.
#pragma once

#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// A file in run/ that is written to (ring) and watched with inotify (listen). One object a process and bell;
/// ring() is safe on any thread, the listening descriptor belongs to the event loop.
class Bell {
 public:
  /// `name` is the file's name in run/, such as "work".
  static Result<Bell> open(const std::string& run_folder, const std::string& name);

  /// Wakes all listeners of this file. Never blocks; failures are ignored (a fallback poll covers them).
  void ring() noexcept;

  /// A non-blocking descriptor that is readable after a ring. Made on the first call. -1 if inotify has none left.
  int listen() noexcept;
  /// Whether rings are heard on that descriptor; from listen() on they are.
  void hear(bool rings) noexcept;
  /// Takes all that is readable from the listening descriptor.
  void hush() noexcept;

 private:
  Fd file_;
  Fd watch_;
  std::string path_;
  int heard_ = -1;  ///< the watch of the file; -1: there is none
};

}  // namespace docket
