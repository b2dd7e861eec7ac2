#include "nginx/worker/submission_queue.h"

#include <utility>

namespace docket::ngx {
namespace {

// Two: while one group is in its commit, the files of the next are synced.
constexpr unsigned max_groups_under_way = 2;

Error pool_is_full() {
  return {ErrorCode::store_unavailable, "The pool of docket_io threads takes no more tasks."};
}

/// Answers the client, where it is still there.
void report(const Submission& submission) {
  if (submission.answer) {
    submission.answer(submission.accept.result);
  }
  if (submission.settled) {
    submission.settled(submission.accept);
  }
}

}  // namespace

void SubmissionQueue::submit(std::unique_ptr<Submission> submission) {
  // What stands if a task ends early (no memory): an error, not a success that never was.
  submission->accept.result = fail(ErrorCode::store_unavailable, "The job could not be stored.");
  if (submission->large && parts_.acceptor.syncs()) {
    sync_alone(std::move(submission));
    return;
  }
  waiting_.push_back(std::move(submission));
  flush();
}

void SubmissionQueue::sync_alone(std::unique_ptr<Submission> submission) {
  auto group = std::make_shared<Group>();
  group->push_back(std::move(submission));
  auto synced = std::make_shared<Result<void>>();
  const bool posted = parts_.tasks.post(
      parts_.io,
      [group, synced, acceptor = parts_.acceptor]() mutable { *synced = acceptor.sync_files(*group->front()); },
      [this, group, synced] {
        if (!*synced) {
          refuse(*group, synced->error());
          return;
        }
        waiting_.push_back(std::move(group->front()));
        flush();
      });
  if (!posted) {
    refuse(*group, pool_is_full());
  }
}

/// Removes the files here on the event loop: there is no thread for it, or they are few.
void SubmissionQueue::refuse(const Group& group, const Error& error) {
  for (const auto& submission : group) {
    parts_.acceptor.refuse(*submission, error);
    report(*submission);
  }
}

/// Has all that wait accepted as one group, unless as many groups as may are under way.
void SubmissionQueue::flush() {
  if (waiting_.empty() || groups_under_way_ >= max_groups_under_way) {
    return;
  }
  auto group = std::make_shared<const Group>(std::exchange(waiting_, {}));
  auto work = [group, acceptor = parts_.acceptor]() mutable {
    std::vector<ReceivedUpload*> uploads;
    uploads.reserve(group->size());
    for (const auto& submission : *group) {
      uploads.push_back(submission.get());
    }
    acceptor.accept(uploads);
  };
  if (!parts_.tasks.post(parts_.io, std::move(work), [this, group] { accepted(*group); })) {
    refuse(*group, pool_is_full());
    return;
  }
  ++groups_under_way_;
}

void SubmissionQueue::accepted(const Group& group) {
  --groups_under_way_;
  flush();
  for (const auto& submission : group) {
    report(*submission);
  }
}

}  // namespace docket::ngx
