// What a job is: its record, its status, and the ONE table of legal state changes.
//
// A job is written once as a JobRecord (what was asked for) and from then on lives in its Status (how far it is). Its
// work is split into units (job/unit.h). How the end of a unit changes the status and which units follow is decided by
// the pure functions of job/progress/ and nowhere else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "document/format.h"
#include "document/media_type.h"
#include "job/job_id.h"
#include "job/work.h"

namespace docket {

/// The four states there are on the wire. Numbers are stored.
enum class State : std::uint8_t { pending = 0, processing = 1, completed = 2, failed = 3 };

std::string_view to_string(State state) noexcept;
std::optional<State> state_of(std::string_view word) noexcept;
constexpr bool is_final(State state) noexcept {
  return state == State::completed || state == State::failed;
}

/// The table of legal changes: pending → processing → completed | failed, processing → pending for a retry, and
/// pending → failed for what ends before it began (cancelled, refused by the probe). A state does not change to itself.
bool may_change(State from, State to) noexcept;

/// What the acceptance knew of the request, for the log, callbacks and traces.
struct Origin {
  std::string log;          ///< path of the location's docket_log; empty: none, and then the next four are, too
  std::string client;       ///< who asked: an address
  std::string client_name;  ///< the host of that address; empty: not known
  std::string host;         ///< whom they asked for: Host
  std::string request_id;   ///< nginx's $request_id
  std::string traceparent;  ///< W3C trace context, as it is sent on (http/field/trace_context.h); empty: none
  std::string tracestate;   ///< empty: none

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// What was asked for; written when the job is accepted and never changed, but for Origin::client_name.
struct JobRecord {
  JobId id;
  std::string owner;  ///< empty: no owner
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  Work work;
  Limits limits;
  std::uint64_t expire_ms = 0;  ///< how long the job is kept after it is final; 0: for ever
  bool keep_input = true;       ///< whether the uploads are, when the job is completed
  /// Jobs that share it have the same results (job/fingerprint.h); nothing: this one shares them with no other.
  std::optional<Sha256> fingerprint{};
  Origin origin{};
  bool abort_unread =
      false;  ///< docket_abort: cancelled when a client that was held for it goes and nobody else reads it

  /// The work of a job of documents; there must be no other in it.
  [[nodiscard]] DocumentWork& document() { return std::get<DocumentWork>(work); }
  /// What is to be made of its documents; a default value where the work is another.
  [[nodiscard]] const Options& options() const noexcept;

  friend bool operator==(const JobRecord&, const JobRecord&) = default;
};

/// One uploaded file and how far it is.
struct FileStatus {
  std::string filename;  ///< as the client gave it: text, never a path
  MediaType type = MediaType::unknown;
  State state = State::pending;
  ErrorCode error = ErrorCode::none;
  std::string error_detail;
  std::uint32_t total_pages = 0;
  std::uint32_t processed_pages = 0;  ///< done or given up
  std::uint32_t failed_pages = 0;
  std::uint64_t size = 0;
  Sha256 sha256{};

  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

/// A page that could not be done, or something else that is worth knowing and no reason to fail.
struct Warning {
  std::uint16_t file = 0;
  std::uint32_t page = 0;  ///< 1-based, the document's own number; 0: the file as a whole
  ErrorCode code = ErrorCode::none;
  std::string detail;

  friend bool operator==(const Warning&, const Warning&) = default;
};

/// No more than this many warnings are kept; further ones are counted only.
inline constexpr std::size_t max_warnings = 100;

/// The fixed-layout part of a status. Times are Unix milliseconds, 0 = not yet.
struct StatusHead {
  std::uint8_t version = 1;
  WorkKind kind = WorkKind::document;
  State state = State::pending;
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  std::uint8_t has_fields = 0;  ///< the table `fields` has the client's fields as a JSON object
  std::uint16_t file_count = 0;
  std::uint32_t total_pages = 0;      ///< over the files probed so far; 0 until known
  std::uint32_t processed_pages = 0;  ///< never decreases
  std::uint32_t failed_pages = 0;
  std::uint32_t attempts = 1;    ///< highest number of tries any unit needed
  std::uint32_t units_left = 0;  ///< units waiting or running
  std::uint32_t warning_count = 0;
  FormatSet formats;
  ErrorCode error = ErrorCode::none;
  std::uint8_t has_secret = 0;  ///< the table `secrets` has the documents' password, sealed; never of a final job
  std::uint8_t input_gone = 0;  ///< the uploads are not kept: their files may be there or not
  std::uint64_t change = 0;     ///< number in `changes` of this job's last change; the ETag
  std::uint64_t accept_no = 0;  ///< how many jobs of its pool were accepted before, for the estimate of the position
  std::int64_t created_ms = 0;
  std::int64_t started_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t completed_ms = 0;
  std::int64_t expires_ms = 0;

  friend bool operator==(const StatusHead&, const StatusHead&) = default;
};
static_assert(sizeof(StatusHead) == 96, "no padding: the head is stored byte by byte");

/// How far a job is. Owns its memory; changed only by job/progress.
struct Status {
  StatusHead head;
  std::string owner;
  std::string result_url;  ///< what links begin with, such as "/result/"
  std::string detail;      ///< why it failed; of a job that is processed, what it says of its progress; may be empty
  std::vector<FileStatus> files;
  std::vector<Warning> warnings;

  friend bool operator==(const Status&, const Status&) = default;
};

/// Changes `status` to state `to` at `now_ms` and keeps the times right; an error (and no change) where may_change()
/// forbids it (illegal_change).
Result<void> change_state(Status& status, State to, std::int64_t now_ms);

/// What the uploads that are kept come to, in bytes.
std::uint64_t input_size(const Status& status) noexcept;

}  // namespace docket
