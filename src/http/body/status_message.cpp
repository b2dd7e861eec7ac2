#include "http/body/status_message.h"

#include <cstdint>

#include "base/json_text.h"

namespace docket::http {
namespace {

/// "3 of 12 pages"; what is no document has steps.
void append_pages(std::string& out, WorkKind kind, std::uint64_t done, std::uint64_t total) {
  append_json_number(out, done);
  out += " of ";
  append_json_number(out, total);
  out += kind == WorkKind::document ? " page" : " step";
  out += total == 1 ? "" : "s";
}

}  // namespace

void append_message(std::string& out, const StatusView& status) {
  const auto& head = status.head;
  out += '"';
  switch (head.state) {
    case State::pending:
      out += head.attempts > 1 ? "Waiting to be tried again." : "Waiting to be processed.";
      break;
    case State::processing:
      if (!status.detail.empty()) {
        append_json_escaped(out, status.detail);
      } else if (head.total_pages == 0) {
        out += "Processing.";
      } else {
        out += "Processing: ";
        append_pages(out, head.kind, head.processed_pages, head.total_pages);
        out += " done.";
      }
      break;
    case State::completed:
      out += "Completed";
      if (head.failed_pages != 0) {
        out += "; ";
        append_pages(out, head.kind, head.failed_pages, head.total_pages);
        out += " could not be processed";
      }
      out += '.';
      break;
    case State::failed:
      if (head.error == ErrorCode::cancelled) {
        out += "Cancelled.";
      } else {
        out += "Failed: ";
        append_json_escaped(out, status.detail);
      }
      break;
  }
  out += '"';
}

}  // namespace docket::http
