// What a job is: its record, its status, its units, and the ONE table of legal state changes.
//
// A job is written once as a JobRecord (what was asked for) and from then on lives in its Status (how far it is). Its
// work is split into Units. How the end of a unit changes the status and which units follow is decided by the pure
// functions of job/progress.h and by nobody else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "document/format.h"
#include "job/job_id.h"
#include "document/media_type.h"
#include "document/page_set.h"

namespace docket {

/// The four states there are on the wire. Numbers are stored.
enum class State : std::uint8_t { pending = 0, processing = 1, completed = 2, failed = 3 };

std::string_view word(State state) noexcept;
std::optional<State> state_of(std::string_view word) noexcept;
constexpr bool is_final(State state) noexcept {
  return state == State::completed || state == State::failed;
}

/// The table of legal changes: pending → processing → completed | failed, processing → pending for a retry, and
/// pending → failed for what ends before it began (cancelled, refused by the probe). A state does not change to itself.
bool may_change(State from, State to) noexcept;

enum class OcrMode : std::uint8_t { automatic = 0, force = 1, off = 2 };

std::string_view word(OcrMode mode) noexcept;  ///< auto, force, off
std::optional<OcrMode> ocr_mode_of(std::string_view word) noexcept;

/// What is to be made of the documents: the location's values, changed by the client where it may.
struct Options {
  FormatSet formats;
  std::string languages;  ///< Tesseract's notation: "eng", "deu+eng"
  OcrMode ocr = OcrMode::automatic;
  std::uint16_t dpi = 300;
  std::string page_separator;  ///< between pages in Markdown and text; empty: a blank line
  PageSet pages;               ///< of each document

  friend bool operator==(const Options&, const Options&) = default;
};

/// What one unit's child may use. Sizes in bytes, times as named.
struct Limits {
  std::uint32_t max_pages = 2000;
  std::uint64_t max_pixels = 100'000'000;
  std::uint64_t memory = std::uint64_t{1} << 30;
  std::uint32_t cpu_seconds = 120;
  std::uint32_t unit_ms = 600'000;
  std::uint32_t attempts = 2;

  friend bool operator==(const Limits&, const Limits&) = default;
};

using Sha256 = std::array<std::uint8_t, 32>;

/// What the acceptance knew of the request, for whoever speaks of the job later.
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
  std::string owner;  ///< empty: nobody in particular
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  Options options;
  Limits limits;
  std::uint64_t expire_ms = 0;  ///< how long the job is kept after it is final; 0: for ever
  bool keep_input = true;       ///< whether the uploads are, when the job is completed
  /// Jobs that share it have the same results (job/fingerprint.h); nothing: this one shares them with nobody.
  std::optional<Sha256> sameness{};
  Origin origin{};

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
  std::uint8_t linked = 0;  ///< the results were made for another job: its id stands in their wrapped forms
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
  std::string error_detail;
  std::vector<FileStatus> files;
  std::vector<Warning> warnings;

  friend bool operator==(const Status&, const Status&) = default;
};

/// Changes `status` to state `to` at `now_ms` and keeps the times right; an error (and no change) where may_change()
/// forbids it (illegal_change).
Result<void> change_state(Status& status, State to, std::int64_t now_ms);

/// What is to be done. Numbers are stored.
enum class UnitKind : std::uint8_t { probe = 0, range = 1, assemble = 2 };

/// The work of one claim. `seq` is its name for life; it keeps its place in the queue over retries.
struct Unit {
  std::uint64_t seq = 0;
  JobId job;
  UnitKind kind = UnitKind::probe;
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  std::uint16_t file = 0;         ///< of probe and range
  std::uint32_t first_page = 0;   ///< of range, and of a probe that does pages itself: the next page to do, 1-based
  std::uint32_t last_page = 0;    ///< of range: inclusive
  std::uint32_t attempt = 1;      ///< this try's number, 1-based; outputs are named by it
  std::uint32_t bad_ends = 0;     ///< bad ends of children at `first_page`
  std::uint32_t owners_lost = 0;  ///< tries that ended because the worker died

  friend bool operator==(const Unit&, const Unit&) = default;
};

/// Who holds a unit: the random name of a worker's lease file in run/.
struct Holder {
  std::array<std::uint8_t, 16> bytes{};

  /// The holder written as 32 lower-case hexadecimal digits; nothing for any other text.
  static std::optional<Holder> parse(std::string_view text) noexcept;
  /// The holder stored in exactly 16 bytes; nothing for another length.
  static std::optional<Holder> from_key(std::string_view key) noexcept;

  [[nodiscard]] std::string text() const;  ///< what parse() reads
  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  friend auto operator<=>(const Holder&, const Holder&) = default;  // NOLINT(modernize-use-nullptr): as in JobId
};

/// The right to commit for a unit; checked in the transaction against (holder, attempt).
struct Lease {
  Holder holder;
  std::uint64_t seq = 0;
  std::uint32_t attempt = 0;
  JobId job;

  friend bool operator==(const Lease&, const Lease&) = default;
};

/// Which of a job's files something stands in: the pages file that all ranges append to, or one unit's own output,
/// named by its seq and attempt.
struct Container {
  bool pages = false;
  std::uint64_t seq = 0;
  std::uint32_t attempt = 0;

  friend bool operator==(const Container&, const Container&) = default;
};

/// A stretch of a container: one representation. `format` is nothing for a page's model, which only assemble reads.
struct Section {
  std::optional<Format> format;
  Form form = Form::raw;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t sum = 0;  ///< of its bytes, see store/section_checksum.h; 0: none was made

  friend bool operator==(const Section&, const Section&) = default;
};

/// Where a page's, or the whole job's, outputs are. Immutable once committed.
struct Outputs {
  Container container;
  std::vector<Section> sections;

  friend bool operator==(const Outputs&, const Outputs&) = default;
};

/// What all sections come to, in bytes.
std::uint64_t size_of(const Outputs& outputs) noexcept;

/// What the uploads that are kept come to, in bytes.
std::uint64_t input_size(const Status& status) noexcept;

/// A page that is done, or was given up (then `error` says why and there are no outputs).
struct PageRecord {
  std::uint16_t file = 0;
  std::uint32_t page = 0;  ///< 1-based among those that Options::pages chooses of its file
  ErrorCode error = ErrorCode::none;
  std::string error_detail;
  Outputs outputs;

  friend bool operator==(const PageRecord&, const PageRecord&) = default;
};

}  // namespace docket
