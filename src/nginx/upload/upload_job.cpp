#include "nginx/upload/upload_job.h"

#include <algorithm>
#include <span>

#include "base/clock.h"
#include "callback/address_filter.h"
#include "document/tessdata.h"
#include "http/field/query.h"
#include "http/form/idempotency_key.h"
#include "http/form/submit_options.h"
#include "job/fingerprint.h"
#include "job/turn_key.h"
#include "nginx/core/request.h"
#include "nginx/upload/origin.h"
#include "nginx/upload/upload_callback.h"
#include "nginx/upload/upstream_request.h"
#include "work/runner.h"

namespace docket::ngx {
namespace {

/// The installed languages, read once a process: the folder does not change under a running server, and where it does
/// a reload reads it again.
std::span<const std::string> languages(const MainConf& conf) {
  static const std::vector<std::string> installed = installed_languages(std::string(view(conf.tessdata)));
  return installed;
}

}  // namespace

http::OptionSet options_of(const LocationConf& conf) noexcept {
  switch (work_of(conf)) {
    case WorkKind::document:
      return http::every_option();
    case WorkKind::upstream:
      return {};
    case WorkKind::command:
      break;
  }
  http::OptionSet options{static_cast<std::uint32_t>(conf.allowed_options) | http::options_of_commands_answer().bits};
  if (conf.callbacks.from_client != 0) {
    options.add(http::Option::callback_url);
  }
  return options;
}

UploadJob::UploadJob(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner)
    : r_(r), conf_(conf), worker_(worker), owner_(std::move(owner)), id_(JobId::make(unix_ms())) {}

Result<void> UploadJob::begin() {
  if (worker_.is_stuck()) {
    return fail(ErrorCode::store_unavailable, "The store does not answer at the moment.");
  }
  auto url = read_result_url();
  if (!url) {
    return pass_on(url);
  }
  result_url_ = std::move(*url);
  const auto key = find_header(r_, "idempotency-key");
  // A job that was made before needs no room.
  if (auto may = key ? take_idempotency_key(*key) : check_room(); !may) {
    return may;
  }
  auto options = http::options_of_query(http::Query(view(r_->args)), options_of(conf_));
  if (!options) {
    return pass_on(options);
  }
  query_options_ = std::move(*options);
  return {};
}

Result<std::unique_ptr<Submission>> UploadJob::make_submission(http::Form form, UploadFiles& files) {
  form.options = http::merge_options(std::move(form.options), std::move(query_options_));
  const auto prefer = find_header(r_, "prefer").value_or(std::string_view());
  http::RawOptions options = form.options;
  http::OptionSet of_location;
  if (conf_.defaults != nullptr) {
    auto defaults = *conf_.defaults;
    if (work_of(conf_) != WorkKind::document) {
      // A format, which other work does not have; and a look at documents.
      defaults[http::Option::return_].clear();
      defaults[http::Option::dry_run].clear();
    }
    of_location = http::add_defaults(options, defaults, http::preferred_wait(prefer).has_value());
  }
  auto submission = std::make_unique<Submission>();
  JobRecord& record = submission->accept.record;
  record.id = id_;
  record.owner = owner_;
  record.origin = origin_of(r_, conf_);
  if (auto set = set_from_location(submission->accept); !set) {
    return pass_on(set);
  }
  if (auto set = set_options(options, of_location, submission->accept); !set) {
    return pass_on(set);
  }
  if (auto set = set_waiting(options, record); !set) {
    return pass_on(set);
  }
  submission->accept.status.owner = owner_;
  submission->accept.status.result_url = result_url_;
  submission->accept.status.files = files.all();
  submission->accept.fields = std::move(form.fields);
  submission->accept.client = client();
  submission->accept.limits = store_limits();
  // Results of a file with a password are only for clients that know it, and a command may do another thing each time.
  if (conf_.dedupe != 0 && work_of(conf_) == WorkKind::document && submission->accept.secret.empty()) {
    record.fingerprint = fingerprint_of(record, files.all());
  }
  if (idempotent_) {
    auto content = submission->accept.fields;
    if (const auto* command = std::get_if<CommandWork>(&record.work)) {  // what variables made of its arguments
      for (const auto& argument : command->arguments) {
        content.append(1, '\0').append(argument);
      }
    }
    if (const auto* upstream = std::get_if<UpstreamWork>(&record.work)) {
      content.append(upstream->method).append(" ").append(upstream->url).append(1, '\0').append(identity_);
    }
    idempotent_->content = http::content_digest(form.options, content, files.all());
    submission->accept.idempotent = idempotent_;
  }
  auto callback = callback_for(r_, conf_.callbacks, form.options);
  if (!callback) {
    return pass_on(callback);
  }
  submission->accept.callback = std::move(*callback);
  submission->accept.now_ms = unix_ms();
  if (!waiting_.dry_run) {
    submission->settled = worker_.client_names().begin(r_, record);
  }
  submission->files = files.hand_over();
  submission->large = files.has_large();
  return submission;
}

/// The values of the location's directives, as far as clients cannot change them or did not.
Result<void> UploadJob::set_from_location(AcceptJob& accept) {
  auto& record = accept.record;
  switch (work_of(conf_)) {
    case WorkKind::command: {
      auto command = command_of_location();
      if (!command) {
        return pass_on(command);
      }
      record.work = std::move(*command);
      record.pool = conf_.command.pool.len == 0 ? command_pool
                                                : worker_.pool_number(view(conf_.command.pool)).value_or(command_pool);
      break;
    }
    case WorkKind::upstream:
      if (auto set = set_outgoing_request(accept); !set) {
        return set;
      }
      break;
    case WorkKind::document: {
      auto& options = record.document().options;
      options.formats.bits = static_cast<std::uint32_t>(conf_.formats);
      options.languages = view(conf_.languages);
      options.ocr = static_cast<OcrMode>(conf_.ocr);
      options.dpi = static_cast<std::uint16_t>(conf_.dpi);
      break;
    }
  }
  record.limits.max_pages = static_cast<std::uint32_t>(conf_.max_pages);
  record.limits.max_pixels = static_cast<std::uint64_t>(conf_.max_pixels);
  record.limits.memory = conf_.memory_limit;
  record.limits.cpu_seconds = static_cast<std::uint32_t>(conf_.cpu_limit);
  record.limits.unit_ms = static_cast<std::uint32_t>(conf_.unit_timeout);
  record.limits.attempts = static_cast<std::uint32_t>(conf_.attempts);
  record.priority = priority_of_location();
  record.keep_input = conf_.keep_input != 0;
  record.abort_unread = conf_.abort != 0;
  return {};
}

/// The client's request as docket_pass sends it on.
Result<void> UploadJob::set_outgoing_request(AcceptJob& accept) {
  auto request = outgoing_request(r_, conf_, worker_, id_, result_url_, accept.record.origin);
  if (!request) {
    return pass_on(request);
  }
  auto sealed = worker_.secrets().seal(request->head);
  if (!sealed) {
    return pass_on(sealed);
  }
  accept.secret = std::move(*sealed);
  accept.record.work = std::move(request->work);
  identity_ = std::move(request->identity);
  accept.record.pool = upstream_pool;
  return {};
}

/// How long the answer is held. Where docket_pass says `prefer` it is for as long as it may, unless the client prefers
/// otherwise (RFC 7240, 4.1 and 4.3).
Result<void> UploadJob::set_waiting(const http::RawOptions& options, const JobRecord& record) {
  const auto prefer = find_header(r_, "prefer").value_or(std::string_view());
  const auto longest = static_cast<std::uint32_t>(conf_.wait_max);
  const auto waiting = http::waiting_of(options, prefer, record.options().formats, longest);
  if (!waiting) {
    return pass_on(waiting);
  }
  waiting_ = *waiting;
  if (conf_.upstream.prefer != 0) {
    waiting_.response = true;
    waiting_.async = http::prefers_async(prefer);
    if (!waiting_.async && !waiting_.preferred) {
      waiting_.seconds = options[http::Option::wait].empty() ? longest : waiting_.seconds;
    }
  }
  return {};
}

/// docket_command with its variables as they are now.
Result<CommandWork> UploadJob::command_of_location() const {
  const auto& conf = conf_.command;
  CommandWork work;
  const std::span values(static_cast<ngx_http_complex_value_t*>(conf.arguments->elts), conf.arguments->nelts);
  for (auto& value : values) {
    ngx_str_t text{0, nullptr};
    if (ngx_http_complex_value(r_, &value, &text) != NGX_OK) {
      return fail(ErrorCode::io, "The arguments of docket_command could not be evaluated.");
    }
    if (view(text).find('\0') != std::string_view::npos) {
      return fail(ErrorCode::bad_request, "An argument of the command would have a NUL.");
    }
    work.arguments.emplace_back(view(text));
  }
  if (conf.paths != nullptr) {
    for (const auto& path : std::span(static_cast<ngx_str_t*>(conf.paths->elts), conf.paths->nelts)) {
      work.readable.emplace_back(view(path));
    }
  }
  work.log_size = conf.log_size;
  work.output_size = static_cast<std::uint64_t>(conf.output_size);
  work.settings = view(conf.settings);
  work.workers = static_cast<std::uint32_t>(conf.workers);
  work.per_file = conf.per_file != 0;
  work.network = conf.network != 0;
  return work;
}

/// What the client asked for beyond the location's values; `of_location` are those options that docket_defaults gave.
Result<void> UploadJob::set_options(const http::RawOptions& options, http::OptionSet of_location, AcceptJob& accept) {
  http::OptionPolicy policy;
  policy.languages = languages(*main_conf(r_));
  policy.allowed.bits = static_cast<std::uint32_t>(conf_.allowed_options) | of_location.bits;
  if (conf_.callbacks.from_client != 0) {
    policy.allowed.add(http::Option::callback_url);
  }
  Options of_documents;
  auto* documents = std::get_if<DocumentWork>(&accept.record.work);
  if (auto applied = http::apply_options(options, policy, documents != nullptr ? documents->options : of_documents);
      !applied) {
    return pass_on(applied);
  }
  const auto priority = http::priority_of(options, accept.record.priority);
  if (!priority) {
    return pass_on(priority);
  }
  accept.record.priority = *priority;
  const auto expiry = http::expiry_of(options, static_cast<std::uint64_t>(conf_.expire) * 1000);
  if (!expiry) {
    return pass_on(expiry);
  }
  accept.record.expire_ms = *expiry;
  if (auto fits = http::check_password(options); !fits) {
    return pass_on(fits);
  }
  if (!options[http::Option::password].empty()) {
    auto secret = worker_.secrets().seal(options[http::Option::password]);
    if (!secret) {
      return pass_on(secret);
    }
    accept.secret = std::move(*secret);
  }
  return {};
}

/// Zeros where the address is none of IP.
OwnerKey UploadJob::client() const noexcept {
  const auto address = IpAddress::of(r_->connection->sockaddr, r_->connection->socklen);
  return address ? client_key(address->bytes) : OwnerKey{};
}

/// Takes the request's key, and keeps it until the answer.
Result<void> UploadJob::take_idempotency_key(std::string_view field) {
  const auto key = http::parse_idempotency_key(field);
  if (!key) {
    return pass_on(key);
  }
  const auto* location = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r_, ngx_http_core_module));
  idempotent_ = IdempotentRequest{http::idempotency_key_of(owner_, client(), view(location->name), *key), {}};
  auto lock = lock_idempotency_key(worker_.run_folder(), idempotent_->key);
  if (!lock) {
    return pass_on(lock);
  }
  if (!*lock) {
    return fail(ErrorCode::key_in_use, "A request with this Idempotency-Key is still being received.");
  }
  key_lock_.emplace(std::move(**lock));
  return {};
}

