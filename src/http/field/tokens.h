// Who is asking, by a token: the list of those that are known, and what a request shows of one (RFC 6750, 2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"

namespace docket::http {

/// What a token may do beyond its own jobs. Bits.
enum class Scope : std::uint8_t { admin = 1 };

/// One line of a token file. `name` is the owner of the jobs that come with it.
struct Token {
  std::string name;
  Sha256 digest{};
  std::uint8_t scopes = 0;

  [[nodiscard]] bool may(Scope scope) const noexcept { return (scopes & static_cast<std::uint8_t>(scope)) != 0; }
};

/// The tokens of a file: lines `name:sha256-of-token[:scope,…]`; empty lines and those that begin with # are skipped.
/// A name may stand in several lines, so that a token can be replaced while the old one still holds.
class TokenList {
 public:
  static constexpr std::size_t max_name = 255;

  /// bad_option, whose detail begins with "line N: ", for a line that is none of these.
  static Result<TokenList> parse(std::string_view text);

  /// The token that `secret` is, or null. How long it takes tells nothing about how near the secret came: its digest is
  /// compared with every one.
  [[nodiscard]] const Token* find(std::string_view secret) const;

  [[nodiscard]] std::size_t size() const noexcept { return tokens_.size(); }

 private:
  std::vector<Token> tokens_;
};

/// The longest token that is looked at, in bytes.
inline constexpr std::size_t max_token = 4096;

/// The token that a request shows: of Authorization with the scheme Bearer or Token, else of X-Api-Key (empty: the
/// field is not there). Nothing if it shows none; unauthorized for one that is malformed or oversized. A field
/// Authorization of another scheme belongs to somebody else.
Result<std::optional<std::string_view>> shown_token(std::string_view authorization, std::string_view api_key);

}  // namespace docket::http
