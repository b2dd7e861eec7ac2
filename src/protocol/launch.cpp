#include "protocol/launch.h"

#include <algorithm>

#include "base/utf8.h"
#include "protocol/wire.h"
#include "protocol/wire_bytes.h"

namespace docket::launch {
namespace {

using wire::get_count;
using wire::get_flag;
using wire::malformed;
using wire::put_flag;

// The first byte of a supervisor's message. Numbers are the protocol's.
enum class Kind : std::uint8_t { progress = 1, log_lines = 2, job_done = 3, exited = 4 };

void put_strings(ByteWriter& out, const std::vector<std::string>& texts) {
  out.put(static_cast<std::uint32_t>(texts.size()));
  for (const auto& text : texts) {
    out.put_string(text);
  }
}

std::vector<std::string> get_strings(ByteReader& in, bool& good) {
  std::vector<std::string> texts(get_count(in, sizeof(std::uint32_t), good));
  for (auto& text : texts) {
    text = in.get_string();
  }
  return texts;
}

/// A text for people, which later stands in JSON.
std::string get_text(ByteReader& in, std::size_t most, bool& good) {
  const auto text = in.get_string();
  good = good && text.size() <= most && is_valid_utf8(text);
  return std::string(text);
}

struct Encoder {
  ByteWriter& out;

  void operator()(const Progress& progress) const {
    out.put(Kind::progress);
    out.put(progress.processed);
    out.put(progress.total);
    out.put_string(progress.message);
  }
  void operator()(const LogLines& log) const {
    out.put(Kind::log_lines);
    put_strings(out, log.lines);
    out.put(log.left_out);
  }
  void operator()(const JobDone& done) const {
    out.put(Kind::job_done);
    put_flag(out, done.failed);
    out.put_string(done.error);
  }
  void operator()(const Exited& exited) const {
    out.put(Kind::exited);
    out.put(exited.why);
    out.put(exited.wait_status);
    put_flag(out, exited.result_cut);
    out.put(exited.result_errno);
    put_flag(out, exited.job_begun);
    out.put_string(exited.tail);
  }
};

Progress get_progress(ByteReader& in, bool& good) {
  Progress progress;
  progress.processed = in.get<std::uint32_t>();
  progress.total = in.get<std::uint32_t>();
  progress.message = get_text(in, max_text, good);
  good = good && (progress.total == 0 || progress.processed <= progress.total);
  return progress;
}

LogLines get_log_lines(ByteReader& in, bool& good) {
  LogLines log;
  log.lines = get_strings(in, good);
  log.left_out = in.get<std::uint32_t>();
  const auto is_line = [](const std::string& line) {
    return line.size() <= max_text && line.find('\n') == std::string::npos && is_valid_utf8(line);
  };
  good = good && log.lines.size() <= lines_per_second && std::ranges::all_of(log.lines, is_line);
  return log;
}

JobDone get_job_done(ByteReader& in, bool& good) {
  JobDone done;
  done.failed = get_flag(in, good);
  done.error = get_text(in, max_tail, good);
  return done;
}

Exited get_exited(ByteReader& in, bool& good) {
  Exited exited;
  exited.why = in.get<Exited::Why>();
  good = good && exited.why <= Exited::Why::nonsense;
  exited.wait_status = in.get<std::int32_t>();
  exited.result_cut = get_flag(in, good);
  exited.result_errno = in.get<std::int32_t>();
  exited.job_begun = get_flag(in, good);
  exited.tail = get_text(in, max_tail, good);
  return exited;
}

FromSupervisor get_from_supervisor(ByteReader& in, bool& good) {
  switch (in.get<Kind>()) {
    case Kind::progress:
      return get_progress(in, good);
    case Kind::log_lines:
      return get_log_lines(in, good);
    case Kind::job_done:
      return get_job_done(in, good);
    case Kind::exited:
      return get_exited(in, good);
  }
  good = false;
  return {};
}

}  // namespace

std::string encode(const Request& request) {
  ByteWriter out;
  put_strings(out, request.arguments);
  put_strings(out, request.environment);
  out.put_string(request.folder);
  put_strings(out, request.readable);
  put_flag(out, request.network);
  put_flag(out, request.strict);
  put_flag(out, request.stays);
  out.put(request.memory);
  out.put(request.cpu_seconds);
  out.put(request.time_ms);
  out.put(request.grace_ms);
  out.put(request.log_size);
  out.put(request.result_size);
  out.put(request.file_size);
  return out.take();
}

Result<Request> decode_request(std::string_view bytes) {
  ByteReader in(bytes);
  bool good = true;
  Request request;
  request.arguments = get_strings(in, good);
  request.environment = get_strings(in, good);
  request.folder = in.get_string();
  request.readable = get_strings(in, good);
  request.network = get_flag(in, good);
  request.strict = get_flag(in, good);
  request.stays = get_flag(in, good);
  request.memory = in.get<std::uint64_t>();
  request.cpu_seconds = in.get<std::uint32_t>();
  request.time_ms = in.get<std::uint32_t>();
  request.grace_ms = in.get<std::uint32_t>();
  request.log_size = in.get<std::uint64_t>();
  request.result_size = in.get<std::uint64_t>();
  request.file_size = in.get<std::uint64_t>();
  if (!good || !wire::whole(in) || request.arguments.empty()) {
    return malformed("request to start a program");
  }
  return request;
}

std::string encode(const Job& job) {
  ByteWriter out;
  out.put_string(job.line);
  out.put(job.time_ms);
  out.put_string(job.id);
  return out.take();
}

Result<Job> decode_job(std::string_view bytes) {
  ByteReader in(bytes);
  Job job;
  job.line = in.get_string();
  job.time_ms = in.get<std::uint32_t>();
  job.id = in.get_string();
  if (!wire::whole(in) || job.line.empty() || job.line.size() > max_line || job.line.find('\n') != std::string::npos) {
    return malformed("job of a program");
  }
  return job;
}

std::string encode(const FromSupervisor& message) {
  ByteWriter out;
  std::visit(Encoder{out}, message);
  return out.take();
}

Result<FromSupervisor> decode_from_supervisor(std::string_view bytes) {
  ByteReader in(bytes);
  bool good = true;
  auto message = get_from_supervisor(in, good);
  if (!good || !wire::whole(in)) {
    return malformed("message of a supervisor");
  }
  return message;
}

}  // namespace docket::launch
