#include "nginx/upload/upload.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>

#include "http/field/conditional.h"
#include "http/field/content_disposition.h"
#include "http/field/content_type.h"
#include "http/field/query.h"
#include "http/body/status_body.h"
#include "http/form/submit_options.h"
#include "http/field/text.h"
#include "nginx/access/access.h"
#include "nginx/core/response.h"
#include "nginx/core/context.h"
#include "nginx/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/jobs/result.h"
#include "nginx/jobs/status.h"
#include "nginx/jobs/long_poll.h"
#include "base/clock.h"
#include "document/tessdata.h"

namespace docket::ngx {
namespace {

/// What one turn of the event loop takes of one body at the most; nginx's buffers may be smaller.
constexpr std::size_t turn_bytes = std::size_t{64} * 1024;

/// Files beyond this are sent to the disk as they come and synced before they join a group, so that a large upload
/// holds up nobody.
constexpr std::uint64_t large_bytes = std::uint64_t{8} * 1024 * 1024;

void on_readable(ngx_http_request_t* r) noexcept try { find_context(r)->upload->receive(); } catch (...) {
  ngx_http_finalize_request(r, internal_error(r, "docket_upload"));
}

}  // namespace

Upload::Upload(ngx_http_request_t* r, const LocationConf& conf, Worker& worker, std::string owner)
    : r_(r),
      conf_(conf),
      worker_(worker),
      owner_(std::move(owner)),
      id_(JobId::make(unix_ms())),
      form_({.max_bytes = conf.max_fields}),
      next_turn_(
          this,
          [](void* self) noexcept {
            ngx_http_request_t* request = static_cast<Upload*>(self)->r_;
            ngx_connection_t* connection = request->connection;
            on_readable(request);  // the upload may be gone now
            ngx_http_run_posted_requests(connection);
          },
          r->connection->log) {}

Upload::~Upload() {
  if (submission_ != nullptr) {
    submission_->answer = nullptr;  // the client went; the job goes on
    return;
  }
  remove_files([] {});
}

/// Removes what was written, and runs `then` once it is gone. False if that does not come: nothing was written, or
/// there is no thread for it.
bool Upload::remove_files(std::function<void()> then) noexcept {
  writer_.reset();
  descriptors_.clear();
  const auto count = std::exchange(created_, 0);
  // Removing a large file takes its time: not here.
  return count > 0 &&
         worker_.post_io([&spool = worker_.spool(), id = id_, count] { (void)spool.remove_job(id, count, {}); },
                         std::move(then));
}

Result<void> Upload::begin() {
  if (auto may = http::check_preconditions(preconditions_of(r_), std::nullopt); !may) {
    return may;
  }
  if (auto has_body = look_at_body(); !has_body) {
    return has_body;
  }
  if (find_header(r_, "content-range")) {  // RFC 9110, 14.5
    return fail(ErrorCode::bad_request,
                "Content-Range says that this is a piece of a file; pieces are not put together here. Send the file "
                "whole.");
  }
  auto url = result_url();
  if (!url) {
    return tl::unexpected<Error>(url.error());
  }
  result_url_ = std::move(*url);
  const auto key = find_header(r_, "idempotency-key");
  // A job that was made before needs no room.
  if (auto may = key ? take_idempotency_key(*key) : check_room(); !may) {
    return may;
  }
  auto options = http::options_of_query(http::Query(view(r_->args)));
  if (!options) {
    return tl::unexpected<Error>(options.error());
  }
  query_options_ = std::move(*options);
  const std::string_view content_type =
      r_->headers_in.content_type != nullptr ? view(r_->headers_in.content_type->value) : std::string_view();
  if (http::is_multipart_form(content_type)) {
    auto boundary = http::multipart_boundary(content_type);
    if (!boundary) {
      return tl::unexpected<Error>(boundary.error());
    }
    http::MultipartLimits limits;  // its own limits of files and fields are passed before that of parts
    limits.max_parts = static_cast<std::uint32_t>(conf_.max_files) + http::FormLimits{}.max_fields + 1;
    parser_.emplace(std::move(*boundary), limits, *this);
    return {};
  }
  if (r_->headers_in.content_length_n <= 0 && !r_->headers_in.chunked) {
    return fail(ErrorCode::no_file,
                "The request has no body; send a file as multipart/form-data or as the body itself.");
  }
  return begin_file(raw_filename());
}

// ---- The body, as it comes.

/// A body that another module has had read already (mirror, auth_request with a body, a request above this one) is the
/// others', too.
Result<void> Upload::look_at_body() {
  const ngx_http_request_body_t* body = r_->request_body;
  if (body == nullptr) {
    return r_ == r_->main ? Result<void>()
                          : fail(ErrorCode::no_file, "The body of the request above this subrequest was not read.");
  }
  if (r_->reading_body != 0 || r_->request_body_no_buffering != 0) {
    return fail(ErrorCode::io,
                "another handler of the request has begun to use up its body (proxy_request_buffering off)");
  }
  is_shared_ = true;
  shared_ = body->bufs;
  return {};
}

bool Upload::is_body_at_end() const noexcept {
  return is_shared_ ? shared_ == nullptr : r_->reading_body == 0 && r_->request_body->bufs == nullptr;
}

void Upload::receive() {
  std::size_t taken = 0;
  for (;;) {
    const auto size = take_buffers();
    if (!size) {
      give_up(size.error());
      return;
    }
    taken += *size;
    if (is_body_at_end()) {
      if (const auto done = whole(); !done) {
        give_up(done.error());
      }
      return;
    }
    if (taken >= turn_bytes) {
      go_on_later();
      return;
    }
    const ngx_int_t rc = ngx_http_read_unbuffered_request_body(r_);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
      give_up([rc] { return rc; });
      return;
    }
    if (rc == NGX_AGAIN && r_->request_body->bufs == nullptr) {
      r_->read_event_handler = on_readable;
      return;
    }
  }
}

