// Who is asking, and whether the request may go on: what every handler asks first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Who is asking. One request's.
struct Caller {
  std::string owner;      ///< of the jobs that they submit; empty: clients are not distinguished
  bool is_known = false;  ///< clients are distinguished here
  bool admin = false;     ///< sees all jobs

  /// Whether a job of `job_owner` is there for this caller. Where clients are not
  /// distinguished, all that know its id may use it.
  [[nodiscard]] bool may_use(std::string_view job_owner) const noexcept {
    return !is_known || admin || owner == job_owner;
  }

  /// The only owner whose jobs may be changed; nothing: any.
  [[nodiscard]] std::optional<std::string> restricted_to() const {
    return is_known && !admin ? std::optional(owner) : std::nullopt;
  }
};

/// Nothing if the request may go on: `caller` says for whom. Else it was answered, and this is what the handler
/// returns: 204 for OPTIONS and 405 for methods that are not in `allowed` (a mask of NGX_HTTP_GET …), both with `allow`
/// as the field Allow; 403 for pages of other origins that would change something; 401 for clients that are not known
/// where docket_tokens or docket_owner ask for it.
std::optional<ngx_int_t> check_access(ngx_http_request_t* r, ngx_uint_t allowed, std::string_view allow,
                                      Caller& caller);

/// Whose jobs the caller may see in lists and events: their own; nothing: those of all owners, where the location says
/// "anyone" and for admins. forbidden where clients are not distinguished; `directive` is the one that could allow it.
Result<std::optional<std::string>> whose_jobs(ngx_http_request_t* r, const Caller& caller, std::string_view directive);

}  // namespace docket::ngx
