// The log of a program: the first half of what it wrote, and the last.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace docket::launch {

/// Keeps at most `size` bytes of all that is appended, in a file that is always head, note, tail: what fits is written
/// as it comes; beyond that the last half stands in memory until write_tail(), and a line between the halves says how
/// many bytes are left out. Where the file cannot be written (a full disk), what would stand there is lost: a program
/// is not ended for its log. A member of the supervisor.
class OutputLog {
 public:
  /// Drops everything.
  OutputLog() = default;
  /// `file` is empty and not opened with O_APPEND.
  OutputLog(Fd file, std::uint64_t size) : file_(std::move(file)), half_(size / 2), size_(size) {}

  void append(std::string_view bytes);

  /// Whether there is something in memory that the file has not.
  [[nodiscard]] bool is_behind() const noexcept { return behind_; }
  /// Writes the note and the tail behind the head.
  void write_tail();

 private:
  void keep(std::string_view bytes);
  [[nodiscard]] std::string tail() const;

  Fd file_;
  std::uint64_t half_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t total_ = 0;
  bool line_ends_head_ = false;  ///< the head's last byte is a line break
  bool behind_ = false;
  // The last size_ - half_ bytes behind the head, as a ring once they are so many; ring_at_ is the oldest.
  std::string ring_;
  std::size_t ring_at_ = 0;
};

/// The last bytes of what was appended, for people. A member of the supervisor.
class RecentOutput {
 public:
  void append(std::string_view bytes);
  void clear() { bytes_.clear(); }
  /// The last lines, valid UTF-8 of at most max_tail bytes (protocol/launch.h).
  [[nodiscard]] std::string text() const;

 private:
  std::string bytes_;
};

}  // namespace docket::launch
