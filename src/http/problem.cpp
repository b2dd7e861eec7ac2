#include "http/problem.h"

#include "core/json_text.h"

namespace docket::http {
namespace {

bool is_of_the_house(ErrorCode code) noexcept {
  return code >= ErrorCode::lease_lost || code == ErrorCode::none;
}

void append_head(std::string& out, std::string_view title, std::string_view detail, std::string_view code) {
  out += R"({"type":"about:blank","title":)";
  append_json_string(out, title);
  out += R"(,"detail":)";
  append_json_string(out, detail);
  out += R"(,"code":)";
  append_json_string(out, code);
}

}  // namespace

unsigned http_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::bad_multipart:
    case ErrorCode::bad_option:
    case ErrorCode::no_file:
    case ErrorCode::empty_file:
    case ErrorCode::bad_request:
      return 400;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::forbidden_option:
    case ErrorCode::cross_origin:
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::not_acceptable:
      return 406;
    case ErrorCode::key_in_use:
      return 409;
    case ErrorCode::precondition_failed:
      return 412;
    case ErrorCode::too_large:
    case ErrorCode::too_many_files:
    case ErrorCode::too_many_fields:
      return 413;
    case ErrorCode::unsupported_type:
      return 415;
    case ErrorCode::encrypted:
    case ErrorCode::wrong_password:
    case ErrorCode::corrupt:
    case ErrorCode::no_pages:
    case ErrorCode::too_many_pages:
    case ErrorCode::too_many_pixels:
    case ErrorCode::timeout:
    case ErrorCode::out_of_memory:
    case ErrorCode::crashed:
    case ErrorCode::cancelled:
    case ErrorCode::command_failed:
    case ErrorCode::upstream_failed:
    case ErrorCode::key_reused:
      return 422;
    case ErrorCode::owner_queue_full:
      return 429;
    case ErrorCode::queue_full:
    case ErrorCode::store_unavailable:
      return 503;
    case ErrorCode::store_full:
      return 507;
    case ErrorCode::none:
    case ErrorCode::lease_lost:
    case ErrorCode::engine_lost:
    case ErrorCode::io:
    case ErrorCode::bad_record:
    case ErrorCode::illegal_change:
      break;
  }
  return 500;
}

std::string_view status_phrase(unsigned status) noexcept {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Error";
  }
}

std::string_view title(ErrorCode code) noexcept {
  return status_phrase(http_status(code));
}

std::string_view public_code(ErrorCode code) noexcept {
  return is_of_the_house(code) ? "internal" : word(code);
}

void append_problem(std::string& out, const Error& error) {
  // What failed inside is the operator's to know: paths and system calls stand in the log.
  const std::string_view detail = is_of_the_house(error.code)
                                      ? std::string_view("Something went wrong here; the server's log says what.")
                                      : std::string_view(error.detail);
  append_problem(out, http_status(error.code), public_code(error.code), detail);
}

void append_problem(std::string& out, unsigned status, std::string_view code, std::string_view detail) {
  append_head(out, status_phrase(status), detail, code);
  out += '}';
}

void append_job_problem(std::string& out, const JobId& id, const StatusView& status) {
  constexpr unsigned unprocessable = 422;
  append_head(out, status_phrase(unprocessable), status.error_detail, public_code(status.head.error));
  out += R"(,"job_id":")";
  const auto at = out.size();
  out.resize(at + 36);
  id.write_text(out.data() + at);
  out += R"(","job_status":")";
  out += word(status.head.state);
  out += R"(","error_message":)";
  append_json_string(out, status.error_detail);
  out += '}';
}

}  // namespace docket::http
