#include "nginx/worker/submission_queue.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>
#include <variant>

namespace docket::ngx {
namespace {

// Two: while one group is in its commit, the files of the next are synced.
constexpr unsigned max_groups_under_way = 2;

/// Of a job that never was nothing but the names is known; a failure leaves an orphan to the reaper.
void remove_files(Spool& spool, const Submission& submission) {
  (void)spool.remove_job(submission.accept.record.id, static_cast<std::uint32_t>(submission.files.size()),
                         submission.links);
}

/// What a job's commit made of it; removes its files if it did not come to be.
void settle(Spool& spool, Submission& submission, const Error& error) {
  submission.accept.result = tl::unexpected<Error>(error);
  remove_files(spool, submission);
}

/// Tells whoever wants to know how it went.
void report(const Submission& submission) {
  if (submission.answer) {
    submission.answer(submission.accept.result);
  }
  if (submission.settled) {
    submission.settled(submission.accept);
  }
}

/// Syncs the files; the first error of any.
Result<void> sync_files(const Submission& submission) {
  for (const auto& file : submission.files) {
    if (::fdatasync(file->get()) != 0) {
      return fail_errno("fdatasync()", errno);
    }
  }
  return {};
}

/// A job whose original has gone is made as any other unless there is a new one by now; so is one that cannot have
/// links.
constexpr int max_originals = 3;

/// Prepares the next commit of a submission whose last one found an original, or lost one. False: it is settled.
bool go_on_with_original(Spool& spool, Submission& submission, int round) {
  auto& accept = submission.accept;
  const bool lost = accept.linked_to && !accept.result && accept.result.error().code == ErrorCode::not_found;
  if (!lost && !(accept.result && accept.original)) {
    return false;
  }
  const auto& id = accept.record.id;
  (void)spool.remove_job(id, 0, submission.links);
  submission.links.clear();
  accept.linked_to.reset();
  if (accept.original) {
    submission.links = accept.original->containers;
    if (round < max_originals && spool.link_containers(accept.original->job, id, submission.links)) {
      accept.linked_to = accept.original->job;
    } else {
      (void)spool.remove_job(id, 0, submission.links);
      submission.links.clear();
      accept.own_results = true;
    }
  }
  return true;
}

/// Gives jobs that have an original its results; those that cannot have them are made as any other.
void link_originals(Spool& spool, Committer& committer, std::span<const std::unique_ptr<Submission>> group) {
  for (int round = 0;; ++round) {
    std::vector<Change> changes;
    std::vector<JobId> jobs;
    for (const auto& submission : group) {
      if (go_on_with_original(spool, *submission, round)) {
        changes.emplace_back(&submission->accept);
        jobs.push_back(submission->accept.record.id);
      }
    }
    if (changes.empty()) {
      return;
    }
    if (const auto synced = spool.sync_folders(jobs); !synced) {
      for (auto& change : changes) {
        std::get<AcceptJob*>(change)->result = tl::unexpected<Error>(synced.error());
      }
      return;
    }
    committer.commit(changes);
  }
}

}  // namespace

void Intake::submit(std::unique_ptr<Submission> submission) {
  // Should a task end early (no memory), nobody must take its silence for consent.
  submission->accept.result = fail(ErrorCode::store_unavailable, "The job could not be stored.");
  if (submission->large && parts_.sync) {
    sync_alone(std::move(submission));
    return;
  }
  waiting_.push_back(std::move(submission));
  flush();
}

void Intake::sync_alone(std::unique_ptr<Submission> submission) {
  auto held = std::make_shared<Group>();
  held->push_back(std::move(submission));
  auto synced = std::make_shared<Result<void>>();
  const bool posted = parts_.board.post(
      parts_.io, [held, synced] { *synced = sync_files(*held->front()); },
      [this, held, synced] {
        if (!*synced) {
          refuse(*held, synced->error());
          return;
        }
        waiting_.push_back(std::move(held->front()));
        flush();
      });
  if (!posted) {
    refuse(*held, Error{ErrorCode::store_unavailable, "The pool of docket_io threads takes no more tasks."});
  }
}

void Intake::refuse(Group& group, const Error& error) {
  for (auto& submission : group) {
    settle(parts_.spool, *submission, error);
    report(*submission);
  }
  group.clear();
}

void Intake::flush() {
  if (waiting_.empty() || groups_under_way_ >= max_groups_under_way) {
    return;
  }
  auto group = std::make_shared<Group>(std::exchange(waiting_, {}));
  auto work = [group, parts = parts_] {
    std::vector<Change> changes;
    std::vector<JobId> jobs;
    for (auto& submission : *group) {
      if (parts.sync && !submission->large) {
        if (const auto synced = sync_files(*submission); !synced) {
          settle(parts.spool, *submission, synced.error());
          continue;
        }
      }
      changes.emplace_back(&submission->accept);
      jobs.push_back(submission->accept.record.id);
    }
    if (parts.sync) {
      if (const auto synced = parts.spool.sync_folders(jobs); !synced) {
        for (const auto& submission : *group) {
          settle(parts.spool, *submission, synced.error());
        }
        return;
      }
    }
    parts.committer.commit(changes);
    link_originals(parts.spool, parts.committer, *group);
    bool any = false;
    for (auto& submission : *group) {
      if (submission->accept.known) {
        remove_files(parts.spool, *submission);  // the job that there is has its own
      } else if (submission->accept.result) {
        any = true;
      } else {
        settle(parts.spool, *submission, Error(submission->accept.result.error()));
      }
    }
    if (any) {
      parts.work_bell.ring();
    }
  };
  auto then = [this, group] {
    --groups_under_way_;
    flush();
    for (auto& submission : *group) {
      report(*submission);
    }
  };
  if (!parts_.board.post(parts_.io, std::move(work), std::move(then))) {
    refuse(*group, Error{ErrorCode::store_unavailable, "The pool of docket_io threads takes no more tasks."});
    return;
  }
  ++groups_under_way_;
}

}  // namespace docket::ngx
