#include "nginx/jobs/response.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "http/body/problem.h"
#include "http/body/result_body.h"
#include "http/field/text.h"
#include "http/upstream/response_head.h"
#include "nginx/conf/conf.h"
#include "nginx/core/context.h"
#include "nginx/core/response.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/result_lookup.h"
#include "nginx/jobs/status.h"
#include "work/upstream/upstream_run.h"

namespace docket::ngx {
namespace {

using http::equal_ignoring_case;

/// A job as far as its response needs it.
struct ResponseLook {
  StatusHead head;
  std::string problem;  ///< the body of a 422, if it failed
};

unsigned status_of_failure(const StatusHead& head, ResponseUse use) noexcept {
  constexpr unsigned unprocessable = 422;
  constexpr unsigned bad_gateway = 502;
  constexpr unsigned gateway_timeout = 504;
  return use == ResponseUse::result ? unprocessable : head.error == ErrorCode::timeout ? gateway_timeout : bad_gateway;
}

Result<ResponseLook> look_at_response(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id,
                                      ResponseUse use) {
  ResponseLook look;
  const auto opened = open_job_blocking(r, worker, caller, id, [&](const OpenedJob& job) {
    look.head = job.status.head;
    if (look.head.state == State::failed) {
      http::append_job_problem(look.problem, id, job.status, status_of_failure(look.head, use));
    }
  });
  if (!opened) {
    return pass_on(opened);
  }
  if (look.head.kind != WorkKind::upstream) {
    return fail(no_such_result("This job is not one of docket_pass: it has no response of another server."));
  }
  return look;
}

const Section* find_named(const Outputs& outputs, std::string_view name) {
  const auto found = std::ranges::find(outputs.sections, name, &Section::name);
  return found == outputs.sections.end() ? nullptr : &*found;
}

Result<std::string> read_head(Worker& worker, const JobId& id, const Outputs& outputs, const Section& section) {
  if (outputs.bytes) {
    return std::string(inline_bytes(outputs, section));
  }
  const auto opened = worker.spool().open_output(id, outputs.output_file);
  if (!opened) {
    return pass_on(opened);
  }
  std::string head(section.length, '\0');
  if (::pread(opened->get(), head.data(), head.size(), static_cast<off_t>(section.offset)) !=
      static_cast<ssize_t>(head.size())) {
    return fail(ErrorCode::bad_record, "a stored response is shorter than its record says");
  }
  return head;
}

/// Adds the response's fields, those that nginx keeps elsewhere there.
class FieldsOut {
 public:
  explicit FieldsOut(ngx_http_request_t* r) noexcept : r_(r) {}

  bool add(const http::ResponseField& field) {
    constexpr std::string_view cors = "access-control-";
    if (location_conf(r_)->cors != nullptr && equal_ignoring_case(field.name.substr(0, cors.size()), cors)) {
      return true;  // docket_cors says it here
    }
    if (equal_ignoring_case(field.name, "content-type")) {
      content_type_ = field.value;
      return true;
    }
    if (equal_ignoring_case(field.name, "etag")) {
      has_etag_ = true;
      return set_etag(r_, field.value);
    }
    const auto name = copy(r_->pool, field.name);
    auto* added = name.data != nullptr ? add_header(r_, view(name), field.value) : nullptr;
    if (added == nullptr) {
      return false;
    }
    if (equal_ignoring_case(field.name, "content-encoding")) {
      r_->headers_out.content_encoding = added;  // nothing compresses it again
    } else if (equal_ignoring_case(field.name, "last-modified")) {
      r_->headers_out.last_modified = added;
      auto* text = reinterpret_cast<u_char*>(const_cast<char*>(field.value.data()));
      last_modified_ = ngx_parse_http_time(text, field.value.size());
    } else if (equal_ignoring_case(field.name, "cache-control")) {
      has_cache_control_ = true;
    } else if (equal_ignoring_case(field.name, "vary")) {
      has_vary_ = true;
    }
    return true;
  }

  /// What every answer of ours has and this one does not.
  bool complete(std::string_view etag) {
    return add_static_header(r_, "X-Content-Type-Options", "nosniff") != nullptr &&
           (has_cache_control_ || add_static_header(r_, "Cache-Control", "private, no-cache") != nullptr) &&
           (has_vary_ || add_static_header(r_, "Vary", "Authorization, Cookie, Origin") != nullptr) &&
           (has_etag_ || set_etag(r_, etag));
  }

  [[nodiscard]] std::string_view content_type() const noexcept { return content_type_; }
  [[nodiscard]] time_t last_modified() const noexcept { return last_modified_; }

 private:
  ngx_http_request_t* r_;
  std::string_view content_type_;
  time_t last_modified_ = -1;
  bool has_etag_ = false;
  bool has_cache_control_ = false;
  bool has_vary_ = false;
};

}  // namespace

ngx_int_t send_response(ngx_http_request_t* r, Worker& worker, const Caller& caller, const JobId& id, ResponseUse use) {
  const auto look = look_at_response(r, worker, caller, id, use);
  if (!look) {
    return send_problem(r, look.error());
  }
  if (look->head.state == State::failed) {
    return send_problem_body(r, status_of_failure(look->head, use), look->problem);
  }
  if (look->head.state != State::completed) {
    return send_status(r, worker, caller, id, NGX_HTTP_ACCEPTED);
  }
  const auto outputs = worker.reader().outputs(id);
  if (!outputs) {
    return send_problem(r, outputs.error());
  }
  const auto* body = find_named(*outputs, response_body);
  const auto* head_section = find_named(*outputs, response_head);
  if (body == nullptr || head_section == nullptr) {
    return send_problem(r, no_such_result("This job has no response."));
  }
  const auto text = read_head(worker, id, *outputs, *head_section);
  if (!text) {
    return send_problem(r, text.error());
  }
  const auto head = http::parse_response_head(*text);
  Context* context = context_of(r);
  if (!head || context == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  FieldsOut fields(r);
  if (!std::ranges::all_of(head->fields, [&](const auto& field) { return fields.add(field); }) ||
      !fields.complete(http::etag_of(*outputs, *body))) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->is_passed_on = true;
  std::string path;
  auto range = range_of(worker, id, *outputs, *body, path);
  range.content_type = fields.content_type();
  range.last_modified = fields.last_modified();
  range.status = head->status;
  return send_file_range(r, range);
}

}  // namespace docket::ngx
