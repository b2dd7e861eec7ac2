// A small text file of the operator's that is read again when it changes: secrets, tokens.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// Which states of the file there were, and whether it is time to read it again. A file that is being written to is
/// left alone until it is at rest: half of a list is worse than the one before. It is at rest when its last
/// modification is a second ago or, where the clocks disagree, when it has been found the same for a second. A value of
/// its owner's, copied with it over a fork; each copy is used on one thread.
class RereadFile {
 public:
  /// What another inode under the file's name is taken for.
  enum class Replaced : std::uint8_t {
    at_rest,  ///< a file like any other, that may still be written to
    whole,    ///< one that was renamed into place, to be read at once
  };

  RereadFile(std::string path, std::size_t max_size, Replaced replaced = Replaced::at_rest)
      : path_(std::move(path)), max_size_(max_size), replaced_(replaced) {}

  /// The whole file as it is now; blocks for a local read. io, or bad_option for what is no regular file of at most
  /// `max_size`. Either way this state of the file is due no more.
  Result<std::string> read();

  /// Whether the file has changed since read() and is at rest. Looks at its inode only. A file that cannot be looked at
  /// has changed, too.
  [[nodiscard]] bool is_due(std::int64_t now_ms = unix_ms());

  /// Whether there is such a file that can be looked at.
  [[nodiscard]] bool exists() const noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  /// What tells one state of the file from another; all zeros: there is none.
  struct Version {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;  ///< of its last modification
    std::int64_t nanoseconds = 0;
    std::int64_t changed_seconds = 0;  ///< of its inode's last change: chmod may make it readable
    std::int64_t changed_nanoseconds = 0;

    static Version of(const struct stat& file) noexcept;
    friend bool operator==(const Version&, const Version&) = default;
  };

  [[nodiscard]] Version current() const noexcept;
  [[nodiscard]] bool is_at_rest(const Version& now, std::int64_t now_ms);

  std::string path_;
  std::size_t max_size_;
  Replaced replaced_;
  Version read_;              ///< read last, whatever came of it
  std::shared_ptr<Fd> held_;  ///< the same, of what is replaced as a whole: no other file gets its inode's number
  Version seen_;              ///< by the last is_due()
  std::int64_t seen_ms_ = 0;  ///< when that state was seen first
};

}  // namespace docket
