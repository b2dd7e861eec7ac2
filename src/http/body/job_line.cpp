#include "http/body/job_line.h"

#include <cstdint>
#include <numeric>
#include <string_view>

#include "base/json_text.h"
#include "http/body/problem.h"
#include "http/body/status_body.h"
#include "http/field/trace_context.h"

namespace docket::http {
namespace {

/// `name` is the member with its quotes, colon and comma, as it stands in the text. Empty: null.
void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  out += name;
  append_json_number(out, value);
}

}  // namespace

void append_job_line(std::string& out, const StateTransition& change) {
  const auto& origin = change.record.origin;
  const auto& status = change.status;
  const auto& head = status.head;
  const bool waits = change.to == std::variant<State, Removal>(State::pending);  // whatever became of it since
  const bool has_file = !status.files.empty();
  out += R"({"time":")";
  append_time(out, change.at_ms);
  out += R"(","job_id":")";
  out += change.record.id.text();
  append_text(out, R"(","owner":)", status.owner);
  append_text(out, R"(,"client":)", origin.client);
  append_text(out, R"(,"client_name":)", origin.client_name);
  append_text(out, R"(,"host":)", origin.host);
  append_text(out, R"(,"filename":)", has_file ? status.files.front().filename : std::string_view());
  append_number(out, R"(,"files":)", status.files.size());
  append_number(out, R"(,"size":)",
                std::accumulate(status.files.begin(), status.files.end(), std::uint64_t{0},
                                [](std::uint64_t sum, const FileStatus& file) { return sum + file.size; }));
  append_text(out, R"(,"type":)", has_file ? info(status.files.front().type).mime : std::string_view());
  append_text(out, R"(,"old_state":)", change.from ? to_string(*change.from) : std::string_view());
  append_text(out, R"(,"new_state":)", to_string(change.to));
  append_number(out, R"(,"pages":)", head.total_pages);
  out += R"(,"duration":)";
  if (!waits && head.completed_ms != 0) {
    append_json_number(out, static_cast<double>(head.completed_ms - head.created_ms) / 1000, 3);
  } else {
    out += "null";
  }
  out += R"(,"error":)";
  if (waits || head.error == ErrorCode::none) {
    out += "null";
  } else {
    append_text(out, R"({"code":)", public_code(head.error));
    out += R"(,"detail":)";
    append_json_string(out, status.detail);
    out += '}';
  }
  append_text(out, R"(,"request_id":)", origin.request_id);
  append_text(out, R"(,"trace_id":)", trace_id(origin.traceparent));
  out += "}\n";
}

}  // namespace docket::http
