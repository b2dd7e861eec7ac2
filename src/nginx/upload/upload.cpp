#include "nginx/upload/upload.h"

#include <numeric>
#include <utility>

#include "http/body/status_body.h"
#include "http/field/conditional.h"
#include "http/field/content_disposition.h"
#include "http/field/content_type.h"
#include "http/form/urlencoded.h"
#include "nginx/access/access.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/held/long_poll.h"
#include "nginx/jobs/command_result.h"
#include "nginx/jobs/open_job.h"
#include "nginx/jobs/response.h"
#include "nginx/jobs/result.h"
#include "nginx/jobs/status.h"
#include "nginx/settings/settings_file.h"
#include "nginx/upload/estimate.h"

namespace docket::ngx {
namespace {

/// How long a client waits for a store that does not answer: a minute, and as long as a slow disk takes for the files.
ngx_msec_t patience_for(std::uint64_t bytes) noexcept {
  constexpr ngx_msec_t minute = 60'000;
  constexpr std::uint64_t bytes_per_ms = 10'000;
  return minute + static_cast<ngx_msec_t>(bytes / bytes_per_ms);
}

std::uint64_t size_of(const std::vector<FileStatus>& files) noexcept {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FileStatus& file) { return sum + file.size; });
}

}  // namespace

Upload::Upload(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner)
    : r_(r),
      conf_(conf),
      worker_(worker),
      job_(r, conf, worker, std::move(owner)),
      files_(worker, conf, job_.id()),
      body_(r, *this),
      form_({.max_bytes = conf.max_fields, .options = options_of(conf)}),
      patience_(
          this, [](void* self) noexcept { static_cast<Upload*>(self)->stop_waiting(); }, r->connection->log),
      kind_(work_of(conf)),
      answered_job_(job_.id()) {}

Upload::~Upload() {
  if (submission_ != nullptr) {
    submission_->answer = nullptr;  // the client went; the job goes on
  }
}

Result<void> Upload::begin() {
  const bool is_passed_on = kind_ == WorkKind::upstream;  // then its fields are for the other server
  if (auto may = http::check_preconditions(preconditions_of(r_), std::nullopt); !may && !is_passed_on) {
    return may;
  }
  if (auto has_body = body_.prepare(); !has_body) {
    return has_body;
  }
  if (!is_passed_on && find_header(r_, "content-range")) {  // RFC 9110, 14.5
    return fail(ErrorCode::bad_request,
                "Content-Range says that this is a piece of a file; pieces are not put together here. Send the file "
                "whole.");
  }
  if (auto begun = job_.begin(); !begun) {
    return begun;
  }
  const std::string_view content_type =
      r_->headers_in.content_type != nullptr ? view(r_->headers_in.content_type->value) : std::string_view();
  if (!is_passed_on && http::is_multipart_form(content_type)) {
    auto boundary = http::multipart_boundary(content_type);
    if (!boundary) {
      return pass_on(boundary);
    }
    http::MultipartLimits limits;  // its own limits of files and fields are passed before that of parts
    limits.max_parts = static_cast<std::uint32_t>(conf_.max_files) + http::FormLimits{}.max_fields + 1;
    parser_.emplace(std::move(*boundary), limits, *this);
    return {};
  }
  if (kind_ == WorkKind::command && http::is_urlencoded_form(content_type)) {
    urlencoded_.emplace();
    return {};
  }
  has_body_ = r_->headers_in.content_length_n > 0 || r_->headers_in.chunked;
  if (!has_body_ && kind_ != WorkKind::document) {
    return {};  // a job without files and fields
  }
  if (!has_body_) {
    return fail(ErrorCode::no_file,
                "The request has no body; send a file as multipart/form-data or as the body itself.");
  }
  files_.begin(raw_filename(), false);
  return {};
}

// ---- The body.

Result<void> Upload::body_data(std::string_view bytes) {
  got_bytes_ = true;
  if (!urlencoded_) {
    return parser_ ? parser_->feed(bytes) : files_.append(bytes);
  }
  if (bytes.size() > conf_.max_fields || urlencoded_->size() > conf_.max_fields - bytes.size()) {
    return fail(ErrorCode::too_many_fields, "The form takes more than the " + std::to_string(conf_.max_fields) +
                                                " bytes that docket_max_fields allows.");
  }
  *urlencoded_ += bytes;
  return {};
}