/// Others get their turn; what is in the socket will not be told a second time by the kernel, and of a subrequest
/// nothing is told at all, so we come back by ourselves.
void Upload::go_on_later() noexcept {
  r_->read_event_handler = ngx_http_block_reading;
  next_turn_.post();
}

/// Takes the buffers that nginx has filled, up to a turn's bytes; how many bytes these were.
Result<std::size_t> Upload::take_buffers() {
  std::size_t taken = 0;
  std::array<char, turn_bytes> room;
  while (ngx_chain_t* link = is_shared_ ? shared_ : r_->request_body->bufs) {
    if (taken >= turn_bytes) {
      break;
    }
    auto bytes = next_bytes(link->buf, room);
    if (!bytes) {
      return pass_on(bytes);
    }
    taken += bytes->size();
    if (const auto result = take(*bytes); !result) {
      return tl::unexpected<Error>(result.error());
    }
    if (ngx_buf_size(link->buf) > shared_done_) {
      continue;
    }
    shared_done_ = 0;
    if (is_shared_) {
      shared_ = link->next;
    } else {
      r_->request_body->bufs = link->next;
      ngx_free_chain(r_->pool, link);  // a large body comes in many links: memory stays constant
    }
  }
  return taken;
}

/// The next bytes of a buffer, in memory or by way of `room` from a file; they are taken out of it, or counted in
/// shared_done_.
Result<std::string_view> Upload::next_bytes(ngx_buf_t* buffer, std::span<char> room) {
  const off_t left = ngx_buf_size(buffer) - shared_done_;
  auto size = static_cast<std::size_t>(std::clamp<off_t>(left, 0, static_cast<off_t>(room.size())));
  std::string_view bytes;
  if (ngx_buf_in_memory(buffer)) {
    bytes = {reinterpret_cast<const char*>(buffer->pos) + shared_done_, size};
  } else if (size != 0) {
    const ssize_t got =
        ngx_read_file(buffer->file, reinterpret_cast<u_char*>(room.data()), size, buffer->file_pos + shared_done_);
    if (got <= 0) {
      return fail(ErrorCode::io, "The request's body could not be read from its temporary file.");
    }
    size = static_cast<std::size_t>(got);
    bytes = {room.data(), size};
  }
  if (is_shared_) {
    shared_done_ += static_cast<off_t>(size);
  } else if (ngx_buf_in_memory(buffer)) {
    buffer->pos += size;
  } else {
    buffer->file_pos += static_cast<off_t>(size);
  }
  return bytes;
}

Result<void> Upload::take(std::string_view bytes) {
  if (bytes.empty()) {
    return {};
  }
  return parser_ ? parser_->feed(bytes) : append_to_file(bytes);
}

// ---- Parts and files.

