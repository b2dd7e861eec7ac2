#include "nginx/jobs/command_result.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "http/body/problem.h"
#include "http/body/result_body.h"
#include "http/field/content_disposition.h"
#include "http/field/file_type.h"
#include "http/field/query.h"
#include "http/field/text.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/jobs/input.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/result_lookup.h"
#include "nginx/jobs/status.h"
#include "work/command/command_outputs.h"

namespace docket::ngx {
namespace {

using http::Route;

/// A job of a command as far as its outputs need it.
struct CommandLook {
  StatusHead head;
  std::string result_url;
  std::string problem;  ///< the body of the 422, if it failed
};

Result<CommandLook> look_at_command(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  CommandLook look;
  const auto opened = open_job_blocking(r, worker, caller, route.id, [&](const OpenedJob& job) {
    look.head = job.status.head;
    look.result_url = job.status.result_url;
    if (look.head.state == State::failed) {
      http::append_job_problem(look.problem, route.id, job.status);
    }
  });
  if (!opened) {
    return pass_on(opened);
  }
  if (look.head.kind != WorkKind::command) {
    return fail(no_such_result(
        look.head.kind == WorkKind::upstream
            ? "This job is a request to another server: it has a response, and no files, result or log of a command."
            : "This job is one of documents: it has formats, and no files, result or log of a command."));
  }
  return look;
}

/// The outputs that the first part of a name leads to, and the rest of the name: of a command that is run for each
/// file the job itself has none.
struct NamedOutputs {
  Outputs outputs;
  std::string_view name;
};

Result<NamedOutputs> find_outputs(Worker& worker, const Route& route, const CommandLook& look) {
  auto outputs = worker.reader().outputs(route.id);
  if (!outputs || !outputs->sections.empty()) {
    return std::move(outputs).map([&](Outputs&& whole) { return NamedOutputs{std::move(whole), route.name}; });
  }
  const auto slash = route.name.find('/');
  const bool is_only = route.name.empty() && look.head.file_count == 1;
  const auto file = is_only                           ? std::optional<std::uint64_t>(0)
                    : slash == std::string_view::npos ? std::nullopt
                                                      : http::parse_number(route.name.substr(0, slash));
  if (!file || *file >= look.head.file_count) {
    return fail(
        no_such_result("The command was run for each file: its results are files/0/…, files/1/…, as the list "
                       "at files says."));
  }
  auto part = worker.reader().page(route.id, static_cast<std::uint16_t>(*file), 1);
  if (!part) {
    return fail(no_such_result("The command came to no result for file " + std::to_string(*file) + "."));
  }
  return NamedOutputs{std::move(part->outputs), is_only ? route.name : route.name.substr(slash + 1)};
}

const Section* find_section(const NamedOutputs& found) {
  if (found.name.empty()) {
    return main_output(found.outputs);
  }
  const auto& sections = found.outputs.sections;
  const auto at = std::ranges::find(sections, found.name, &Section::name);
  return at == sections.end() ? nullptr : &*at;
}

std::string_view base_name(std::string_view name) noexcept {
  return name.substr(name.rfind('/') + 1);
}

/// What stands for a job that has no outputs yet, or never will; nothing for one that is completed.
std::optional<ngx_int_t> answer_by_state(ngx_http_request_t* r, Worker& worker, const Caller& caller,
                                         const Route& route, const CommandLook& look) {
  if (look.head.state == State::failed) {
    return send_problem_body(r, 422, look.problem);
  }
  if (look.head.state != State::completed) {
    return send_status(r, worker, caller, route.id, NGX_HTTP_ACCEPTED);
  }
  return std::nullopt;
}

void append_list(std::string& body, const Outputs& outputs, const std::string& prefix, const std::string& url,
                 std::size_t& count) {
  for (const auto& section : outputs.sections) {
    body += count++ == 0 ? R"({"name":)" : R"(,{"name":)";
    const auto name = prefix + section.name;
    append_json_string(body, name);
    body += R"(,"size":)";
    append_json_number(body, section.length);
    body += R"(,"content_type":)";
    append_json_string(body, http::file_type_of(section.name).content_type);
    body += R"(,"url":)";
    std::string link = url;
    http::append_percent_encoded_path(link, name);
    append_json_string(body, link);
    body += '}';
  }
}

/// Where the last `lines` lines of a file begin, looking no further back than its last 64 KB: it is read on the event
/// loop.
off_t tail_offset(int file, off_t size, std::uint64_t lines) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): is read into
  const auto window = std::min<off_t>(size, static_cast<off_t>(buffer.size()));
  const auto got = ::pread(file, buffer.data(), static_cast<std::size_t>(window), size - window);
  if (got <= 0 || lines == 0) {
    return size;
  }
  const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  auto at = text.size() - (text.ends_with('\n') ? 1 : 0);
  for (; lines > 0 && at > 0; --lines) {
    const auto line = text.rfind('\n', at - 1);
    if (line == std::string_view::npos) {
      return size - window;
    }
    if (lines == 1) {
      return size - window + static_cast<off_t>(line + 1);
    }
    at = line;
  }
  return size - window;
}

