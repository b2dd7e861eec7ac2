// Small secrets, sealed: what stands in the store tells nothing without the key, which does not (AES-256-GCM).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket {

/// Seals with the key of one store, made with its first use: a file of its own in run/, readable by its owner only. One
/// a process; safe on any thread.
class SecretBox {
 public:
  /// Reads the key in `run_folder`, or makes it. io where neither can be done; bad_record for a file that is no key.
  static Result<SecretBox> open(const std::string& run_folder);

  /// Another text each time: nonce, ciphertext, tag. Empty for an empty secret.
  [[nodiscard]] Result<std::string> seal(std::string_view secret) const;

  /// What was sealed. bad_record for bytes that this key did not seal.
  [[nodiscard]] Result<std::string> unseal(std::string_view sealed) const;

  /// A word by which `text` is known to come from who has the key: 64 hexadecimal digits (HMAC-SHA256 under a key of
  /// its own). io where OpenSSL cannot make it.
  [[nodiscard]] Result<std::string> sign(std::string_view text) const;

  /// Whether `signature` is that of `text`; takes the same time wherever it differs.
  [[nodiscard]] bool is_signed(std::string_view text, std::string_view signature) const;

 private:
  using Bytes = std::array<std::uint8_t, 32>;

  explicit SecretBox(const Bytes& key) noexcept : key_(key) {}

  Bytes key_;
};

}  // namespace docket
