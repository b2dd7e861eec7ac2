#include "store/spool/acceptor.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

namespace docket {
namespace {

/// How many dedupe sources are tried for one job. Each may be deleted, or lose its place to another one, between the
/// look-up and the commit of the links.
constexpr int max_dedupe_sources = 3;

/// Whether an open file can still be found. The reaper takes a file for an orphan's where the clock was set forward
/// while it was received; others may tidy up, too.
bool has_name(int file) noexcept {
  struct stat info {};
  return ::fstat(file, &info) == 0 && info.st_nlink > 0;
}

/// Those that have files: without any a job may have no folder yet.
std::vector<JobId> jobs_of(std::span<ReceivedUpload* const> group) {
  std::vector<JobId> jobs;
  jobs.reserve(group.size());
  for (const auto* upload : group) {
    if (!upload->accept.status.files.empty()) {
      jobs.push_back(upload->accept.record.id);
    }
  }
  return jobs;
}

std::vector<Command> commands_of(std::span<ReceivedUpload* const> group) {
  std::vector<Command> commands;
  commands.reserve(group.size());
  for (auto* upload : group) {
    commands.emplace_back(&upload->accept);
  }
  return commands;
}

}  // namespace

void Acceptor::accept(std::span<ReceivedUpload* const> group) {
  std::vector<ReceivedUpload*> whole;
  whole.reserve(group.size());
  for (auto* upload : group) {
    if (std::ranges::all_of(upload->files, [](const auto& file) { return has_name(file->get()); })) {
      whole.push_back(upload);
    } else {
      refuse(*upload, {ErrorCode::store_unavailable,
                       "A file of this upload was removed from the store while it was received. Send it again."});
    }
  }
  const auto durable = parts_.sync ? sync(whole) : std::move(whole);
  parts_.committer.commit(commands_of(durable));
  link_dedupe_sources(durable);
  for (auto* upload : durable) {
    if (!upload->accept.result || upload->accept.known) {
      remove_files(*upload);  // it was refused, or the job that was made before has its own
    }
  }
}

/// Makes the files of a group durable, contents and names; those that are. The others are refused.
std::vector<ReceivedUpload*> Acceptor::sync(std::span<ReceivedUpload* const> group) {
  std::vector<ReceivedUpload*> durable;
  durable.reserve(group.size());
  for (auto* upload : group) {
    if (const auto synced = upload->synced ? Result<void>() : sync_files(*upload); !synced) {
      refuse(*upload, synced.error());
    } else {
      durable.push_back(upload);
    }
  }
  if (const auto synced = parts_.spool.sync_folders(jobs_of(durable)); !synced) {
    for (auto* upload : durable) {
      refuse(*upload, synced.error());
    }
    durable.clear();
  }
  return durable;
}

Result<void> Acceptor::sync_files(ReceivedUpload& upload) {
  for (const auto& file : upload.files) {
    if (::fdatasync(file->get()) != 0) {
      return fail_errno("fdatasync()", errno);
    }
  }
  upload.synced = true;
  return {};
}

void Acceptor::refuse(ReceivedUpload& upload, const Error& error) {
  upload.accept.result = fail(error);
  remove_files(upload);
}

/// Gives the jobs that have a dedupe source its results, and has the store look at each again, until all are settled.
void Acceptor::link_dedupe_sources(std::span<ReceivedUpload* const> group) {
  for (int round = 0;; ++round) {
    std::vector<ReceivedUpload*> next;
    for (auto* upload : group) {
      if (prepare_next_round(*upload, round)) {
        next.push_back(upload);
      }
    }
    if (next.empty()) {
      return;
    }
    if (const auto synced = parts_.spool.sync_folders(jobs_of(next)); !synced) {
      for (auto* upload : next) {
        upload->accept.result = pass_on(synced);
      }
      return;
    }
    parts_.committer.commit(commands_of(next));
  }
}

/// Prepares another commit of a job whose last one found a dedupe source, or lost the one that it was linked to. False:
/// it is settled.
bool Acceptor::prepare_next_round(ReceivedUpload& upload, int round) {
  auto& accept = upload.accept;
  const bool lost = accept.linked_to && !accept.result && accept.result.error().code == ErrorCode::not_found;
  if (!lost && !(accept.result && accept.dedupe_source)) {
    return false;
  }
  remove_links(upload);
  accept.linked_to.reset();
  if (accept.dedupe_source) {
    if (round < max_dedupe_sources && link_outputs(upload, *accept.dedupe_source)) {
      accept.linked_to = accept.dedupe_source->job;
    } else {
      remove_links(upload);
      accept.own_results = true;
    }
  }
  return true;
}

/// False where not all of the results can be linked; some may be.
bool Acceptor::link_outputs(ReceivedUpload& upload, const DedupeSource& source) {
  upload.links = source.output_files;
  return parts_.spool.link_outputs(source.job, upload.accept.record.id, upload.links).has_value();
}

void Acceptor::remove_links(ReceivedUpload& upload) {
  (void)parts_.spool.remove_job(upload.accept.record.id, 0, upload.links);
  upload.links.clear();
}

/// Of what became no job only the names are known: a file that cannot be removed is an orphan, and the reaper's.
void Acceptor::remove_files(const ReceivedUpload& upload) {
  (void)parts_.spool.remove_job(upload.accept.record.id, static_cast<std::uint32_t>(upload.files.size()), upload.links);
}

}  // namespace docket
