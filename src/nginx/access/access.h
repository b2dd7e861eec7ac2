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
  std::string owner;      ///< of the jobs that they submit; empty: nobody in particular
  bool is_known = false;  ///< callers are told apart here
  bool admin = false;     ///< sees all jobs

  /// Whether a job of `job_owner` is there for this caller. Where nobody is told apart, whoever knows its id may use
  /// it.
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
/// as the field Allow; 403 for pages of other origins that would change something; 401 for who is not known where
/// docket_tokens or docket_owner ask for it.
std::optional<ngx_int_t> refuse(ngx_http_request_t* r, ngx_uint_t allowed, std::string_view allow, Caller& caller);

/// Whose jobs the caller may have listed, or be told of: their own; nothing: everybody's, where the location says
/// "anyone" and for admins. forbidden where nobody is told apart; `directive` names who could allow it.
Result<std::optional<std::string>> whose_jobs(ngx_http_request_t* r, const Caller& caller, std::string_view directive);

}  // namespace docket::ngx
