#include "http/field/tokens.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/hex.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

tl::unexpected<Error> bad_line(std::size_t number, std::string_view what) {
  return fail(ErrorCode::bad_option, "line " + std::to_string(number) + ": " + std::string(what));
}

bool is_name(std::string_view name) noexcept {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !name.empty() && name.size() <= TokenList::max_name && is_valid_utf8(name) &&
         std::none_of(name.begin(), name.end(), is_control);
}

/// The digest written as 64 hexadecimal digits of any case.
std::optional<Sha256> parse_digest(std::string_view text) {
  const auto digits = lower(text);
  Sha256 digest{};
  if (digits.size() != 2 * digest.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.size(); ++i) {
    if (!read_hex(digits.data() + 2 * i, digest[i])) {
      return std::nullopt;
    }
  }
  return digest;
}

/// Nothing for a word that is no scope.
std::optional<std::uint8_t> parse_scopes(std::string_view text) {
  std::uint8_t scopes = 0;
  bool known = true;
  each_item(text, ",", [&](std::string_view word) {
    if (word == "admin") {
      scopes |= static_cast<std::uint8_t>(Scope::admin);
    } else {
      known = false;
    }
    return known;
  });
  return known ? std::optional(scopes) : std::nullopt;
}

/// What stands behind `scheme` and blanks; nothing for another scheme.
std::optional<std::string_view> after_scheme(std::string_view field, std::string_view scheme) noexcept {
  if (field.size() < scheme.size() || !equal_ignoring_case(field.substr(0, scheme.size()), scheme) ||
      (field.size() > scheme.size() && !is_space(field[scheme.size()]))) {
    return std::nullopt;
  }
  return trim(field.substr(scheme.size()));
}

}  // namespace

Result<TokenList> TokenList::parse(std::string_view text) {
  TokenList list;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = trim(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      return bad_line(number, "expected name:sha256-of-token[:scope,…]");
    }
    const auto rest = line.substr(colon + 1);
    const auto scopes_at = rest.find(':');
    const auto digest = parse_digest(trim(rest.substr(0, scopes_at)));
    const auto scopes = parse_scopes(scopes_at == std::string_view::npos ? "" : rest.substr(scopes_at + 1));
    const auto name = trim(line.substr(0, colon));
    if (!is_name(name)) {
      return bad_line(number, "a name is 1 to 255 bytes of text without control characters");
    }
    if (!digest) {
      return bad_line(number, "the SHA-256 of a token is 64 hexadecimal digits, as sha256sum prints them");
    }
    if (!scopes) {
      return bad_line(number, "the only scope there is is admin");
    }
    const auto same = [&digest](const Token& token) { return token.digest == *digest; };
    if (std::any_of(list.tokens_.begin(), list.tokens_.end(), same)) {
      return bad_line(number, "this token is in the file already");
    }
    list.tokens_.push_back({std::string(name), *digest, *scopes});
  }
  return list;
}

const Token* TokenList::find(std::string_view secret) const {
  const auto digest = sha256(secret);
  const Token* found = nullptr;
  for (const auto& token : tokens_) {
    if (CRYPTO_memcmp(token.digest.data(), digest.data(), digest.size()) == 0) {
      found = &token;
    }
  }
  return found;
}

Result<std::optional<std::string_view>> shown_token(std::string_view authorization, std::string_view api_key) {
  auto token = after_scheme(authorization, "Bearer");
  token = token ? token : after_scheme(authorization, "Token");
  if (!token) {
    if (api_key.empty()) {
      return std::nullopt;
    }
    token = trim(api_key);
  }
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
  if (token->empty() || !std::all_of(token->begin(), token->end(), is_visible)) {
    return fail(ErrorCode::unauthorized, "The token is malformed: it is one word of visible ASCII characters.");
  }
  if (token->size() > max_token) {
    return fail(ErrorCode::unauthorized, "The token is longer than " + std::to_string(max_token) + " bytes.");
  }
  return token;
}

}  // namespace docket::http
