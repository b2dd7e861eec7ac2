// The protocol between a worker and docket-engine. Both sides are built from this file and compare `protocol_version`
// before anything else; a mismatch is a named error.
//
// Control: one SOCK_SEQPACKET socket a fork server, its descriptor 3. First the server sends Hello. Then the worker
// sends one message a unit: `job_message` and JobFiles, with descriptors (SCM_RIGHTS): request (a memfd
// holding an encoded UnitRequest), unit socket (for the child), end socket (kept by the server), input[, output]
// [, pages][, documents …]. End of file on the control socket ends the server and its children.
//
// Unit socket (SOCK_SEQPACKET, child → the worker's thread): the child sends Probed, PageDone, Completed, RangeDone,
// Refused. A probe that goes on itself says Probed without ranges, a PageDone a page, and then Completed, or RangeDone
// if the final results are still to be written.
//
// End socket (server → the worker's thread): one Ended when the child was reaped. If the thread shuts down or closes
// its end of the end socket, the server kills the child: so cancelling, time-outs and a dying worker need no other
// message.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "job/job.h"
#include "job/progress.h"

namespace docket::wire {

inline constexpr std::uint32_t protocol_version = 4;
inline constexpr std::size_t max_message = std::size_t{64} * 1024;

/// The fork server finds its control socket here.
inline constexpr int control_descriptor = 3;

/// The first byte of a control message that hands over a unit; the second says which of the files come along.
inline constexpr char job_message = 'U';
struct JobFiles {
  bool output = false;
  bool pages = false;
  std::uint8_t documents = 0;  ///< how many of the job's files, for an assemble that needs them
};
/// No more documents than this come along with a unit: the kernel takes 253 descriptors at once.
inline constexpr std::uint8_t max_documents = 240;
inline constexpr std::size_t max_job_descriptors = 6 + max_documents;
std::string encode(JobFiles files);
/// bad_record for bytes that are no message of this kind.
Result<JobFiles> decode_job_message(std::string_view bytes);

/// What the server says first. The layout of the two first members is the same in every version of the protocol.
struct Hello {
  std::uint32_t protocol = protocol_version;
  std::string version;  ///< of the program, for people
  std::string error;    ///< why it cannot serve; empty if it can
  std::string sandbox;  ///< what closes its children in, for people
};
std::string encode(const Hello& hello);
/// For another version than ours only `protocol` and `version` are read.
Result<Hello> decode_hello(std::string_view bytes);

/// Where a finished page lies in the pages file, for assemble.
struct PageIndex {
  std::uint16_t file = 0;
  std::uint32_t page = 0;
  std::uint64_t offset = 0;  ///< of its model
  std::uint64_t length = 0;  ///< 0: this page was given up

  friend bool operator==(const PageIndex&, const PageIndex&) = default;
};

/// What the server has to know of a request before it forks. It reads no more than this, so that no password and no
/// name of one job's stays in the memory that the next job's child inherits.
struct RequestHead {
  UnitKind kind = UnitKind::probe;
  OcrMode ocr = OcrMode::automatic;
  std::string languages;
  Limits limits;
};

struct UnitRequest {
  UnitKind kind = UnitKind::probe;
  bool may_finish = false;    ///< a probe of a job's only file may write the final results of a small document itself
  bool may_do_pages = false;  ///< a probe may do the pages of a small document itself, into the pages file
  std::string job_id;
  std::vector<std::string> filenames;
  MediaType type = MediaType::unknown;  ///< of the input
  std::uint16_t file = 0;
  std::uint32_t first_page = 0;
  std::uint32_t last_page = 0;
  Options options;
  Limits limits;
  std::string password;
  std::vector<PageIndex> index;  ///< assemble only
  std::vector<MediaType> types;  ///< of all the job's files, for an assemble that is given them
};

/// Languages longer than this are no languages; so the head of a request fits into its first max_head bytes, in which
/// nothing else stands.
inline constexpr std::size_t max_languages = 1024;
inline constexpr std::size_t max_head = 2048;

std::string encode(const UnitRequest& request);
Result<UnitRequest> decode_request(std::string_view bytes);
/// Reads the head from the first max_head bytes of an encoded request.
Result<RequestHead> decode_request_head(std::string_view first_bytes);

// ---- Messages of a child.

/// How many pages there are; the ranges still to be done by others (empty: the child goes on with all of them).
struct Probed {
  std::uint32_t total_pages = 0;
  std::vector<PageRange> ranges;
};
/// No more ranges than this in one Probed: what they take must fit into a message.
inline constexpr std::size_t max_ranges = 4096;

/// A page ended. Its outputs are in the file that the unit writes to; the container is named by the worker, who alone
/// knows it, and is not sent.
struct PageDone {
  PageRecord page;
};
/// The final results are written.
struct Completed {
  std::vector<Section> sections;
};
/// All pages that the unit was to do are done.
struct RangeDone {};
struct Refused {
  Error error;
};
using ChildMessage = std::variant<Probed, PageDone, Completed, RangeDone, Refused>;

/// Error details are cut to this many bytes when they are encoded.
inline constexpr std::size_t max_detail = 2000;

std::string encode(const ChildMessage& message);

/// A child may tell several things in one packet, encoded one behind the other: each packet wakes a thread of the
/// worker.
inline constexpr std::size_t max_messages_at_once = 64;
/// As few packets as hold all `messages` in their order.
std::vector<std::string> pack(std::span<const ChildMessage> messages);
/// What one packet tells, at least one message. bad_record for anything that encode() does not make. What the numbers
/// mean is for the receiver to check.
Result<std::vector<ChildMessage>> unpack(std::string_view packet);

/// How a child ended, as its server saw it.
struct Ended {
  std::int32_t wait_status = 0;
  bool timed_out = false;         ///< killed by the server at its wall time
  bool out_of_memory = false;     ///< its allocations failed (it ended with exit code exit_out_of_memory)
  std::uint64_t peak_memory = 0;  ///< bytes
};
std::string encode(const Ended& ended);
Result<Ended> decode_ended(std::string_view bytes);

/// Exit codes of a child that says no more.
inline constexpr int exit_out_of_memory = 12;
inline constexpr int exit_no_sandbox = 13;   ///< it could not close itself in
inline constexpr int exit_worker_gone = 14;  ///< nobody takes its messages any more
inline constexpr int exit_bad_request = 15;  ///< the request cannot be read

}  // namespace docket::wire
