#include "work/command/kept_program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "work/command/command_inputs.h"

namespace docket {
namespace {

/// What tells one version of a file from another; empty if there is none.
std::string version_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return {};
  }
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" + std::to_string(info.st_size) + ":" +
         std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

/// A name for a program's folder, of which no other process and thread makes one.
std::string new_name() {
  static std::atomic<unsigned> count = 0;
  return "program." + std::to_string(::getpid()) + "." + std::to_string(++count);
}

}  // namespace

Result<StayingProgram*> KeptProgram::get(LaunchClient& launcher, const std::string& store_path, const CommandWork& work,
                                         const Limits& limits, const std::function<bool()>& stop,
                                         const std::function<void()>& on_start) {
  auto file = version_of(work.arguments.front());
  // Not all that is said of a job is its program's: its time is told with the job.
  if (is_ready() && request_to_stay(*folder_, work, limits) == request_ && file == file_) {
    return program_.get();
  }
  on_start();
  end();
  auto folder = WorkFolder::make(store_path, new_name());
  if (!folder) {
    return pass_on(folder);
  }
  folder_.emplace(std::move(*folder));
  request_ = request_to_stay(*folder_, work, limits);
  program_ = launcher.start_to_stay(request_, stop);
  file_ = std::move(file);
  return program_.get();
}

void KeptProgram::tidy() const {
  if (is_ready()) {
    folder_->tidy();
  }
}

void KeptProgram::end() {
  program_.reset();
  files_ = {};
  folder_.reset();
}

}  // namespace docket
