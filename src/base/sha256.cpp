#include "base/sha256.h"

#include <openssl/evp.h>

#include <new>

namespace docket {

void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  if (!context_) {
    throw std::bad_alloc();
  }
  restart();
}

// With a digest that OpenSSL always has and buffers that exist none of these calls fail.

void Sha256Hasher::restart() noexcept {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void Sha256Hasher::update(std::string_view bytes) noexcept {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

Sha256 Sha256Hasher::finish() noexcept {
  Sha256 digest{};
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  restart();
  return digest;
}

Sha256 sha256(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace docket