Result<void> Upload::part_begin(const http::PartHead& head) {
  in_file_ = head.filename.has_value();
  if (!in_file_) {
    return form_.begin(head.name, head.content_type);
  }
  return begin_file(*head.filename);
}

Result<void> Upload::part_data(std::string_view bytes) {
  return in_file_ ? append_to_file(bytes) : form_.append(bytes);
}

Result<void> Upload::part_end() {
  return in_file_ ? end_file() : form_.end();
}

Result<void> Upload::begin_file(std::string_view filename) {
  filename_ = filename;
  writer_.reset();  // made with the first byte: a form's file input without a choice is an empty part
  return {};
}

Result<void> Upload::append_to_file(std::string_view bytes) {
  if (!writer_) {
    if (created_ >= conf_.max_files) {
      return fail(ErrorCode::too_many_files,
                  "More than " + std::to_string(conf_.max_files) + " files; docket_max_files sets the limit.");
    }
    auto file = worker_.spool().create_input(id_, created_);
    if (!file) {
      return tl::unexpected<Error>(file.error());
    }
    ++created_;
    told_to_disk_ = 0;
    writer_.emplace(std::move(*file));
  }
  const bool was_known = writer_->is_type_known();
  if (auto written = writer_->append(bytes); !written) {
    return written;
  }
  if (!was_known && writer_->is_type_known()) {
    if (auto fits = check_type(writer_->type()); !fits) {
      return fits;
    }
  }
  if (worker_.syncs() && writer_->size() - told_to_disk_ >= large_bytes) {
    large_ = true;
    worker_.post_io(
        [file = writer_->file(), from = told_to_disk_, size = writer_->size() - told_to_disk_] {
          // Only begins the writing; what it comes to is told by the fdatasync at the end.
          (void)::sync_file_range(file->get(), static_cast<off64_t>(from), static_cast<off64_t>(size),
                                  SYNC_FILE_RANGE_WRITE);
        },
        [] {});
    told_to_disk_ = writer_->size();
  }
  return {};
}

Result<void> Upload::end_file() {
  if (!writer_) {
    if (filename_.empty() && parser_) {
      return {};  // nothing was chosen in a browser's form
    }
    return fail(ErrorCode::empty_file, "The file \"" + filename_ + "\" is empty.");
  }
  FileStatus status;
  writer_->finish(status);
  if (auto fits = check_type(status.type); !fits) {
    return fits;
  }
  status.filename = filename_.empty() ? "document." + std::string(info(status.type).extension) : filename_;
  files_.push_back(std::move(status));
  descriptors_.push_back(writer_->file());
  writer_.reset();
  return {};
}

