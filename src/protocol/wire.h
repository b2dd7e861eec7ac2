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

#include "job/outputs.h"
#include "job/progress/unit_end.h"
#include "protocol/unit_request.h"

namespace docket::wire {

inline constexpr std::uint32_t protocol_version = 7;
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
/// For another protocol than `expected` only `protocol` and `version` are read.
Result<Hello> decode_hello(std::string_view bytes, std::uint32_t expected = protocol_version);

// ---- Messages of a child.

/// How many pages there are; the ranges still to be done by others (empty: the child goes on with all of them). Of a
/// survey: the ranges that are scanned, ascending.
struct Probed {
  std::uint32_t total_pages = 0;
  std::vector<PageRange> ranges;
};
/// No more ranges than this in one Probed: what they take must fit into a message.
inline constexpr std::size_t max_ranges = 4096;

/// A page ended. Its outputs are in the file that the unit writes to; the output file is named by the worker, who alone
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
inline constexpr std::size_t max_sent_detail = 2000;

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
  bool timed_out = false;      ///< killed by the server at its wall time
  bool out_of_memory = false;  ///< its allocations failed (it ended with exit code exit_out_of_memory)
};
std::string encode(const Ended& ended);
Result<Ended> decode_ended(std::string_view bytes);

/// Exit codes of a child that says no more.
inline constexpr int exit_out_of_memory = 12;
inline constexpr int exit_no_sandbox = 13;   ///< it could not close itself in
inline constexpr int exit_worker_gone = 14;  ///< the worker closed its end of the unit socket
inline constexpr int exit_bad_request = 15;  ///< the request cannot be read

}  // namespace docket::wire
