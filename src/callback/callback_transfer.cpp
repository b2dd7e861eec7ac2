#include "callback/callback_transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/version.h"

namespace docket {
namespace {

/// Head and body of an answer; what a receiver says beyond this is not even discarded.
constexpr std::size_t max_received = std::size_t{64} * 1024;

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

/// A part of the URL; empty if it has none.
std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) {
    return {};
  }
  std::string copy(text);
  ::curl_free(text);
  return copy;
}

tl::unexpected<Error> bad_url() {
  return fail(ErrorCode::bad_option, "the callback's URL cannot be used");
}

/// The host, as curl itself understands the URL.
Result<std::string> host_of(const std::string& text) {
  const Url url(::curl_url());
  if (!url || ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return bad_url();
  }
  const auto scheme = part_of(url, CURLUPART_SCHEME);
  auto host = part_of(url, CURLUPART_HOST);
  if ((scheme != "http" && scheme != "https") || host.empty() || !part_of(url, CURLUPART_USER).empty() ||
      !part_of(url, CURLUPART_PASSWORD).empty()) {
    return bad_url();
  }
  return host;
}

DeliveryError error_of(CURLcode result, bool refused) noexcept {
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
      return DeliveryError::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
      return DeliveryError::resolve;
    case CURLE_COULDNT_CONNECT:
      return refused ? DeliveryError::refused_address : DeliveryError::connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return DeliveryError::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // a URL was looked at before: this is an answer in no HTTP we know
    case CURLE_WRITE_ERROR:
    case CURLE_OK:
      return DeliveryError::connection_lost;
    case CURLE_URL_MALFORMAT:
      return DeliveryError::bad_url;
    default:
      return DeliveryError::internal;
  }
}

}  // namespace

Result<std::unique_ptr<CallbackTransfer>> CallbackTransfer::make(CallbackRequest request) {
  std::unique_ptr<CallbackTransfer> transfer(new CallbackTransfer(std::move(request)));
  if (auto done = transfer->set_up(); !done) {
    return pass_on(done);
  }
  return transfer;
}

bool CallbackTransfer::set_headers() {
  return std::ranges::all_of(request_.headers, [this](const auto& line) { return append(headers_, line); });
}

Result<void> CallbackTransfer::set_up() {
  auto host = host_of(request_.url);
  if (!host) {
    return pass_on(host);
  }
  host_ = std::move(*host);
  began_ms_ = unix_ms();
  request_.headers.emplace_back("Expect:");  // no 100-continue: half of the time would be spent on waiting for it
  easy_.reset(::curl_easy_init());
  if (!easy_ || !set_headers()) {
    return fail(ErrorCode::io, "curl has no memory");
  }
  CURL* const easy = easy_.get();
  static const std::string agent = "Docket/" + std::string(version);
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = good && ::curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // none, whatever the environment says
  set(CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold up the others when this one is given up. Its thread is left to
  // itself, and so libcurl has to stay where it is: see LibcurlUse.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_ms));
  // A connection that a trusted callback made would not be checked again.
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  // A receiver that has moved is found by the next attempt; the system has its own cache of names.
  set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_USERAGENT, agent.c_str());
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(CURLOPT_POSTFIELDS, request_.body.c_str());
  set(CURLOPT_OPENSOCKETFUNCTION, &CallbackTransfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CallbackTransfer::discard);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &CallbackTransfer::discard);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  return good ? Result<void>() : fail(ErrorCode::io, "curl does not take an option");
}

curl_socket_t CallbackTransfer::open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<CallbackTransfer*>(self);
  try {
    const auto ip = IpAddress::of(&address->addr, address->addrlen);
    if (purpose != CURLSOCKTYPE_IPCXN || !ip ||
        (!transfer.request_.trusted && !transfer.request_.filter.permits(transfer.host_, *ip))) {
      transfer.refused_ = true;
      return CURL_SOCKET_BAD;
    }
  } catch (...) {
    return CURL_SOCKET_BAD;
  }
  const auto opened = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  transfer.opened_ = transfer.opened_ || opened >= 0;
  return opened;
}

std::size_t CallbackTransfer::discard(char*, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<CallbackTransfer*>(self);
  transfer.received_ += size * count;
  return transfer.received_ > max_received ? 0 : size * count;  // 0: curl closes the connection
}

DeliveryAttempt CallbackTransfer::attempt(CURLcode result) const {
  long code = 0;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
  DeliveryAttempt attempt;
  attempt.at_ms = began_ms_;
  attempt.took_ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(unix_ms() - began_ms_, 0, UINT32_MAX));
  if (code >= 200 && code <= 999) {
    attempt.code = static_cast<std::uint16_t>(code);
    attempt.error = code < 300 ? DeliveryError::none : DeliveryError::status;
  } else {
    attempt.error = error_of(result, refused_ && !opened_);
  }
  return attempt;
}

std::uint64_t CallbackTransfer::retry_after_ms() const {
  constexpr curl_off_t ms = 1000;
  constexpr curl_off_t longest = 1'000'000'000;
  curl_off_t seconds = 0;
  ::curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  return static_cast<std::uint64_t>(std::clamp<curl_off_t>(seconds, 0, longest) * ms);
}

}  // namespace docket
