#include "http/body/callback_body.h"

#include "base/json_text.h"
#include "http/body/status_body.h"
#include "store/store.h"

namespace docket::http {
namespace {

void append_quoted_time(std::string& out, std::int64_t unix_ms) {
  out += '"';
  append_time(out, unix_ms);
  out += '"';
}

void append_attempt(std::string& out, const DeliveryAttempt& attempt) {
  out += R"({"time":)";
  append_quoted_time(out, attempt.at_ms);
  out += R"(,"duration_ms":)";
  append_json_number(out, std::uint64_t{attempt.took_ms});
  out += R"(,"code":)";
  if (attempt.code != 0) {
    append_json_number(out, std::uint64_t{attempt.code});
  } else {
    out += "null";
  }
  out += R"(,"error":)";
  if (attempt.error != DeliveryError::none) {
    out += '"';
    out += to_string(attempt.error);
    out += '"';
  } else {
    out += "null";
  }
  out += '}';
}

void append_delivery(std::string& out, const JobId& id, State state, const Delivery& delivery) {
  const auto event = callback_event(state);
  out += R"({"webhook_id":")";
  out += id.text();
  out += '-';
  out += event;
  out += R"(","type":"job.)";
  out += event;
  out += R"(","state":")";
  out += to_string(delivery.state);
  out += R"(","next_attempt_at":)";
  if (delivery.state == DeliveryState::waiting) {
    append_quoted_time(out, delivery.due_ms);
  } else {
    out += "null";
  }
  out += R"(,"attempt_count":)";
  append_json_number(out, std::uint64_t{delivery.attempts});
  out += R"(,"attempts":[)";
  bool is_first = true;
  for (const auto& attempt : delivery.last) {
    out += is_first ? "" : ",";
    is_first = false;
    append_attempt(out, attempt);
  }
  out += "]}";
}

}  // namespace

std::string_view callback_event(State state) noexcept {
  return to_string(state);
}

void append_callback(std::string& out, const JobId& id, const StatusView& status) {
  const auto& head = status.head;
  out += R"({"type":"job.)";
  out += callback_event(head.state);
  out += R"(","timestamp":)";
  append_quoted_time(out, head.completed_ms);
  out += R"(,"data":)";
  append_status(out, id, status, {}, QueueCounts{}, StatusParts::told);
  out += R"(,"id":")";
  out += id.text();
  out += R"(","data_file_name":)";
  std::optional<std::string_view> name;
  status.each_file([&](const FileView& file) { name = name ? name : file.filename; });
  if (name) {
    append_json_string(out, *name);
  } else {
    out += "null";
  }
  out += R"(,"status":")";
  out += to_string(head.state);
  out += R"("})";
}

void append_deliveries(std::string& out, const JobId& id, State state, const std::optional<Delivery>& delivery) {
  out += R"({"job_id":")";
  out += id.text();
  out += R"(","callbacks":[)";
  if (delivery) {
    append_delivery(out, id, state, *delivery);
  }
  out += R"(],"count":)";
  out += delivery ? "1}" : "0}";
}

}  // namespace docket::http