StoreLimits UploadJob::store_limits() const noexcept {
  const MainConf* main = main_conf(r_);
  StoreLimits limits{.jobs = static_cast<std::uint64_t>(main->queue_jobs)};
  if (main->queue_per_owner != 0) {
    limits.per_owner = static_cast<std::uint64_t>(main->queue_per_owner);
  } else if (!owner_.empty()) {  // one owner must not keep out all others
    limits.per_owner = (limits.jobs + 1) / 2;
  }
  if (main->max_size != 0) {
    limits.bytes = static_cast<std::uint64_t>(main->max_size);
  }
  return limits;
}

/// Refuses before the body comes what would be refused at its end. Reserves nothing: the store decides when the job is
/// accepted.
Result<void> UploadJob::check_room() const {
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
std::uint8_t UploadJob::priority_of_location() const {
  ngx_str_t value{0, nullptr};
  if (conf_.priority == nullptr) {
    return static_cast<std::uint8_t>(conf_.fixed_priority);
  }
  if (ngx_http_complex_value(r_, conf_.priority, &value) == NGX_OK && value.len == 1 && value.data[0] >= '0' &&
      value.data[0] <= '9') {
    return static_cast<std::uint8_t>(value.data[0] - '0');
  }
  ngx_log_error(NGX_LOG_WARN, r_->connection->log, 0, "docket_priority is \"%V\", which is none", &value);
  return JobRecord{}.priority;
}

/// What links begin with: docket_result_url, or the path of the server's docket_result location; ends in a slash.
Result<std::string> UploadJob::read_result_url() {
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
