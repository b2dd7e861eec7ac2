// What an upload asks for, as a job: the location's values, the client's options, the store's limits.

#include <algorithm>

#include "job/fingerprint.h"
#include "core/turn_key.h"
#include "http/form/idempotency_key.h"
#include "http/form/submit_options.h"
#include "nginx/jobs/deliveries.h"
#include "nginx/upload/origin.h"
#include "nginx/core/request.h"
#include "nginx/upload/upload.h"
#include "callback/address_filter.h"
#include "base/clock.h"
#include "document/tessdata.h"

namespace docket::ngx {
namespace {

/// The installed languages, read once a process: the folder does not change under a running server, and where it does
/// a reload reads it again.
std::span<const std::string> languages(const MainConf& conf) {
  static const std::vector<std::string> installed = installed_languages(std::string(view(conf.tessdata)));
  return installed;
}

}  // namespace

Result<std::unique_ptr<Submission>> Upload::make_submission() {
  http::Form form = form_.take();
  form.options = http::merge_options(std::move(form.options), std::move(query_options_));
  const auto prefer = find_header(r_, "prefer").value_or(std::string_view());
  http::RawOptions options = form.options;
  const auto of_location = conf_.defaults != nullptr
                               ? http::add_defaults(options, *conf_.defaults, http::preferred_wait(prefer).has_value())
                               : http::OptionSet{};
  auto submission = std::make_unique<Submission>();
  JobRecord& record = submission->accept.record;
  record.id = id_;
  record.owner = owner_;
  record.options.formats.bits = static_cast<std::uint32_t>(conf_.formats);
  record.options.languages = view(conf_.languages);
  record.options.ocr = static_cast<OcrMode>(conf_.ocr);
  record.options.dpi = static_cast<std::uint16_t>(conf_.dpi);
  record.limits.max_pages = static_cast<std::uint32_t>(conf_.max_pages);
  record.limits.max_pixels = static_cast<std::uint64_t>(conf_.max_pixels);
  record.limits.memory = conf_.memory_limit;
  record.limits.cpu_seconds = static_cast<std::uint32_t>(conf_.cpu_limit);
  record.limits.unit_ms = static_cast<std::uint32_t>(conf_.unit_timeout);
  record.limits.attempts = static_cast<std::uint32_t>(conf_.attempts);
  record.priority = priority_of_location();
  record.keep_input = conf_.keep_input != 0;
  record.origin = origin_of(r_, conf_);
  if (auto set = set_options(options, of_location, submission->accept); !set) {
    return tl::unexpected<Error>(set.error());
  }
  const auto waiting =
      http::waiting_of(options, prefer, record.options.formats, static_cast<std::uint32_t>(conf_.wait_max));
  if (!waiting) {
    return tl::unexpected<Error>(waiting.error());
  }
  waiting_ = *waiting;
  submission->accept.status.owner = owner_;
  submission->accept.status.result_url = result_url_;
  submission->accept.status.files = files_;
  submission->accept.fields = std::move(form.fields);
  if (const auto address = IpAddress::of(r_->connection->sockaddr, r_->connection->socklen)) {
    submission->accept.client = client_key(address->bytes);
  }
  submission->accept.limits = store_limits();
  if (conf_.dedupe != 0 && submission->accept.secret.empty()) {  // what a password opened is for who knows it
    record.sameness = sameness_of(record, files_);
  }
  if (once_) {
    once_->content = http::content_digest(form.options, submission->accept.fields, files_);
    submission->accept.once = once_;
  }
  auto callback = callback_for(r_, conf_.callbacks, form.options);
  if (!callback) {
    return pass_on(callback);
  }
  submission->accept.callback = std::move(*callback);
  submission->accept.now_ms = unix_ms();
  submission->settled = worker_.client_names().begin(r_, record);
  submission->files = std::move(descriptors_);
  submission->large = large_;
  return submission;
}

/// What the client asked for beyond the location's values; `of_location` are those options that docket_defaults gave.
Result<void> Upload::set_options(const http::RawOptions& options, http::OptionSet of_location, AcceptJob& accept) {
  http::OptionPolicy policy;
  policy.languages = languages(*main_conf(r_));
  policy.allowed.bits = static_cast<std::uint32_t>(conf_.options) | of_location.bits;
  if (conf_.callbacks.from_client != 0) {
    policy.allowed.add(http::Option::callback_url);
  }
  if (auto applied = http::apply_options(options, policy, accept.record.options); !applied) {
    return tl::unexpected<Error>(applied.error());
  }
  const auto priority = http::priority_of(options, accept.record.priority);
  if (!priority) {
    return tl::unexpected<Error>(priority.error());
  }
  accept.record.priority = *priority;
  const auto expiry = http::expiry_of(options, static_cast<std::uint64_t>(conf_.expire) * 1000);
  if (!expiry) {
    return tl::unexpected<Error>(expiry.error());
  }
  accept.record.expire_ms = *expiry;
  if (auto fits = http::check_password(options); !fits) {
    return tl::unexpected<Error>(fits.error());
  }
  auto secret = worker_.secrets().seal(options[http::Option::password]);
  if (!secret) {
    return tl::unexpected<Error>(secret.error());
  }
  accept.secret = std::move(*secret);
  return {};
}

/// Takes the request's key, and keeps it until the answer.
Result<void> Upload::take_idempotency_key(std::string_view field) {
  const auto key = http::parse_idempotency_key(field);
  if (!key) {
    return tl::unexpected<Error>(key.error());
  }
  const auto* location = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r_, ngx_http_core_module));
  once_ = Once{http::once_key(owner_, view(location->name), *key), {}};
  auto lock = lock_once(worker_.run_folder(), once_->key);
  if (!lock) {
    return tl::unexpected<Error>(lock.error());
  }
  if (!*lock) {
    return fail(ErrorCode::key_in_use, "A request with this Idempotency-Key is still being received.");
  }
  once_lock_.emplace(std::move(**lock));
  return {};
}

