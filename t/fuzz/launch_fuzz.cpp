// What docket-launch reads of programs, and the protocol with it.
//
// Input: 'l' and a line of descriptor 3; 's', a line of sizes (fuzz.h) and bytes to be split into lines; 'o', a line
// with the log's size, a line of sizes and a program's output; 'r', 'j' or 'm' for a Request, Job or supervisor's
// message, then the bytes.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <string>

#include "base/utf8.h"
#include "fuzz.h"
#include "launch/line_splitter.h"
#include "launch/output_log.h"
#include "launch/progress_line.h"
#include "protocol/launch.h"

namespace {

using namespace docket::launch;
using docket::fuzz::expect;

int check_line(std::string_view line) {
  expect(!std::holds_alternative<AnswerLine>(read_program_line(line, std::nullopt)),
         "without a job there is no answer");
  const auto read = read_program_line(line, "job");
  if (const auto* progress = std::get_if<ProgressLine>(&read)) {
    Progress told;
    apply(*progress, told);
    expect(*progress != ProgressLine{}, "progress tells something");
    expect(decode_from_supervisor(encode(told)).has_value(), "progress can be sent");
  } else if (const auto* answer = std::get_if<AnswerLine>(&read)) {
    const JobDone done{.failed = answer->failed, .error = answer->error};
    expect(decode_from_supervisor(encode(done)).has_value(), "an answer can be sent");
    const auto at = answer->result.data() - line.data();
    expect(answer->result.empty() || (at > 0 && at < static_cast<std::ptrdiff_t>(line.size())),
           "a result is of the line");
    // It is JSON by itself.
    const auto again = "{\"done\":true,\"result\":" + std::string(answer->result) + "}";
    const auto reread = answer->result.empty() ? ProgramLine{} : read_program_line(again, "job");
    const auto* same = std::get_if<AnswerLine>(&reread);
    expect(answer->result.empty() || (same != nullptr && same->result == answer->result), "a result is a value");
  }
  return 0;
}

int check_splitting(std::string_view rest) {
  const auto sizes = docket::fuzz::take_line(rest);
  std::string whole;
  std::string pieces;
  const auto add = [](std::string& to) {
    return [&to](std::string_view line, bool all) { to.append(line).append(all ? "\n" : "\r\n"); };
  };
  LineSplitter at_once(20);
  at_once.feed(rest, add(whole));
  LineSplitter by_pieces(20);
  std::size_t from = 0;
  for (const auto cut : docket::fuzz::cuts(sizes, rest.size())) {
    by_pieces.feed(rest.substr(from, cut - from), add(pieces));
    from = cut;
  }
  by_pieces.feed(rest.substr(from), add(pieces));
  at_once.finish(add(whole));
  by_pieces.finish(add(pieces));
  expect(whole == pieces, "lines do not depend on how the bytes come");
  return 0;
}

int check_log(std::string_view rest) {
  const auto number = docket::fuzz::take_line(rest);
  std::uint16_t size = 0;
  std::from_chars(number.data(), number.data() + number.size(), size);
  const auto sizes = docket::fuzz::take_line(rest);
  const docket::Fd file(::memfd_create("log", MFD_CLOEXEC));
  OutputLog log(docket::Fd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0)), size);
  RecentOutput recent;
  std::size_t from = 0;
  for (const auto cut : docket::fuzz::cuts(sizes, rest.size())) {
    log.append(rest.substr(from, cut - from));
    recent.append(rest.substr(from, cut - from));
    if (cut % 3 == 0) {
      log.write_tail();
    }
    from = cut;
  }
  log.append(rest.substr(from));
  recent.append(rest.substr(from));
  log.write_tail();
  expect(docket::is_valid_utf8(recent.text()) && recent.text().size() <= max_tail, "the last lines can be sent");
  std::string all(rest.size() + 100, '\0');
  const auto have = ::pread(file.get(), all.data(), all.size(), 0);
  all.resize(have > 0 ? static_cast<std::size_t>(have) : 0);
  const std::string_view kept(all);
  if (rest.size() <= size) {
    expect(kept == rest, "what fits is all there");
  } else {
    const std::size_t head = size / 2U;
    expect(kept.substr(0, head) == rest.substr(0, head), "the head is there");
    expect(kept.ends_with(rest.substr(rest.size() - (size - head))), "the tail is there");
    expect(kept.find(" left out here]\n", head) != std::string_view::npos, "it says what is left out");
  }
  return 0;
}

/// What was decoded, as encode() has it, is what it was decoded from.
template <class Message>
int check(const docket::Result<Message>& message, std::string_view bytes) {
  if (message) {
    expect(encode(*message) == bytes, "only what encode() makes is decoded");
  } else {
    expect(message.error().code == docket::ErrorCode::bad_record, "errors are bad_record");
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = docket::fuzz::input(data, size);
  if (bytes.empty()) {
    return -1;
  }
  const char kind = bytes.front();
  bytes.remove_prefix(1);
  switch (kind) {
    case 'l':
      return check_line(bytes);
    case 's':
      return check_splitting(bytes);
    case 'o':
      return check_log(bytes);
    case 'r':
      return check(decode_request(bytes), bytes);
    case 'j':
      return check(decode_job(bytes), bytes);
    case 'm':
      return check(decode_from_supervisor(bytes), bytes);
    default:
      return -1;
  }
}
