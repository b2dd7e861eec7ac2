// Pages of other origins (Fetch, 3.2: CORS; Fetch Metadata): which may read our answers, and which requests they may
// make.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace docket::http {

/// docket_cors of a location. Belongs to the configuration.
struct CorsPolicy {
  bool any = false;                  ///< `*`: every origin, never with credentials
  std::vector<std::string> origins;  ///< these, with credentials; as browsers write them

  [[nodiscard]] bool lists(std::string_view origin) const noexcept;
};

/// Whether `text` is an origin as browsers write it: scheme://host[:port], in lower case, without a path and without
/// the scheme's own port.
bool is_origin(std::string_view text) noexcept;

/// The header fields of a request that say where it comes from; empty: not there.
struct OriginFacts {
  std::string_view origin{};
  std::string_view sec_fetch_site{};
  std::string_view host{};  ///< host[:port] that was asked for
  bool has_cookie = false;
};

/// Whether a request that changes something may come from there: from our own pages, from listed origins, and from what
/// is no browser. `policy` null: docket_cors is off. cross_origin, which names the origin, for all others; also, where
/// every origin is listed, for one with a cookie, since that is somebody's session.
Result<void> check_origin(const OriginFacts& facts, const CorsPolicy* policy);

/// What an answer tells the browser about a page that may read it.
struct CorsAnswer {
  std::string_view allow_origin;
  bool credentials = false;

  friend bool operator==(const CorsAnswer&, const CorsAnswer&) = default;
};

/// Nothing for an origin that is not listed, and for a request without one.
std::optional<CorsAnswer> cors_answer(std::string_view origin, const CorsPolicy& policy) noexcept;

/// Fields of requests that pages may set, and of answers that they may read.
inline constexpr std::string_view cors_request_fields =
    "Authorization, Content-Type, Content-Disposition, X-Api-Key, Idempotency-Key, Prefer, If-Match, If-None-Match, "
    "Range, Last-Event-ID, Cache-Control, X-Requested-With, traceparent, tracestate";
inline constexpr std::string_view cors_exposed_fields =
    "Location, Content-Location, ETag, Retry-After, Link, Preference-Applied, Content-Disposition, Content-Range, "
    "Accept-Ranges, WWW-Authenticate";

}  // namespace docket::http
