// From a received upload to a job: sync, commit, answer; grouped with whoever else waits.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "host/wakeup.h"
#include "store/committer.h"
#include "base/fd.h"
#include "store/spool/spool.h"
#include "nginx/core/thread_tasks.h"

namespace docket::ngx {

/// An upload whose bytes are all in the spool. Owned by the Intake from submit() until `answer` was called.
struct Submission {
  AcceptJob accept;
  std::vector<std::shared_ptr<Fd>> files;  ///< still open, to be synced
  bool large = false;                      ///< synced on its own before it joins a group
  std::vector<Container> links;            ///< another job's results that have this one's name as well
  /// Called once on the event loop when the job is durable, or could not be made so. Emptied by who asked when nobody
  /// listens any more; the job is made all the same.
  std::function<void(const Result<void>&)> answer;
  /// Called once on the event loop after the answer, whether anybody listened or not; may be empty.
  std::function<void(const AcceptJob&)> settled;
};

/// Groups submissions: while one group is being synced and committed on an I/O thread the next one gathers. Owned by
/// the worker's runtime; used on the event loop only.
class Intake {
 public:
  struct Parts {
    TaskBoard& board;
    ngx_thread_pool_t* io;
    Committer& committer;
    Spool& spool;
    Bell& work_bell;
    bool sync = true;
  };
  explicit Intake(const Parts& parts) noexcept : parts_(parts) {}

  void submit(std::unique_ptr<Submission> submission);

 private:
  using Group = std::vector<std::unique_ptr<Submission>>;

  void sync_alone(std::unique_ptr<Submission> submission);
  void flush();
  void refuse(Group& group, const Error& error);

  Parts parts_;
  Group waiting_;
  unsigned groups_under_way_ = 0;
};

}  // namespace docket::ngx
