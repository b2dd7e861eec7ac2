#include "nginx/upload/progress_report.h"

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/body/problem.h"
#include "http/field/query.h"
#include "http/upstream/progress_body.h"
#include "nginx/core/context.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/upload/body_reader.h"
#include "nginx/upload/upstream_request.h"

namespace docket::ngx {
namespace {

constexpr std::size_t max_body = 8192;

/// There is nothing to tell any more: the job is final, or waits to be sent again.
ngx_int_t send_gone(ngx_http_request_t* r) {
  constexpr unsigned gone = 410;
  std::string body;
  http::append_problem(body, gone, "not_processing", "The job is not being processed at the moment.");
  return send_problem_body(r, gone, body);
}

/// One report: its body as far as it has come. Lives in the request's pool; event loop only.
class ProgressReport final : public BodyHandler {
 public:
  ProgressReport(ngx_http_request_t* r, Worker& worker, const JobId& id)
      : r_(r), worker_(worker), id_(id), reader_(r, *this) {}

  [[nodiscard]] BodyReader& reader() noexcept { return reader_; }

  Result<void> body_data(std::string_view bytes) override {
    if (body_.size() + bytes.size() > max_body) {
      return fail(ErrorCode::too_large,
                  "A report of progress takes no more than " + std::to_string(max_body) + " bytes.");
    }
    body_ += bytes;
    return {};
  }

  void body_failed(const Error& error) override { end_request(r_, send_problem(r_, error)); }
  void body_failed(ngx_int_t status) override { end_request(r_, status); }

  void body_end() override {
    auto steps = http::parse_progress(body_);
    if (!steps) {
      return body_failed(steps.error());
    }
    const auto held = HeldRequest::watch(r_);
    if (!held) {
      return body_failed(NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
    auto report =
        std::make_shared<ReportSteps>(ReportSteps{.job = id_, .steps = std::move(*steps), .now_ms = unix_ms()});
    const auto answer = [report, held] {
      held->finish([&](ngx_http_request_t* request) {
        const auto& result = report->result;
        if (!result && result.error().code == ErrorCode::illegal_change) {
          return send_gone(request);
        }
        return result ? send_empty(request, NGX_HTTP_NO_CONTENT) : send_problem(request, result.error());
      });
    };
    const bool posted = worker_.post_io(
        [report, &committer = worker_.committer()] {
          const Command one = report.get();
          committer.commit({&one, 1});
        },
        answer);
    if (!posted) {
      report->result = fail(ErrorCode::store_unavailable, "The docket_io threads take no more tasks.");
      answer();
    }
  }

 private:
  ngx_http_request_t* r_;
  Worker& worker_;
  JobId id_;
  std::string body_;
  BodyReader reader_;
};

}  // namespace

ngx_int_t take_progress(ngx_http_request_t* r, const JobId& id) {
  if (const auto answered = answer_other_methods(r, NGX_HTTP_POST, "POST, OPTIONS")) {
    return *answered;
  }
  Worker* worker = Worker::current();
  const auto token = http::Query(view(r->args)).find("token").value_or(std::string());
  const auto refuse = [r](const Error& error) {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    return rc == NGX_OK ? send_problem(r, error) : rc;
  };
  if (worker == nullptr) {
    return refuse(store_unavailable());
  }
  if (!worker->secrets().is_signed(progress_subject(id), token)) {
    return refuse(Error{ErrorCode::forbidden, "The token is not this job's: Docket-Progress-Url has it."});
  }
  auto* report = make_in_pool<ProgressReport>(r->pool, r, *worker, id);
  Context* context = context_of(r);
  if (report == nullptr || context == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (auto has_body = report->reader().prepare(); !has_body) {
    return refuse(has_body.error());
  }
  context->body = &report->reader();
  return report->reader().start();
}

}  // namespace docket::ngx
