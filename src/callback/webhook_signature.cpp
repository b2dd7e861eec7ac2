#include "callback/webhook_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>

namespace docket {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Standard base64 with its padding (RFC 4648, 4); nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 ||
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                             "wxyz0123456789+/=") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text), static_cast<int>(text.size()));
  const std::size_t padding = text.ends_with("==") ? 2 : (text.ends_with('=') ? 1 : 0);
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size() ||
      text.substr(0, text.size() - padding).find('=') != std::string_view::npos) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string encode_base64(const unsigned char* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');  // a zero is written behind it
  const int length = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

Result<WebhookSecrets> parse_webhook_secrets(std::string_view text) {
  WebhookSecrets secrets;
  for (unsigned number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    auto key = line.starts_with(prefix) ? decode_base64(line.substr(prefix.size())) : std::nullopt;
    if (!key || key->size() < shortest_key || key->size() > longest_key) {
      return fail(ErrorCode::bad_option,
                  "line " + std::to_string(number) + ": expected whsec_ and the base64 of 24 to 64 bytes");
    }
    secrets.push_back(std::move(*key));
  }
  if (secrets.empty()) {
    return fail(ErrorCode::bad_option, "there is no secret in it");
  }
  return secrets;
}

std::string webhook_signature(const WebhookSecrets& secrets, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
  std::string content(id);
  content += '.';
  content += std::to_string(timestamp);
  content += '.';
  content += body;
  std::string signatures;
  for (const auto& secret : secrets) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(content), content.size(),
               digest.data(), &size) == nullptr) {
      return {};  // out of memory
    }
    signatures += signatures.empty() ? "v1," : " v1,";
    signatures += encode_base64(digest.data(), size);
  }
  return signatures;
}

}  // namespace docket
