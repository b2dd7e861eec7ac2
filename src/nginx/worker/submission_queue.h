// From a received upload to a job: groups of uploads are accepted on an I/O thread and answered here.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nginx/core/thread_tasks.h"
#include "store/spool/acceptor.h"

namespace docket::ngx {

/// An upload that waits to become a job. Owned by the SubmissionQueue from submit() until `settled` was called.
struct Submission : ReceivedUpload {
  bool large = false;  ///< synced on its own before it joins a group, so that it does not delay the others
  /// Called once on the event loop when the job is durable, or could not be made so. Emptied by its owner when the
  /// request has gone; the job is made all the same.
  std::function<void(const Result<void>&)> answer;
  /// Called once on the event loop after the answer, whether the request is still there or not; may be empty.
  std::function<void(const AcceptJob&)> settled;
};

/// Groups submissions: while one group is being synced and committed on an I/O thread the next one gathers. Owned by
/// the Runtime; event loop only.
class SubmissionQueue {
 public:
  struct Parts {
    ThreadTasks& tasks;
    ngx_thread_pool_t* io;
    Acceptor acceptor;
  };
  explicit SubmissionQueue(const Parts& parts) noexcept : parts_(parts) {}

  void submit(std::unique_ptr<Submission> submission);

 private:
  using Group = std::vector<std::unique_ptr<Submission>>;

  void sync_alone(std::unique_ptr<Submission> submission);
  void flush();
  void accepted(const Group& group);
  void refuse(const Group& group, const Error& error);

  Parts parts_;
  Group waiting_;
  unsigned groups_under_way_ = 0;
};

}  // namespace docket::ngx
