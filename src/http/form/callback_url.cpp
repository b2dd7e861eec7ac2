#include "http/form/callback_url.h"

#include <algorithm>

#include "http/field/text.h"

namespace docket::http {
namespace {

tl::unexpected<Error> bad(std::string_view why) {
  std::string detail = "The callback's URL ";
  detail += why;
  detail += '.';
  return fail(ErrorCode::bad_option, std::move(detail));
}

bool is_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') && std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
             return hex_value(c) >= 0 || c == ':' || c == '.';
           });
  }
  // Names in other letters than these have a form in these (RFC 5890).
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    const char low = to_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

bool is_port(std::string_view port) noexcept {
  constexpr std::uint64_t highest = 65'535;
  const auto number = parse_number(port);
  return number && *number >= 1 && *number <= highest;
}

}  // namespace

Result<void> check_callback_url(std::string_view url) {
  if (url.size() > max_callback_url) {
    return bad("has more than 2048 bytes");
  }
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '#'; })) {
    return bad("has characters that may not stand in it as they are");
  }
  const auto colon = url.find("://");
  const auto scheme = colon == std::string_view::npos ? std::string_view() : url.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) {
    return bad("has to begin with http:// or https://");
  }
  const auto rest = url.substr(colon + 3);
  auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) {
    return bad("may have no user or password");
  }
  const auto bracket = authority.find(']');
  const auto port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port != std::string_view::npos) {
    if (!is_port(authority.substr(port + 1))) {
      return bad("has a port that is none");
    }
    authority = authority.substr(0, port);
  }
  return is_host(authority) ? Result<void>() : bad("has no host");
}

}  // namespace docket::http
