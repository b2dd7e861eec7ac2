#include "base/line_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace docket {
namespace {

std::string failure(std::string_view call, int error) {
  return std::string(call) + "() failed: " + std::generic_category().message(error);
}

/// What is wrong; empty: all was written. What is left of a write that came out short (a full disk) is tried once more:
/// half a line would spoil the next one.
std::string write_all(int file, std::string_view lines) {
  while (!lines.empty()) {
    const auto written = ::write(file, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return failure("write", written < 0 ? errno : ENOSPC);
    }
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

void LineFiles::keep(const std::string& path, Fd file) {
  const std::lock_guard lock(mutex_);
  files_[path].kept = std::make_shared<Fd>(std::move(file));
}

void LineFiles::reopen(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (const auto found = files_.find(path); found != files_.end()) {
    found->second.stale = true;
  }
}

std::shared_ptr<Fd> LineFiles::file_for(const std::string& path, std::string& problem) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  auto kept = found != files_.end() ? found->second.kept : nullptr;
  if (kept && !found->second.stale) {
    return kept;
  }
  Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | (make_ ? O_CREAT : 0), 0644));
  if (!file) {
    problem = failure("open", errno);
    return kept;
  }
  auto opened = std::make_shared<Fd>(std::move(file));
  if (kept) {
    found->second.kept = opened;
    found->second.stale = false;
  }
  return opened;
}

/// Remembers how it went, and tells a failure that is new.
void LineFiles::note(const std::string& path, const std::string& problem) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    const bool was_failing = found != files_.end() && found->second.failing;
    if (was_failing == !problem.empty()) {
      return;
    }
    auto& file = files_[path];
    file.failing = !problem.empty();
    if (!file.failing && !file.kept) {
      files_.erase(path);
    }
  }
  if (!problem.empty() && say_) {
    say_("\"" + path + "\" cannot be written: " + problem);
  }
}

void LineFiles::append(const std::string& path, std::string_view lines) noexcept {
  try {
    std::string problem;
    if (const auto file = file_for(path, problem)) {
      if (auto failed = write_all(file->get(), lines); !failed.empty()) {
        problem = std::move(failed);
      }
    }
    note(path, problem);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without memory nothing can be told either
  }
}

}  // namespace docket
