// From received uploads to jobs: their files are made durable, then their records are committed as one group.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/fd.h"
#include "store/committer.h"
#include "store/spool/spool.h"

namespace docket {

/// An upload whose bytes are all in the spool. Owned by its submitter; used by the Acceptor while accept() runs.
struct ReceivedUpload {
  AcceptJob accept;                        ///< `result`, `known` and `linked_to` say what became of it
  std::vector<std::shared_ptr<Fd>> files;  ///< its inputs, still open, to be synced
  bool synced = false;                     ///< their contents are on the disk already
  std::vector<OutputFile> links;           ///< another job's results that have this one's name as well
};

/// Accepts uploads as jobs. Owned by the worker; safe on several threads at once, each with a group of its own. All
/// functions but syncs() block: on the disk, and on other committers.
///
/// A job whose fingerprint a completed job has (its dedupe source) gets links to that one's results instead of units. A
/// source that has gone in the meantime is looked for again, a few times; then the job is processed as any other.
class Acceptor {
 public:
  struct Parts {
    Committer& committer;
    Spool& spool;
    bool sync = true;  ///< off: nothing is synced here, and a loss of power may lose it
  };
  explicit Acceptor(const Parts& parts) noexcept : parts_(parts) {}

  /// Whether accept() syncs files: where it does not, sync_files() ahead of it is for nothing.
  [[nodiscard]] bool syncs() const noexcept { return parts_.sync; }

  /// Syncs what is left to sync of a group, commits it, and removes the files of those that became no job of their own:
  /// `accept.result` is an error, or `accept.known` names the job that was made before. A file that cannot be synced
  /// costs its own upload; folders that cannot be synced cost all.
  void accept(std::span<ReceivedUpload* const> group);

  /// Writes the contents of an upload's files to the disk, ahead of accept(); io.
  Result<void> sync_files(ReceivedUpload& upload);

  /// Ends one that cannot be accepted: with this error, and its files removed.
  void refuse(ReceivedUpload& upload, const Error& error);

 private:
  [[nodiscard]] std::vector<ReceivedUpload*> sync(std::span<ReceivedUpload* const> group);
  void link_dedupe_sources(std::span<ReceivedUpload* const> group);
  bool prepare_next_round(ReceivedUpload& upload, int round);
  bool link_outputs(ReceivedUpload& upload, const DedupeSource& source);
  void remove_links(ReceivedUpload& upload);
  void remove_files(const ReceivedUpload& upload);

  Parts parts_;
};

}  // namespace docket