void Upload::body_end() {
  if (const auto submitted = submit(); !submitted) {
    body_failed(submitted.error());
  }
}

void Upload::body_failed(const Error& error) {
  give_up([this, error] { return send_problem(r_, error); });
}

void Upload::body_failed(ngx_int_t status) {
  give_up([status] { return status; });
}

Result<void> Upload::part_begin(const http::PartHead& head) {
  in_file_ = head.filename.has_value();
  if (!in_file_) {
    return form_.begin(head.name, head.content_type);
  }
  files_.begin(*head.filename, true);
  return {};
}

Result<void> Upload::part_data(std::string_view bytes) {
  return in_file_ ? files_.append(bytes) : form_.append(bytes);
}

Result<void> Upload::part_end() {
  return in_file_ ? files_.end() : form_.end();
}

/// For a body that is a file itself: the name from Content-Disposition, else from what the path has behind the
/// location's own, else none.
std::string Upload::raw_filename() const {
  if (const auto disposition = find_header(r_, "content-disposition")) {
    if (auto parsed = http::parse_content_disposition(*disposition); parsed && parsed->filename) {
      return *parsed->filename;
    }
  }
  const auto behind = path_behind_location(r_);
  return std::string(behind.substr(behind.rfind('/') + 1));
}

Result<void> Upload::end_of_body() {
  if (parser_) {
    return parser_->finish();
  }
  if (urlencoded_) {
    return http::add_urlencoded(form_, *urlencoded_);
  }
  if (!got_bytes_ && kind_ == WorkKind::upstream) {
    return {};  // a chunked body may turn out to be empty
  }
  return has_body_ ? files_.end() : Result<void>();
}

/// Makes a job of the body, which is whole.
Result<void> Upload::submit() {
  if (auto end = end_of_body(); !end) {
    return end;
  }
  if (files_.all().empty() && kind_ == WorkKind::document) {
    return fail(ErrorCode::no_file, "The form has no file.");
  }
  auto submission = job_.make_submission(form_.take(), files_);
  if (!submission) {
    return pass_on(submission);
  }
  if (job_.waiting().dry_run && kind_ == WorkKind::document) {
    job_.release_key();
    estimate(r_, worker_, std::move(*submission));
    return {};
  }
  submission_ = submission->get();
  submission_->answer = [this](const Result<void>& result) { answer(result); };
  patience_.start(patience_for(size_of(files_.all())));
  worker_.submissions().submit(std::move(*submission));  // may answer at once, and this may be gone then
  return {};
}

// ---- The answer.

/// Answers once the files and the key are free: nginx keeps a request whose client goes on sending, and a client that
/// is told that the disk is full may come again at once.
void Upload::give_up(std::function<ngx_int_t()> answer) {
  body_.drop();
  const auto held = HeldRequest::watch(r_);
  if (!held) {
    job_.release_key();
    end_request(r_, NGX_HTTP_INTERNAL_SERVER_ERROR);
    return;
  }
  const auto end = [this, held, answer = std::move(answer)] {
    held->finish([&](ngx_http_request_t*) {
      job_.release_key();
      return answer();
    });
  };
  if (!files_.remove(end)) {
    end();
  }
}

/// The store does not answer: another process holds its lock, or the disk hangs. The client must not wait for ever.
void Upload::stop_waiting() noexcept {
  std::exchange(submission_, nullptr)->answer = nullptr;
  job_.release_key();
  body_.drop();
  ngx_int_t rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
  guard(r_->connection->log, "docket_upload", [&] {
    rc = send_problem(r_, Error{ErrorCode::store_unavailable,
                                "The store does not answer. The upload is complete and may still become a job; with an "
                                "Idempotency-Key it can be sent again without making two."});
  });
  end_request(r_, rc);
}

void Upload::answer(const Result<void>& result) {
  patience_.stop();
  const auto& accept = std::exchange(submission_, nullptr)->accept;
  const auto known = accept.known;
  is_new_ = !known && !accept.linked_to;
  job_.release_key();
  if (!result) {
    body_.drop();
    end_request(r_, send_problem(r_, result.error()));
    return;
  }
  if (known) {
    answered_job_ = *known;
  }
  if (const auto rc =
          hold_for_job(r_, worker_, answered_job_, job_.waiting(), [this](bool last) { return send_end(last); })) {
    end_request(r_, *rc);
  }
}

