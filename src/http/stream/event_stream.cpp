#include "http/stream/event_stream.h"

#include "base/json_text.h"
#include "http/body/status_body.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

void append_page(std::string& out, const JobEvent& change, const StatusView& status) {
  std::uint64_t page = change.page;  // as paths count them: over all files
  std::uint16_t index = 0;
  status.each_file([&](const FileView& file) { page += index++ < change.file ? file.total_pages : 0; });
  out += R"({"job_id":")" + change.job.text() + R"(","page":)";
  append_json_number(out, page);
  out += R"(,"total_pages":)";
  append_json_number(out, status.head.total_pages);
  out += R"(,"file":)";
  append_json_number(out, change.file);
  out += '}';
}

void append_file(std::string& out, const JobEvent& change, const StatusView& status) {
  std::uint16_t index = 0;
  status.each_file([&](const FileView& file) {
    if (index++ != change.file) {
      return;
    }
    out += R"({"job_id":")" + change.job.text() + R"(","filename":)";
    append_json_string(out, file.filename);
    out += R"(,"index":)";
    append_json_number(out, change.file);
    out += R"(,"size":)";
    append_json_number(out, file.size);
    out += R"(,"status":")";
    out += to_string(file.state);
    out += "\"}";
  });
}

}  // namespace

std::string_view append_change_data(std::string& out, const JobEvent& change, const StatusView& status,
                                    std::string_view fields_json, const QueueCounts& counts) {
  switch (change.kind) {
    case JobEventKind::page:
      append_page(out, change, status);
      return "page";
    case JobEventKind::file:
      append_file(out, change, status);
      return "file";
    default:
      append_status(out, change.job, status, fields_json, counts);
      return "status";
  }
}

void append_event(std::string& out, std::uint64_t id, std::string_view name, std::string_view data) {
  if (id != 0) {
    out += "id: ";
    append_json_number(out, id);
    out += '\n';
  }
  out += "event: ";
  out += name;
  for (;;) {
    const auto end = data.find('\n');
    out += "\ndata: ";
    out += data.substr(0, end);
    if (end == std::string_view::npos) {
      break;
    }
    data.remove_prefix(end + 1);
  }
  out += "\n\n";
}

void append_message(std::string& out, std::string_view name, std::string_view data) {
  out += R"({"event":")";
  out += name;
  out += R"(","data":)";
  out += data;
  out += '}';
}

void append_line_data(std::string& out, const JobId& job, std::string_view line) {
  out += R"({"job_id":")" + job.text() + R"(","line":)";
  append_json_string(out, line);
  out += '}';
}

void append_left_out_data(std::string& out, const JobId& job, std::uint32_t lines) {
  out += R"({"job_id":")" + job.text() + R"(","left_out":)";
  append_json_number(out, std::uint64_t{lines});
  out += '}';
}

void append_reset_event(std::string& out, std::uint64_t number) {
  append_event(out, number, "reset", "{}");
}

std::optional<std::uint64_t> parse_last_event_id(std::string_view field) noexcept {
  return parse_number(field);
}

}  // namespace docket::http
