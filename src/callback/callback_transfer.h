// One try of a callback on its way, by libcurl.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "callback/address_filter.h"
#include "callback/libcurl.h"
#include "job/delivery.h"

namespace docket {

/// What is sent where.
struct CallbackRequest {
  std::string url;
  std::vector<std::string> headers;  ///< lines such as "Content-Type: application/json"
  std::string body;
  bool trusted = false;  ///< `filter` is not asked
  AddressFilter filter{true, {}};
  std::uint32_t timeout_ms = 20'000;  ///< for all of it
};

/// A POST whose answer is looked at as far as its code. Follows nothing, goes through no proxy, shares no connection
/// with others: each is checked where it is made. Owned by the sender, on its thread; not moved, for libcurl points to
/// it. Destroyed when its handle is in no multi handle any more.
class CallbackTransfer {
 public:
  /// bad_option for a URL that is not http or https, or has userinfo.
  static Result<std::unique_ptr<CallbackTransfer>> make(CallbackRequest request);

  CallbackTransfer(const CallbackTransfer&) = delete;
  CallbackTransfer& operator=(const CallbackTransfer&) = delete;
  ~CallbackTransfer() = default;

  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }

  /// How it ended, where curl says `result`. Whatever became of the body, the code decides.
  [[nodiscard]] DeliveryAttempt attempt(CURLcode result) const;
  /// What Retry-After asks for; 0: nothing.
  [[nodiscard]] std::uint64_t retry_after_ms() const;

 private:
  explicit CallbackTransfer(CallbackRequest request) : request_(std::move(request)) {}
  Result<void> set_up();
  bool set_headers();
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static std::size_t discard(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;

  CallbackRequest request_;
  std::string host_;
  std::int64_t began_ms_ = 0;
  std::size_t received_ = 0;
  bool refused_ = false;  ///< an address was
  bool opened_ = false;   ///< a socket was
  CurlList headers_;
  CurlEasy easy_;  // the last: it points to the others
};

}  // namespace docket
