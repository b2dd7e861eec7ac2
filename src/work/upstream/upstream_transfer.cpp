#include "work/upstream/upstream_transfer.h"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "host/file_io.h"

namespace docket {
namespace {

// As much as nginx takes of a client's by default, twice.
constexpr std::size_t max_head = std::size_t{64} * 1024;
constexpr long connect_timeout_ms = 30'000;
constexpr long buffer_size = 256L * 1024;

constexpr unsigned first_final_status = 200;
constexpr unsigned last_status = 599;

/// The code in a head's first line, "HTTP/1.1 200 OK"; 0 for what is no status line (RFC 9112, 4).
unsigned status_of(std::string_view head) noexcept {
  const auto line = head.substr(0, head.find('\n'));
  const auto code = line.substr(std::min(line.find(' '), line.size()));
  const bool is_line = line.starts_with("HTTP/") && code.size() >= 4 && (code.size() == 4 || code[4] == ' ') &&
                       std::all_of(code.begin() + 1, code.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
  return is_line ? static_cast<unsigned>((code[1] - '0') * 100 + (code[2] - '0') * 10 + (code[3] - '0')) : 0;
}

}  // namespace

bool is_idempotent(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> methods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != methods.end();
}

Result<std::unique_ptr<UpstreamTransfer>> UpstreamTransfer::make(UpstreamRequest request) {
  std::unique_ptr<UpstreamTransfer> transfer(new UpstreamTransfer(std::move(request)));
  if (auto done = transfer->set_up(); !done) {
    return pass_on(done);
  }
  return transfer;
}

Result<void> UpstreamTransfer::set_up() {
  easy_.reset(::curl_easy_init());
  // libcurl would wait for the body of an answer to a HEAD that has a body itself.
  const bool has_body = static_cast<bool>(request_.body) && request_.method != "HEAD";
  auto& lines = request_.headers;
  lines.emplace_back("Expect:");  // not waited for: most servers do not answer it
  if (!has_body && (request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH")) {
    lines.emplace_back("Content-Length: 0");  // RFC 9110, 8.6
  }
  if (!easy_ || !std::ranges::all_of(lines, [this](const auto& line) { return append(headers_, line); })) {
    return fail(ErrorCode::io, "curl has no memory");
  }
  CURL* const easy = easy_.get();
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = good && ::curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  if (!request_.socket.empty()) {
    set(CURLOPT_UNIX_SOCKET_PATH, request_.socket.c_str());
  }
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // none, whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // as in callback/callback_transfer.cpp
  set(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_ms));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTP_CONTENT_DECODING, 0L);  // as it came
  set(CURLOPT_BUFFERSIZE, buffer_size);
  set(CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
  set(CURLOPT_HTTPHEADER, headers_.get());
  if (!is_idempotent(request_.method)) {
    // What goes over a connection that was used before curl sends again where that turns out to be closed.
    set(CURLOPT_FRESH_CONNECT, 1L);
  }
  if (has_body) {
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body_size));
    set(CURLOPT_READFUNCTION, &UpstreamTransfer::on_read);
    set(CURLOPT_READDATA, static_cast<void*>(this));
    set(CURLOPT_SEEKFUNCTION, &UpstreamTransfer::on_seek);
    set(CURLOPT_SEEKDATA, static_cast<void*>(this));
  } else if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  set(CURLOPT_PREREQFUNCTION, &UpstreamTransfer::on_connected);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &UpstreamTransfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &UpstreamTransfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  return good ? Result<void>() : fail(ErrorCode::upstream_failed, "libcurl does not take " + request_.url);
}

int UpstreamTransfer::begin_sending() noexcept {
  try {
    if (!end_.response) {
      auto response = request_.create_response();
      if (!response) {
        end_.our_error = response.error();
        return CURL_PREREQFUNC_ABORT;
      }
      end_.response = std::move(*response);
    }
    end_.sent = true;
    return CURL_PREREQFUNC_OK;
  } catch (...) {
    return CURL_PREREQFUNC_ABORT;
  }
}

bool UpstreamTransfer::take_head(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  if (head_is_whole_ && status_of(end_.head) >= first_final_status) {  // fields behind the body
    trailers_size_ += line.size() + 1;
    return fits(end_.head.size() + trailers_size_);
  }
  if (head_is_whole_) {  // the next answer, after one of 100 and more
    end_.head.clear();
    head_is_whole_ = false;
    asks_again_ = false;
  }
  if (line.empty()) {
    head_is_whole_ = true;
    return true;
  }
  if (!fits(end_.head.size() + line.size())) {
    return false;
  }
  constexpr std::string_view retry_after = "retry-after:";
  asks_again_ = asks_again_ || (line.size() > retry_after.size() &&
                                ::strncasecmp(line.data(), retry_after.data(), retry_after.size()) == 0);
  end_.head.append(line).append("\n");
  return true;
}

bool UpstreamTransfer::fits(std::size_t head) {
  if (head < max_head) {
    return true;
  }
  end_.problem = "its header takes more than " + std::to_string(max_head / 1024) + " KB";
  return false;
}

bool UpstreamTransfer::take_body(std::string_view bytes) {
  if (bytes.size() > request_.max_response - std::min(end_.size, request_.max_response)) {
    end_.our_error =
        Error{ErrorCode::upstream_failed, "its body takes more than the " + std::to_string(request_.max_response) +
                                              " bytes that docket_pass_response allows"};
    return false;
  }
  if (auto written = write_at(end_.response.get(), bytes, end_.size); !written) {
    end_.our_error = written.error();
    return false;
  }
  end_.size += bytes.size();
  return true;
}

TransferEnd UpstreamTransfer::end(CURLcode result) {
  auto end = std::move(end_);
  if (result == CURLE_OK) {
    long code = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
    curl_off_t seconds = 0;
    ::curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
    end.status = status_of(end.head);
    if (asks_again_) {
      end.retry_after_s = static_cast<std::uint32_t>(std::clamp<curl_off_t>(seconds, 0, UINT32_MAX));
    }
    if (end.status < first_final_status || end.status > last_status || static_cast<long>(end.status) != code) {
      end.status = 0;
      end.problem = "its status is none of HTTP";
    }
    return end;
  }
  end.timed_out = result == CURLE_OPERATION_TIMEDOUT && end.sent;
  if (end.problem.empty()) {
    end.problem = ::curl_easy_strerror(result);
  }
  return end;
}

// ---- What libcurl calls.

int UpstreamTransfer::on_connected(void* self, char*, char*, int, int) noexcept {
  return static_cast<UpstreamTransfer*>(self)->begin_sending();
}

std::size_t UpstreamTransfer::on_read(char* room, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<UpstreamTransfer*>(self);
  const auto left = transfer.request_.body_size - transfer.body_sent_;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size * count, left));
  const auto got = ::pread(transfer.request_.body.get(), room, wanted, static_cast<off_t>(transfer.body_sent_));
  if (got < 0 || (got == 0 && wanted > 0)) {
    return CURL_READFUNC_ABORT;
  }
  transfer.body_sent_ += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

int UpstreamTransfer::on_seek(void* self, curl_off_t offset, int origin) noexcept {
  auto& transfer = *static_cast<UpstreamTransfer*>(self);
  if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > transfer.request_.body_size) {
    return CURL_SEEKFUNC_FAIL;
  }
  transfer.body_sent_ = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t UpstreamTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
  try {
    return static_cast<UpstreamTransfer*>(self)->take_head({bytes, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;  // curl ends it
  }
}

std::size_t UpstreamTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
  try {
    return static_cast<UpstreamTransfer*>(self)->take_body({bytes, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

}  // namespace docket
