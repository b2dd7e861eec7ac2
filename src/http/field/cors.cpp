#include "http/field/cors.h"

#include <algorithm>

#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::string_view scheme_end = "://";

/// host[:port] without the port that `scheme` has anyway.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) noexcept {
  const std::string_view port = scheme == "https" ? ":443" : scheme == "http" ? ":80" : "";
  return !port.empty() && authority.ends_with(port) ? authority.substr(0, authority.size() - port.size()) : authority;
}

/// Whether `origin` is the server that was asked, as far as the request tells: TLS may end before us, so only host and
/// port count.
bool is_own(std::string_view origin, std::string_view host) noexcept {
  const auto at = origin.find(scheme_end);
  if (at == std::string_view::npos || host.empty()) {
    return false;
  }
  const auto scheme = origin.substr(0, at);
  return equal_ignoring_case(without_default_port(origin.substr(at + scheme_end.size()), scheme),
                             without_default_port(host, scheme));
}

tl::unexpected<Error> refused(std::string_view what) {
  return fail(ErrorCode::cross_origin, std::string(what) + "; docket_cors lists the origins that may.");
}

}  // namespace

bool CorsPolicy::lists(std::string_view origin) const noexcept {
  return any || std::find(origins.begin(), origins.end(), origin) != origins.end();
}

bool is_origin(std::string_view text) noexcept {
  const auto at = text.find(scheme_end);
  if (at == 0 || at == std::string_view::npos) {
    return false;
  }
  const auto scheme = text.substr(0, at);
  const auto authority = text.substr(at + scheme_end.size());
  const auto is_scheme_char = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const auto is_host_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("-._:[]").find(c) != std::string::npos;
  };
  return !authority.empty() && std::all_of(scheme.begin(), scheme.end(), is_scheme_char) &&
         std::all_of(authority.begin(), authority.end(), is_host_char) &&
         without_default_port(authority, scheme) == authority;
}

Result<void> check_origin(const OriginFacts& facts, const CorsPolicy* policy) {
  // Browsers let no page write this field.
  if (facts.sec_fetch_site == "same-origin" || facts.sec_fetch_site == "none") {
    return {};
  }
  if (facts.origin.empty()) {
    return facts.sec_fetch_site == "cross-site" ? refused("A page of another site may not do this") : Result<void>();
  }
  if (is_own(facts.origin, facts.host)) {
    return {};
  }
  const auto name = quoted_for_detail(facts.origin);
  if (policy == nullptr || !policy->lists(facts.origin)) {
    return refused("Pages of " + name + " may not do this");
  }
  if (policy->any && facts.has_cookie) {
    return refused("Pages of " + name + " may not do this with a cookie, since every origin is allowed");
  }
  return {};
}

std::optional<CorsAnswer> cors_answer(std::string_view origin, const CorsPolicy& policy) noexcept {
  if (origin.empty() || !policy.lists(origin)) {
    return std::nullopt;
  }
  return policy.any ? CorsAnswer{"*", false} : CorsAnswer{origin, true};
}

}  // namespace docket::http
