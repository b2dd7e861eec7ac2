// Files that many processes append lines to, such as logs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace docket {

/// Owned by a process; safe to use from any thread. What append() is given is one write at the end of the file, so that
/// lines of several processes do not mix. A file that is not kept open is opened for each append().
class LineFiles {
 public:
  /// `make`: files that are not there are made. `say` is told once, and again after it went well, when a file cannot be
  /// written; by the thread that failed.
  LineFiles(bool make, std::function<void(std::string_view)> say) : make_(make), say_(std::move(say)) {}

  /// Keeps `file`, which was opened for appending, for `path`.
  void keep(const std::string& path, Fd file);

  /// From now on the kept file of `path` is the one that has the name then; the old one if that cannot be opened.
  /// Does not wait: a write under way ends in the old one.
  void reopen(const std::string& path);

  /// Appends whole lines.
  void append(const std::string& path, std::string_view lines) noexcept;

 private:
  struct File {
    std::shared_ptr<Fd> kept;  ///< null: not kept
    bool stale = false;
    bool failing = false;  ///< and told
  };

  std::shared_ptr<Fd> file_for(const std::string& path, std::string& problem);
  void note(const std::string& path, const std::string& problem);

  const bool make_;
  const std::function<void(std::string_view)> say_;
  std::mutex mutex_;  ///< of files_
  std::map<std::string, File> files_;
};

}  // namespace docket
