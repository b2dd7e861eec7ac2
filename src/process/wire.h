// The protocol between a worker and docket-engine. Both sides are built from this file and compare `protocol_version`
// before anything else; a mismatch is a named error.
//
// Control: one SOCK_SEQPACKET socket a fork server. First the server sends Hello. Then the worker sends one message a
// unit: the byte 'U' with four descriptors or more (SCM_RIGHTS): request (a memfd holding an encoded UnitRequest),
// unit socket (for the child), end socket (kept by the server), input, output[, pages]. End of file on the control socket ends the server and
// its children.
//
// Unit socket (SOCK_SEQPACKET, child ↔ the worker's thread): the child sends Probed, PageDone, Completed, RangeDone,
// Refused. End socket (server → the worker's thread): one Ended when the child was reaped. If the thread closes its end
// of the end socket, the server kills the child: so cancelling, time-outs and a dying worker need no other message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/job.h"
#include "core/progress.h"

namespace docket::wire {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t max_message = 64 * 1024;

/// Where a finished page lies in the pages file, for assemble.
struct PageIndex {
  std::uint16_t file = 0;
  std::uint32_t page = 0;
  std::uint64_t offset = 0;  ///< of its model
  std::uint64_t length = 0;  ///< 0: this page was given up
};

struct UnitRequest {
  UnitKind kind = UnitKind::probe;
  bool may_finish = false;  ///< a probe of a job's only file may write the final results of a small document itself
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
};

std::string encode(const UnitRequest& request);
Result<UnitRequest> decode_request(std::string_view bytes);

// ---- Messages of a child.

/// How many pages there are; the ranges still to be done by others (empty: the child goes on with all of them).
struct Probed {
  std::uint32_t total_pages = 0;
  std::vector<PageRange> ranges;
};
/// A page ended. Its outputs are in the container that the unit writes to.
struct PageDone {
  PageRecord page;
};
/// The final results are written.
struct Completed {
  std::vector<Section> sections;
};
struct RangeDone {};
struct Refused {
  Error error;
};
using ChildMessage = std::variant<Probed, PageDone, Completed, RangeDone, Refused>;

std::string encode(const ChildMessage& message);
Result<ChildMessage> decode_child_message(std::string_view bytes);

/// How a child ended, as its server saw it.
struct Ended {
  std::int32_t wait_status = 0;
  bool timed_out = false;      ///< killed by the server at its wall time
  bool out_of_memory = false;  ///< its allocations failed (it ends with exit code exit_out_of_memory)
  std::uint64_t peak_memory = 0;  ///< bytes
};
std::string encode(const Ended& ended);
Result<Ended> decode_ended(std::string_view bytes);

inline constexpr int exit_out_of_memory = 12;

}  // namespace docket::wire
