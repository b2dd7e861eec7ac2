// The protocol between a worker and docket-launch, which starts the programs of docket_command. Both sides are built
// from this file and compare `protocol_version` before anything else; a mismatch is a named error.
//
// Control: one SOCK_SEQPACKET socket a server, its descriptor wire::control_descriptor. First the server sends
// wire::Hello (protocol/wire.h). Then the worker sends one message a program: `start_message`, with descriptors
// (SCM_RIGHTS): request (a memfd holding an encoded Request), program socket, end socket and, unless Request::stays,
// log and result: empty files, not opened with O_APPEND. A message that is no such one closes its descriptors. End of
// file on the control socket ends the server, its supervisors and all their programs.
//
// For each request the server forks a supervisor, which has the program socket, and starts the program below itself.
// Program socket (SOCK_SEQPACKET), supervisor → worker: FromSupervisor; worker → supervisor: Job, with the descriptors
// log and result, where Request::stays; one at a time. If the worker closes its end, the supervisor ends the program
// and all its descendants: TERM, then KILL after Request::grace_ms, told as Exited (to a worker that has only shut down
// its writing). A program that stays sees the end of its standard input, too. What is left when the program has ended
// by itself is killed at once.
//
// End socket (server → worker): one wire::Ended when the supervisor was reaped, after which no process of the program
// is left. If the worker closes its end of it, the server kills the supervisor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace docket::launch {

inline constexpr std::uint32_t protocol_version = 2;

/// The first and only byte of a control message.
inline constexpr char start_message = 'C';

/// What is to be started, and what it may use.
struct Request {
  std::vector<std::string> arguments;    ///< argv; the first one is the program's absolute path
  std::vector<std::string> environment;  ///< all of it, each "NAME=value"
  /// The program's own folder, an absolute path; it is the working directory. Of what stands in it, `in` can be read,
  /// `out` and `tmp` can be written.
  std::string folder;
  std::vector<std::string> readable;  ///< docket_command_paths: can be read and executed, besides the system's
  bool network = false;               ///< sockets of all families, not of AF_UNIX only
  bool strict = false;                ///< an error where the kernel cannot close it in (docket_sandbox strict)
  bool stays = false;                 ///< workers=N: takes one Job after the other
  std::uint64_t memory = 0;           ///< bytes, of each process; of all together where there is a cgroup; 0: no limit
  std::uint32_t cpu_seconds = 0;      ///< of each process; 0: no limit (a program that stays)
  std::uint32_t time_ms = 0;      ///< wall time until it is ended, 0: none; each Job has its own, this is ignored then
  std::uint32_t grace_ms = 5000;  ///< from TERM to KILL
  std::uint64_t log_size = 0;     ///< bytes kept of standard output and error: the first half and the last
  std::uint64_t result_size = 0;  ///< bytes kept of standard output in the result file; not of a Job's result
  std::uint64_t file_size = 0;    ///< no file that it writes becomes larger; 0: no limit

  friend bool operator==(const Request&, const Request&) = default;
};
std::string encode(const Request& request);
/// bad_record for anything that encode() does not make.
Result<Request> decode_request(std::string_view bytes);

/// A piece of work for a program that stays.
struct Job {
  std::string line;           ///< one JSON object without a line break, for its standard input
  std::uint32_t time_ms = 0;  ///< then the program is ended; 0: never
  std::string id = {};        ///< "job_id" of the line: a line of the program that names another is not of this Job

  friend bool operator==(const Job&, const Job&) = default;
};
std::string encode(const Job& job);
Result<Job> decode_job(std::string_view bytes);
/// A longer line does not fit into a message.
inline constexpr std::size_t max_line = std::size_t{48} * 1024;

// ---- Messages of a supervisor.

/// What the program said on its descriptor 3. Of more than ten in a second only the last is sent.
struct Progress {
  std::uint32_t processed = 0;  ///< at most `total`, unless that is 0
  std::uint32_t total = 0;      ///< 0: not known
  std::string message;          ///< valid UTF-8, at most max_text bytes

  friend bool operator==(const Progress&, const Progress&) = default;
};

/// Lines of the log, for those who watch it live: at most lines_per_second.
struct LogLines {
  std::vector<std::string> lines;  ///< valid UTF-8 without line breaks, each at most max_text bytes; at most 64
  std::uint32_t left_out = 0;      ///< how many before the first of them were not sent

  friend bool operator==(const LogLines&, const LogLines&) = default;
};

/// A program that stays has ended the Job: the line with "done" or "error".
struct JobDone {
  bool failed = false;
  std::string error;  ///< valid UTF-8, at most max_tail bytes; the value of "result" is in the result file, as JSON

  friend bool operator==(const JobDone&, const JobDone&) = default;
};

/// The program and all its descendants have ended, and all that they wrote to their pipes is in log and result. The
/// last message. A supervisor that is killed sends none: the socket ends, and the server says Ended.
struct Exited {
  enum class Why : std::uint8_t {
    itself = 0,     ///< it ended, however
    timed_out = 1,  ///< it was ended at its time
    stopped = 2,    ///< it was ended because the worker wanted so, or is gone
    refused = 3,    ///< it could not be started, or not be closed in: `tail` says why
    nonsense = 4,  ///< a program that stays said what is no answer to its Job, or said it without one: `tail` says what
  };
  Why why = Why::itself;
  std::int32_t wait_status = 0;   ///< of the program, as of waitpid(2)
  bool result_cut = false;        ///< standard output was longer than Request::result_size
  std::int32_t result_errno = 0;  ///< why a part of standard output could not be written: ENOSPC …; 0: it could
  bool job_begun = false;         ///< a program that stays was given its last Job, or a part of it, and did not answer
  /// The last lines of standard output and error, valid UTF-8, at most max_tail bytes. Of a program that stays, since
  /// its last JobDone; what it wrote without a Job is in there, too (why it could not begin), but in no log.
  std::string tail;

  friend bool operator==(const Exited&, const Exited&) = default;
};

inline constexpr std::size_t max_text = 1000;
inline constexpr std::size_t max_tail = 2000;
inline constexpr std::uint32_t lines_per_second = 64;

using FromSupervisor = std::variant<Progress, LogLines, JobDone, Exited>;
std::string encode(const FromSupervisor& message);
/// bad_record for anything that encode() does not make, or that breaks the bounds above.
Result<FromSupervisor> decode_from_supervisor(std::string_view bytes);

}  // namespace docket::launch