/// The answer of an upload whose client waits for the job's end; with `last`, or where the client does not wait, that
/// it was accepted.
std::optional<ngx_int_t> Upload::send_end(bool last) {
  const auto& waiting = job_.waiting();
  auto state = State::pending;
  if (waiting.seconds == 0 && is_new_) {
    return send_accepted(state);  // a worker may have begun it since: not worth a look into the store
  }
  if (const auto job = worker_.reader().summary(answered_job_)) {
    state = job->head.state;
  } else if (job.error().code == ErrorCode::not_found) {  // it was removed while its client waited
    return send_problem(r_, no_such_job());
  }
  if (waiting.seconds == 0 || (last && !is_final(state))) {
    return send_accepted(state);
  }
  if (!is_final(state)) {
    return std::nullopt;
  }
  remember_job(state);
  Caller caller;
  caller.owner = job_.owner();
  if (waiting.response) {
    return send_passed_on(caller);
  }
  if (!waiting.result && !waiting.output) {
    return send_status(r_, worker_, caller, answered_job_, NGX_HTTP_OK);
  }
  const auto name = waiting.output ? std::string_view("result") : info(*waiting.result).name;
  const auto url = job_.result_url() + answered_job_.text() + "/" + std::string(name);
  if (add_header(r_, "Content-Location", url) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (waiting.output) {
    return send_command_output(r_, worker_, caller, {.what = http::Route::What::output, .id = answered_job_});
  }
  return send_result(r_, worker_, caller,
                     {.what = http::Route::What::result, .id = answered_job_, .format = *waiting.result}, waiting.raw);
}

/// The other server's answer, as if it had come from there.
ngx_int_t Upload::send_passed_on(const Caller& caller) {
  const auto url = job_.result_url() + answered_job_.text() + "/response";
  if (add_header(r_, "Content-Location", url) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_response(r_, worker_, caller, answered_job_, ResponseUse::instead);
}

/// Keeps for the variables what the request made.
void Upload::remember_job(State state) noexcept {
  if (Context* context = context_of(r_)) {
    context->job = answered_job_;
    context->state = state;
    context->filename = files_.all().empty() ? ngx_str_t{} : copy(r_->pool, files_.all().front().filename);
    context->bytes = size_of(files_.all());
  }
}

ngx_int_t Upload::send_accepted(State state) {
  remember_job(state);
  std::string& text = worker_.scratch();
  http::append_status_url(text, job_.result_url(), answered_job_);
  if (add_header(r_, "Location", text) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  text.clear();
  std::optional<std::string_view> filename;
  if (!files_.all().empty()) {
    filename = files_.all().front().filename;
  }
  http::append_accepted(text, answered_job_, state, job_.result_url(), filename);
  if (job_.waiting().async && add_static_header(r_, "Preference-Applied", "respond-async") == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  // 202 where the client waited and the job did not end in time.
  const auto code = job_.waiting().seconds == 0 ? conf_.upload_code : ngx_uint_t{NGX_HTTP_ACCEPTED};
  return send_body(r_, code, "application/json", text);
}

ngx_int_t handle_upload(ngx_http_request_t* r) noexcept try {
  Caller caller;
  constexpr ngx_uint_t any_method = ~ngx_uint_t{0};
  const auto methods = work_of(*location_conf(r)) == WorkKind::upstream ? any_method : NGX_HTTP_POST | NGX_HTTP_PUT;
  if (const auto answered = check_access(r, methods, "POST, PUT, OPTIONS", caller)) {
    return *answered;
  }
  Worker* worker = Worker::current();
  const LocationConf* conf = effective_conf(r);
  Upload* upload = worker != nullptr && conf != nullptr
                       ? make_in_pool<Upload>(r->pool, r, *conf, *worker, std::move(caller.owner))
                       : nullptr;
  Context* context = context_of(r);
  if (upload == nullptr || context == nullptr) {
    ngx_http_discard_request_body(r);
    return worker == nullptr ? send_problem(r, store_unavailable()) : NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->body = &upload->body();
  if (const auto begun = upload->begin(); !begun) {
    ngx_http_discard_request_body(r);
    return send_problem(r, begun.error());
  }
  return upload->body().start();
} catch (...) {
  return internal_error(r, "docket_upload");
}

}  // namespace docket::ngx
