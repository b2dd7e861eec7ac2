#include "nginx/jobs/page_stream.h"

#include <sys/stat.h>

#include <string>
#include <utility>

#include "http/body/pages_body.h"
#include "http/body/status_body.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"

namespace docket::ngx {
namespace {

/// What is done for one stream in one turn of the event loop.
constexpr int steps_a_turn = 16;

constexpr ngx_msec_t hold_ms = 60'000;

ngx_buf_tag_t tag() noexcept {
  return &ngx_http_docket_module;
}

}  // namespace

PageStream::PageStream(ngx_http_request_t* r, Worker& worker, const JobId& job, Format format, std::uint32_t after)
    : r_(r),
      worker_(worker),
      job_(job),
      format_(format),
      walk_(job, after, PageWalk::AtGap::wait),
      hold_(
          this, [](void* self) noexcept { static_cast<PageStream*>(self)->hold_.start(hold_ms); }, r->connection->log) {
}

ngx_int_t PageStream::begin() {
  r_->headers_out.status = NGX_HTTP_OK;
  r_->headers_out.content_type = str(http::lines_type);
  r_->headers_out.content_type_len = http::lines_type.size();
  r_->headers_out.content_length_n = -1;
  ngx_http_clear_accept_ranges(r_);
  if (!add_stream_headers(r_)) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  ngx_int_t rc = ngx_http_send_header(r_);
  if (rc == NGX_ERROR || rc > NGX_OK || r_->header_only) {
    return rc;
  }
  rc = ngx_http_send_special(r_, NGX_HTTP_FLUSH);  // the client sees at once that it is told
  if (rc == NGX_ERROR) {
    return rc;
  }
  worker_.hub().subscribe(*this, job_);
  hold_.start(hold_ms);
  ++r_->main->count;
  r_->read_event_handler = ngx_http_test_reading;
  r_->write_event_handler = on_writable;
  worker_.hub().schedule(*this);
  return NGX_DONE;
}

void PageStream::quit() noexcept {
  // The client comes again, behind the page that was its last. One that does not read is not waited for.
  quitting_ = true;
  advance();
}

/// Sends what there is to send; may end the request, and this with it.
void PageStream::advance() noexcept {
  if (ended_) {
    return;
  }
  ngx_int_t rc = NGX_ERROR;
  guard(r_->connection->log, "a stream of pages", [&] { rc = send_lines(); });
  if (rc == NGX_AGAIN) {
    if (!quitting_) {
      return;
    }
    rc = NGX_ERROR;
  }
  end(rc == NGX_OK ? ngx_http_send_special(r_, NGX_HTTP_LAST) : rc);
}

/// NGX_AGAIN: the stream goes on; NGX_OK: all was sent, and nothing follows.
ngx_int_t PageStream::send_lines() {
  if (r_->connection->error != 0) {
    return NGX_ERROR;
  }
  for (int step = 0; step < steps_a_turn; ++step) {
    if (busy_ != nullptr) {
      if (const ngx_int_t rc = send(nullptr); rc != NGX_OK) {
        return rc;
      }
    }
    if (last_) {
      return NGX_OK;
    }
    const auto next = walk_.next(worker_.reader());
    if (!next) {
      return refuse(next.error());
    }
    if (*next == PageWalk::Step::wait && !quitting_) {
      return NGX_AGAIN;
    }
    if (const ngx_int_t rc = send_line(*next); rc != NGX_OK) {
      return rc;
    }
  }
  if (!quitting_) {
    worker_.hub().schedule(*this);
  }
  return NGX_AGAIN;
}

/// The line for a step of the walk, if it has one. NGX_OK: nginx has got rid of it.
ngx_int_t PageStream::send_line(PageWalk::Step step) {
  using Step = PageWalk::Step;
  text_.clear();
  if (step == Step::page && walk_.page().error == ErrorCode::none) {
    return send_page();
  }
  if (step == Step::page) {
    http::append_page_error(text_, walk_);
  } else if (step == Step::lost_file) {
    http::append_lost_file(text_, walk_);
  } else if (step == Step::gone) {
    http::append_deleted(text_, job_);
    text_ += '\n';
  } else if (step == Step::wait || (step == Step::end && walk_.head().state == State::failed)) {
    http::append_last_line(text_, job_, walk_);
  }
  last_ = step == Step::gone || step == Step::wait || step == Step::end;
  ngx_chain_t* out = nullptr;
  if (text_.empty()) {
    return NGX_OK;
  }
  return add_text(&out, text_) ? send(out) : NGX_ERROR;
}

/// A page that is done, with its content out of its file.
ngx_int_t PageStream::send_page() {
  auto line = http::find_page_line(walk_, format_);
  if (!line) {
    return refuse({ErrorCode::bad_record, "page " + std::to_string(walk_.number()) + " of job " + job_.text() +
                                              " has nothing in this format"});
  }
  const auto end = static_cast<off_t>(line->offset + line->length);
  if (auto opened = open(walk_.page().outputs.output_file, end); !opened) {
    return refuse(opened.error());
  }
  text_ = std::move(line->prefix);
  ngx_chain_t* out = nullptr;
  ngx_chain_t** at = add_text(&out, text_);
  ngx_buf_t* content = at != nullptr && line->length != 0 ? add_buffer(at) : nullptr;
  if (content != nullptr) {
    content->file = &file_;
    content->file_pos = static_cast<off_t>(line->offset);
    content->file_last = end;
    content->in_file = 1;
    at = &(*at)->next;
  }
  return at != nullptr && (content != nullptr || line->length == 0) && add_text(at, line->suffix) ? send(out)
                                                                                                  : NGX_ERROR;
}

/// Opens a file of the job's, unless it is open, that goes at least to `end`. As nginx does it with every file that it
/// sends, on the event loop.
Result<void> PageStream::open(const OutputFile& output_file, off_t end) {
  if (output_file_ != output_file) {
    auto opened = worker_.spool().open_output(job_, output_file);
    if (!opened) {
      return pass_on(opened);
    }
    fd_ = std::move(*opened);
    output_file_ = output_file;
    ngx_memzero(&file_, sizeof(file_));
    file_.fd = fd_.get();
    file_.name = str("a job's pages");
    file_.log = r_->connection->log;
  }
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0 || info.st_size < end) {
    return fail(ErrorCode::io, "the pages of job " + job_.text() + " are shorter than their record says");
  }
  return {};
}