Result<void> Upload::check_type(MediaType type) const {
  if ((conf_.types & (ngx_uint_t{1} << static_cast<unsigned>(type))) != 0) {
    return {};
  }
  std::string known;
  for (const auto& entry : all_media_types) {
    if ((conf_.types & (ngx_uint_t{1} << static_cast<unsigned>(entry.type))) != 0) {
      known.append(known.empty() ? "" : ", ").append(entry.name);
    }
  }
  std::string detail = filename_.empty() ? "The body" : "The file " + http::quoted_for_detail(filename_);
  detail +=
      " is of no type that is taken here (" + known + "; docket_types sets them). The first bytes tell, not the name.";
  if (!parser_) {
    detail += " Send the document itself as the body (curl -T FILE), or as a form (curl -F file=@FILE).";
  }
  return fail(ErrorCode::unsupported_type, std::move(detail));
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

// ---- The whole of it.

Result<void> Upload::whole() {
  r_->read_event_handler = ngx_http_block_reading;
  if (auto end = parser_ ? parser_->finish() : end_file(); !end) {
    return end;
  }
  if (files_.empty()) {
    return fail(ErrorCode::no_file, "The form has no file.");
  }
  auto submission = make_submission();
  if (!submission) {
    return tl::unexpected<Error>(submission.error());
  }
  submission_ = submission->get();
  submission_->answer = [this](const Result<void>& result) { answer(result); };
  worker_.intake().submit(std::move(*submission));
  return {};
}

// ---- The answer.

void Upload::give_up(const Error& error) {
  give_up([this, error] { return send_problem(r_, error); });
}

/// Answers once the files and the key are free: nginx keeps a request whose client goes on sending, and who hears that
/// the disk is full may come again at once.
void Upload::give_up(std::function<ngx_int_t()> answer) {
  r_->read_event_handler = ngx_http_block_reading;
  const auto end = [this, answer = std::move(answer)] {
    once_lock_.reset();
    finalize(answer());
  };
  if (!remove_files(end)) {
    end();
  }
}

void Upload::answer(const Result<void>& result) {
  const auto& accept = std::exchange(submission_, nullptr)->accept;
  const auto known = accept.known;
  is_new_ = !known && !accept.linked_to;
  created_ = 0;        // the files are the job's now, or the Intake has removed them
  once_lock_.reset();  // who hears the answer may come again at once
  if (!result) {
    finalize(send_problem(r_, result.error()));
    return;
  }
  if (known) {
    id_ = *known;
  }
  if (const auto rc = hold(r_, worker_.hub(), id_, waiting_, [this](bool last) { return send_end(last); })) {
    finalize(*rc);
  }
}

/// The answer of an upload whose client waits for the job's end; with `last`, or where nobody waits, that it was
/// accepted.
std::optional<ngx_int_t> Upload::send_end(bool last) {
  auto state = State::pending;
  if (waiting_.seconds == 0 && is_new_) {
    return send_accepted(state);  // whoever has taken it up since: nobody has to look
  }
  (void)worker_.reader().status(
      id_, [&](const StatusView& status, std::string_view, const QueueCounts&) { state = status.head.state; });
  if (waiting_.seconds == 0 || (last && !is_final(state))) {
    return send_accepted(state);
  }
  if (!is_final(state)) {
    return std::nullopt;
  }
  note_job(state);
  Caller caller;
  caller.owner = owner_;
  if (!waiting_.result) {
    return send_status(r_, worker_, caller, id_, NGX_HTTP_OK);
  }
  const auto url = result_url_ + id_.text() + "/" + std::string(info(*waiting_.result).name);
  if (add_header(r_, "Content-Location", url) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_result(r_, worker_, caller, {.what = http::Route::What::result, .id = id_, .format = *waiting_.result},
                     waiting_.raw);
}

/// Keeps for the variables what the request made.
void Upload::note_job(State state) noexcept {
  if (Context* context = context_of(r_)) {
    context->job = id_;
    context->state = state;
    context->filename = copy(r_->pool, files_.front().filename);
    context->bytes = std::accumulate(files_.begin(), files_.end(), std::uint64_t{0},
                                     [](std::uint64_t sum, const FileStatus& file) { return sum + file.size; });
  }
}

ngx_int_t Upload::send_accepted(State state) {
  note_job(state);
  std::string& text = worker_.scratch();
  http::append_status_url(text, result_url_, id_);
  if (add_header(r_, "Location", text) == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  text.clear();
  http::append_accepted(text, id_, state, result_url_, files_.front().filename);
  // Who has waited in vain is told apart from who got the end.
  const auto code = waiting_.seconds == 0 ? conf_.upload_code : ngx_uint_t{NGX_HTTP_ACCEPTED};
  return send_body(r_, code, "application/json", text);
}

/// Ends the request from outside nginx's own call: whatever it has waiting runs too.
void Upload::finalize(ngx_int_t rc) {
  ngx_connection_t* connection = r_->connection;
  ngx_http_finalize_request(r_, rc);
  ngx_http_run_posted_requests(connection);
}

ngx_int_t handle_upload(ngx_http_request_t* r) noexcept try {
  Caller caller;
  if (const auto answered = refuse(r, NGX_HTTP_POST | NGX_HTTP_PUT, "POST, PUT, OPTIONS", caller)) {
    return *answered;
  }
  Worker* worker = Worker::current();
  Upload* upload = worker != nullptr
                       ? make_in_pool<Upload>(r->pool, r, *location_conf(r), *worker, std::move(caller.owner))
                       : nullptr;
  Context* context = context_of(r);
  if (upload == nullptr || context == nullptr) {
    ngx_http_discard_request_body(r);
    return worker == nullptr ? send_problem(r, store_unavailable()) : NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  context->upload = upload;
  if (const auto begun = upload->begin(); !begun) {
    ngx_http_discard_request_body(r);
    return send_problem(r, begun.error());
  }
  r->request_body_no_buffering = 1;
  const ngx_int_t rc = ngx_http_read_client_request_body(r, on_readable);
  return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
} catch (...) {
  return internal_error(r, "docket_upload");
}

}  // namespace docket::ngx
