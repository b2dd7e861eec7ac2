#include "base/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/fd.h"

namespace docket {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// One call of remove_tree().
class TreeRemover {
 public:
  TreeRemover(int parent, const std::string& name) : parent_(parent), name_(name), waiting_{name} {}

  Result<void> run() {
    while (!waiting_.empty()) {
      const auto name = std::move(waiting_.back());
      waiting_.pop_back();
      remove(name);
    }
    return std::move(result_);
  }

 private:
  void remove(const std::string& name) {
    if (::unlinkat(parent_, name.c_str(), 0) == 0 || errno == ENOENT) {
      return;
    }
    open_up(parent_, name);
    if (::unlinkat(parent_, name.c_str(), AT_REMOVEDIR) == 0) {
      return;
    }
    empty(name);
    if (::unlinkat(parent_, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
      failed("unlinkat " + name);
    }
  }

  /// Lets us into a folder, if it is one and that can be; what follows shows it.
  static void open_up(int parent, const std::string& name) {
    if (::fchmodat(parent, name.c_str(), 0700, 0) != 0) {
      return;
    }
  }

  /// Removes what is in a folder but the folders that are not empty: these are moved up, to be removed later.
  void empty(const std::string& name) {
    Fd opened(::openat(parent_, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    const std::unique_ptr<DIR, CloseFolder> stream(opened ? ::fdopendir(opened.get()) : nullptr);
    if (!stream) {
      return failed("open " + name);
    }
    const int folder = opened.release();  // the stream's now
    // readdir is safe here: the stream is this call's own.
    while (const auto* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
      const std::string inner = entry->d_name;
      if (inner == "." || inner == ".." || ::unlinkat(folder, inner.c_str(), 0) == 0) {
        continue;
      }
      open_up(folder, inner);
      if (::unlinkat(folder, inner.c_str(), AT_REMOVEDIR) == 0) {
        continue;
      }
      auto moved = name_ + "." + std::to_string(++moved_);
      if (::renameat(folder, inner.c_str(), parent_, moved.c_str()) == 0) {
        waiting_.push_back(std::move(moved));
      } else if (errno != ENOENT) {
        failed("rename " + inner);
      }
    }
  }

  void failed(const std::string& what) {
    if (result_) {
      result_ = fail_errno(what, errno);
    }
  }

  const int parent_;
  const std::string& name_;
  std::vector<std::string> waiting_;
  unsigned moved_ = 0;
  Result<void> result_;
};

}  // namespace

Result<void> remove_tree(int parent, const std::string& name) {
  return TreeRemover(parent, name).run();
}

}  // namespace docket
