#include "http/body/problem.h"

#include "base/json_text.h"

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
    case ErrorCode::bad_settings:
      return 400;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::forbidden_option:
    case ErrorCode::cross_origin:
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
    case ErrorCode::no_such_result:
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
    case ErrorCode::precondition_required:
      return 428;
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

std::string_view status_line(unsigned status) noexcept {
  switch (status) {
    case 101:
      return "101 Switching Protocols";
    case 400:
      return "400 Bad Request";
    case 401:
      return "401 Unauthorized";
    case 403:
      return "403 Forbidden";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 406:
      return "406 Not Acceptable";
    case 408:
      return "408 Request Timeout";
    case 409:
      return "409 Conflict";
    case 410:
      return "410 Gone";
    case 411:
      return "411 Length Required";
    case 412:
      return "412 Precondition Failed";
    case 413:
      return "413 Content Too Large";
    case 414:
      return "414 URI Too Long";
    case 415:
      return "415 Unsupported Media Type";
    case 416:
      return "416 Range Not Satisfiable";
    case 421:
      return "421 Misdirected Request";
    case 422:
      return "422 Unprocessable Content";
    case 426:
      return "426 Upgrade Required";
    case 428:
      return "428 Precondition Required";
    case 429:
      return "429 Too Many Requests";
    case 431:
      return "431 Request Header Fields Too Large";
    case 500:
      return "500 Internal Server Error";
    case 501:
      return "501 Not Implemented";
    case 502:
      return "502 Bad Gateway";
    case 503:
      return "503 Service Unavailable";
    case 504:
      return "504 Gateway Timeout";
    case 505:
      return "505 HTTP Version Not Supported";
    case 507:
      return "507 Insufficient Storage";
    default:
      return {};
  }
}

std::string_view status_phrase(unsigned status) noexcept {
  const auto line = status_line(status);
  return line.empty() ? "Error" : line.substr(line.find(' ') + 1);
}

std::string_view detail_of_status(unsigned status) noexcept {
  switch (status) {
    case 400:
      return "The request is malformed: its line, a header field or its framing.";
    case 401:
      return "Credentials are missing or wrong; WWW-Authenticate says which are wanted.";
    case 403:
      return "The server's configuration does not allow this request (deny, limit_except, auth_request or the like).";
    case 404:
      return "There is nothing at this address.";
    case 405:
      return "This method is not allowed here.";
    case 408:
      return "The request took too long to arrive (client_header_timeout, client_body_timeout).";
    case 411:
      return "The request needs a Content-Length.";
    case 412:
      return "A condition of the request does not hold (If-Match or If-Unmodified-Since).";
    case 413:
      return "The body is larger than client_max_body_size allows.";
    case 414:
      return "The address is longer than large_client_header_buffers allows.";
    case 415:
      return "The type of the body is not taken here.";
    case 416:
      return "The range asked for begins behind the end; Content-Range has the length.";
    case 421:
      return "This server does not answer for the host that was asked for.";
    case 429:
      return "There were too many requests of late (limit_req, limit_conn); try again later.";
    case 431:
    case 494:
      return "The header fields are larger than large_client_header_buffers allows.";
    case 500:
      return "Something went wrong here; the server's log says what.";
    case 501:
      return "The method, or the transfer coding, is not known here.";
    case 502:
      return "A server behind this one gave no proper answer.";
    case 503:
      return "The server takes no such requests at the moment (limit_req, limit_conn or the like); try again later.";
    case 504:
      return "A server behind this one did not answer in time.";
    case 505:
      return "This version of HTTP is not spoken here.";
    case 507:
      return "There is no room for the body.";
    default:
      return "The server refused the request; its log may say why.";
  }
}

std::string_view title(ErrorCode code) noexcept {
  return status_phrase(http_status(code));
}

std::string_view public_code(ErrorCode code) noexcept {
  return is_of_the_house(code) ? "internal" : to_string(code);
}

void append_error(std::string& out, ErrorCode code, std::string_view detail) {
  if (code == ErrorCode::none) {
    out += "null";
    return;
  }
  out += R"({"code":")";
  out += public_code(code);
  out += R"(","detail":)";
  append_json_string(out, detail);
  out += '}';
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

void append_job_problem(std::string& out, const JobId& id, const StatusView& status, unsigned http_status) {
  append_head(out, status_phrase(http_status), status.detail, public_code(status.head.error));
  out += R"(,"job_id":")";
  const auto at = out.size();
  out.resize(at + 36);
  id.write_text(out.data() + at);
  out += R"(","job_status":")";
  out += to_string(status.head.state);
  out += R"(","error_message":)";
  append_json_string(out, status.detail);
  out += '}';
}

}  // namespace docket::http
