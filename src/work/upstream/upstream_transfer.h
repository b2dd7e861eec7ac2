// One request to another server on its way, by libcurl: its body from a file, the answer into a file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "callback/libcurl.h"

namespace docket {

struct UpstreamRequest {
  std::string method;
  std::string url;
  std::string socket;                ///< path of a UNIX socket to connect to; empty: the URL's host
  std::vector<std::string> headers;  ///< lines such as "Accept: */*"
  Fd body;                           ///< not open: the request has none
  std::uint64_t body_size = 0;
  std::uint64_t max_response = 0;  ///< in bytes
  std::uint32_t timeout_ms = 0;    ///< for all of it
  /// Makes the file that the answer goes into, when there is a connection and nothing was sent yet: from then on the
  /// server may have seen the request. Called once, on the client's thread.
  std::function<Result<Fd>()> create_response;
};

/// Methods that may be sent again whatever became of them (RFC 9110, 9.2.2).
bool is_idempotent(std::string_view method) noexcept;

/// What became of a request.
struct TransferEnd {
  unsigned status = 0;                           ///< of the answer, which came whole; 0: none did
  bool sent = false;                             ///< the server may have seen the request
  bool timed_out = false;                        ///< timeout_ms
  std::optional<Error> our_error{};              ///< the answer could not be stored, or is larger than max_response
  std::string problem{};                         ///< why there is no answer, for people
  std::string head{};                            ///< the answer's status line and fields, a line each, as they came
  std::uint64_t size = 0;                        ///< of its body
  std::optional<std::uint32_t> retry_after_s{};  ///< what its Retry-After asks for
  Fd response{};                                 ///< open where the body is
};

/// Follows no redirect, goes through no proxy, decodes nothing. Made by one thread, then used by the client's alone;
/// not moved, for libcurl points to it. Destroyed when its handle is in no multi handle any more.
class UpstreamTransfer {
 public:
  /// upstream_failed for a URL that libcurl does not take, io.
  static Result<std::unique_ptr<UpstreamTransfer>> make(UpstreamRequest request);

  UpstreamTransfer(const UpstreamTransfer&) = delete;
  UpstreamTransfer& operator=(const UpstreamTransfer&) = delete;
  ~UpstreamTransfer() = default;

  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }

  /// How it ended, where curl says `result`. Once.
  TransferEnd end(CURLcode result);

 private:
  explicit UpstreamTransfer(UpstreamRequest request) : request_(std::move(request)) {}
  Result<void> set_up();
  int begin_sending() noexcept;
  bool take_head(std::string_view line);
  bool fits(std::size_t head);
  bool take_body(std::string_view bytes);

  static int on_connected(void* self, char* ip, char* local_ip, int port, int local_port) noexcept;
  static std::size_t on_read(char* room, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_seek(void* self, curl_off_t offset, int origin) noexcept;
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;

  UpstreamRequest request_;
  TransferEnd end_;
  std::uint64_t body_sent_ = 0;
  bool head_is_whole_ = false;
  bool asks_again_ = false;        ///< the head has Retry-After
  std::size_t trailers_size_ = 0;  ///< of fields behind the body
  CurlList headers_;
  CurlEasy easy_;  // the last: it points to the others
};

}  // namespace docket
