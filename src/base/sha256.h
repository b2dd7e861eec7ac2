// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace docket {

using Sha256 = std::array<std::uint8_t, 32>;

/// Takes bytes as they come and gives their digest. Owned by one upload; used by one thread at a time.
class Sha256Hasher {
 public:
  Sha256Hasher();
  void update(std::string_view bytes) noexcept;
  /// The digest of all that was given; the hasher begins anew afterwards.
  Sha256 finish() noexcept;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void restart() noexcept;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The digest of `bytes`.
Sha256 sha256(std::string_view bytes);

}  // namespace docket