constexpr std::string_view log_type = "text/plain; charset=utf-8";

/// How many commands a job has been. One that has said nothing has no file of its log.
std::size_t count_logs(Worker& worker, const JobId& job, const StatusHead& head) {
  const auto record = worker.reader().record(job);
  const auto* command = record ? std::get_if<CommandWork>(&record->work) : nullptr;
  return command != nullptr && command->per_file && head.file_count > 0 ? head.file_count : 1;
}

}  // namespace

ngx_int_t send_command_output(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const auto look = look_at_command(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  if (const auto answered = answer_by_state(r, worker, caller, route, *look)) {
    return *answered;
  }
  if (route.name.empty() && look->head.file_count > 1) {
    const auto whole = worker.reader().outputs(route.id);
    if (whole && whole->sections.empty()) {
      return send_command_outputs(r, worker, caller, route);  // of a run for each file: the results are several
    }
  }
  const auto found = find_outputs(worker, route, *look);
  const auto* section = found ? find_section(*found) : nullptr;
  if (section == nullptr) {
    return send_problem(
        r, found ? no_such_result("The command left no file of this name; the list at files has all.") : found.error());
  }
  const auto type = http::file_type_of(section->name);
  std::string disposition;
  http::append_content_disposition(disposition,
                                   type.is_shown ? http::DispositionType::inline_ : http::DispositionType::attachment,
                                   base_name(section->name));
  if (!set_etag(r, http::etag_of(found->outputs, *section)) ||
      add_header(r, "Content-Disposition", disposition) == nullptr ||
      add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  std::string path;
  auto range = range_of(worker, route.id, found->outputs, *section, path);
  range.content_type = type.content_type;
  range.last_modified = static_cast<time_t>(look->head.completed_ms / 1000);
  return send_file_range(r, range);
}

ngx_int_t send_command_outputs(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const auto look = look_at_command(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  if (const auto answered = answer_by_state(r, worker, caller, route, *look)) {
    return *answered;
  }
  if (r->method == NGX_HTTP_HEAD) {
    return send_head(r, NGX_HTTP_OK, json_type);
  }
  const auto outputs = worker.reader().outputs(route.id);
  if (!outputs) {
    return send_problem(r, outputs.error());
  }
  // Made here, on the event loop: a command cannot leave more names than max_output_names.
  const auto url = look->result_url + route.id.text() + "/files/";
  std::string body = R"({"job_id":")" + route.id.text() + R"(","status":"completed","files":[)";
  std::size_t count = 0;
  append_list(body, *outputs, "", url, count);
  for (std::uint16_t file = 0; outputs->sections.empty() && file < look->head.file_count; ++file) {
    if (const auto part = worker.reader().page(route.id, file, 1)) {
      append_list(body, part->outputs, std::to_string(file) + "/", url, count);
    }
  }
  body += R"(],"count":)";
  append_json_number(body, std::uint64_t{count});
  body += '}';
  return send_body(r, NGX_HTTP_OK, json_type, body);
}

ngx_int_t send_command_log(ngx_http_request_t* r, Worker& worker, const Caller& caller, const Route& route) {
  const auto look = look_at_command(r, worker, caller, route);
  if (!look) {
    return send_problem(r, look.error());
  }
  const http::Query query(view(r->args));
  const auto number = [&](std::string_view name, std::uint64_t otherwise) -> Result<std::uint64_t> {
    const auto value = query.find(name);
    const auto parsed = value ? http::parse_number(*value) : std::optional(otherwise);
    if (!parsed) {
      return fail(ErrorCode::bad_option, "\"" + std::string(name) + "\" has to be a number.");
    }
    return *parsed;
  };
  const auto file = number("file", 0);
  const auto tail = number("tail", UINT64_MAX);
  if (!file || !tail) {
    return send_problem(r, file ? tail.error() : file.error());
  }
  const auto index = static_cast<std::uint32_t>(std::min<std::uint64_t>(*file, UINT32_MAX));
  const auto log = worker.spool().open_log(route.id, index);
  struct stat info {};
  std::string path;
  FileRange range{.content_type = log_type};
  if (log && ::fstat(log->get(), &info) == 0) {
    path = worker.spool().absolute(Spool::log_path(route.id, index));
    range.path = path;
    range.offset = *tail == UINT64_MAX ? off_t{0} : tail_offset(log->get(), info.st_size, *tail);
    range.length = info.st_size - range.offset;
    range.last_modified = info.st_mtim.tv_sec;
  } else if (look->head.started_ms != 0 && index < count_logs(worker, route.id, look->head)) {
    range.last_modified = static_cast<time_t>(look->head.started_ms / 1000);
  } else {
    return is_final(look->head.state) ? send_problem(r, no_such_result("This job has no such log."))
                                      : send_status(r, worker, caller, route.id, NGX_HTTP_ACCEPTED);
  }
  if (add_static_header(r, "Content-Security-Policy", untrusted_content) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_file_range(r, range);
}

}  // namespace docket::ngx