StoreLimits Upload::store_limits() const noexcept {
  const MainConf* main = main_conf(r_);
  StoreLimits limits{.jobs = static_cast<std::uint64_t>(main->queue_jobs)};
  if (main->queue_per_owner != 0) {
    limits.per_owner = static_cast<std::uint64_t>(main->queue_per_owner);
  }
  if (main->max_size != 0) {
    limits.bytes = static_cast<std::uint64_t>(main->max_size);
  }
  return limits;
}

/// Who would be refused in the end is refused before the body comes: a look only, the store decides when the job is
/// accepted.
Result<void> Upload::check_room() const {
  const auto limits = store_limits();
  StoreReader& reader = worker_.reader();
  const auto all = reader.states(std::nullopt);
  const bool owners_are_limited = limits.per_owner != StoreLimits{}.per_owner;
  const auto of_owner = owners_are_limited ? reader.states(owner_) : StateCounts{};
  if (!all || !of_owner) {
    return {};
  }
  if (auto room = check_queue(limits, *all, *of_owner); !room || limits.bytes == StoreLimits{}.bytes) {
    return room;
  }
  const auto stored = reader.stored_bytes();
  const auto declared = std::max<off_t>(r_->headers_in.content_length_n, 0);
  return stored ? check_bytes(limits, *stored, static_cast<std::uint64_t>(declared)) : Result<void>();
}

/// docket_priority; its default where a variable makes something else of it.
std::uint8_t Upload::priority_of_location() const {
  ngx_str_t value{0, nullptr};
  if (conf_.priority != nullptr && ngx_http_complex_value(r_, conf_.priority, &value) == NGX_OK && value.len == 1 &&
      value.data[0] >= '0' && value.data[0] <= '9') {
    return static_cast<std::uint8_t>(value.data[0] - '0');
  }
  if (conf_.priority != nullptr) {
    ngx_log_error(NGX_LOG_WARN, r_->connection->log, 0, "docket_priority is \"%V\", which is none", &value);
  }
  return JobRecord{}.priority;
}

/// What links begin with: docket_result_url, or the path of the server's docket_result location; ends in a slash.
Result<std::string> Upload::result_url() {
  ngx_str_t url = conf_.default_result_url;
  if (conf_.result_url != nullptr && ngx_http_complex_value(r_, conf_.result_url, &url) != NGX_OK) {
    return fail(ErrorCode::io, "docket_result_url could not be evaluated.");
  }
  std::string text(view(url));
  if (!text.ends_with('/')) {
    text += '/';
  }
  return text;
}

}  // namespace docket::ngx