/// Puts an empty buffer at the end of a chain, which `at` points to. Null when memory is short.
ngx_buf_t* PageStream::add_buffer(ngx_chain_t** at) noexcept {
  ngx_chain_t* link = ngx_chain_get_free_buf(r_->pool, &free_);
  if (link == nullptr) {
    return nullptr;
  }
  ngx_memzero(link->buf, sizeof(ngx_buf_t));
  link->buf->tag = tag();
  link->next = nullptr;
  *at = link;
  return link->buf;
}

/// The same with a text, which outlives it and ends a line or has the rest of it behind; where the chain ends now.
ngx_chain_t** PageStream::add_text(ngx_chain_t** at, std::string_view text) noexcept {
  ngx_buf_t* buffer = add_buffer(at);
  if (buffer == nullptr) {
    return nullptr;
  }
  const ngx_str_t bytes = str(text);
  buffer->start = buffer->pos = bytes.data;
  buffer->end = buffer->last = bytes.data + bytes.len;
  buffer->memory = 1;
  buffer->flush = text.ends_with('\n') ? 1 : 0;
  return &(*at)->next;
}

/// NGX_OK: nginx has got rid of all that it was given; NGX_AGAIN: when the client takes more, it goes on.
ngx_int_t PageStream::send(ngx_chain_t* out) {
  if (ngx_http_output_filter(r_, out) == NGX_ERROR) {
    return NGX_ERROR;
  }
  ngx_chain_update_chains(r_->pool, &free_, &busy_, &out, tag());
  return busy_ == nullptr ? NGX_OK : wait_for_writing(r_);
}

/// The client sees that the stream was cut, the operator why.
ngx_int_t PageStream::refuse(const Error& error) const {
  ngx_log_error(NGX_LOG_ERR, r_->connection->log, 0, "docket: a stream of pages ends: %s", error.detail.c_str());
  return NGX_ERROR;
}

void PageStream::on_writable(ngx_http_request_t* r) noexcept {
  auto* stream = find_context(r)->pages;
  if (may_write(r)) {
    stream->advance();
  } else {
    stream->end(NGX_HTTP_REQUEST_TIME_OUT);
  }
}

void PageStream::end(ngx_int_t rc) noexcept {
  ended_ = true;
  Hub::unsubscribe(*this);
  hold_.stop();
  r_->read_event_handler = ngx_http_block_reading;
  end_request(r_, rc);  // this may be gone now
}

}  // namespace docket::ngx
