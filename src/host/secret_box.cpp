#include "host/secret_box.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/fd.h"
#include "base/folder.h"
#include "base/hex.h"

namespace docket {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { ::EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

std::uint8_t* bytes_of(std::string& text) noexcept {
  return reinterpret_cast<std::uint8_t*>(text.data());
}
const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

tl::unexpected<Error> not_ours() {
  return fail(ErrorCode::bad_record, "a sealed secret was not sealed with this store's key");
}

/// The whole of a file of `size` bytes into `bytes`; false for a file of another size.
bool read_whole(int fd, std::uint8_t* bytes, std::size_t size) noexcept {
  std::uint8_t beyond = 0;
  return ::pread(fd, bytes, size, 0) == static_cast<ssize_t>(size) &&
         ::pread(fd, &beyond, 1, static_cast<off_t>(size)) == 0;
}

/// Writes `size` bytes to a new file under a name of its own, and gives it its real name, durably, unless somebody was
/// faster.
bool write_new(const std::string& folder, const std::string& path, const std::uint8_t* bytes, std::size_t size) {
  std::string pattern = path + ".XXXXXX";
  const Fd file(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!file) {
    return false;
  }
  const bool written = ::write(file.get(), bytes, size) == static_cast<ssize_t>(size) && ::fdatasync(file.get()) == 0;
  const bool linked = written && (::link(pattern.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::unlink(pattern.c_str());
  errno = error;
  return linked && sync_folder(folder);
}

}  // namespace

Result<SecretBox> SecretBox::open(const std::string& run_folder) {
  const std::string path = run_folder + "/key";
  Bytes key{};
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file) {
      return read_whole(file.get(), key.data(), key.size())
                 ? Result<SecretBox>(SecretBox(key))
                 : fail(ErrorCode::bad_record, path + " is no key; without it sealed passwords cannot be read");
    }
    if (errno != ENOENT) {
      break;
    }
    if (::RAND_bytes(key.data(), static_cast<int>(key.size())) != 1 ||
        !write_new(run_folder, path, key.data(), key.size())) {
      return fail_errno("write " + path, errno);
    }
  }
  return fail_errno("open " + path, errno);
}

Result<std::string> SecretBox::seal(std::string_view secret) const {
  if (secret.empty()) {
    return std::string();
  }
  std::string sealed(nonce_size + secret.size() + tag_size, '\0');
  auto* const out = bytes_of(sealed);
  const Cipher cipher(::EVP_CIPHER_CTX_new());
  int size = 0;
  if (!cipher || ::RAND_bytes(out, nonce_size) != 1 ||
      ::EVP_EncryptInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr, key_.data(), out) != 1 ||
      ::EVP_EncryptUpdate(cipher.get(), out + nonce_size, &size, bytes_of(secret), static_cast<int>(secret.size())) !=
          1 ||
      ::EVP_EncryptFinal_ex(cipher.get(), out + nonce_size + size, &size) != 1 ||
      ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, out + nonce_size + secret.size()) != 1) {
    return fail(ErrorCode::io, "OpenSSL cannot seal a password");
  }
  return sealed;
}

Result<std::string> SecretBox::unseal(std::string_view sealed) const {
  if (sealed.empty()) {
    return std::string();
  }
  if (sealed.size() <= nonce_size + tag_size) {
    return not_ours();
  }
  const auto text = sealed.substr(nonce_size, sealed.size() - nonce_size - tag_size);
  std::string tag(sealed.substr(sealed.size() - tag_size));
  std::string secret(text.size(), '\0');
  const Cipher cipher(::EVP_CIPHER_CTX_new());
  int size = 0;
  if (!cipher || ::EVP_DecryptInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr, key_.data(), bytes_of(sealed)) != 1 ||
      ::EVP_DecryptUpdate(cipher.get(), bytes_of(secret), &size, bytes_of(text), static_cast<int>(text.size())) != 1 ||
      ::EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) != 1 ||
      ::EVP_DecryptFinal_ex(cipher.get(), bytes_of(secret) + size, &size) != 1) {
    return not_ours();
  }
  return secret;
}

Result<std::string> SecretBox::sign(std::string_view text) const {
  // Another key than the one that seals: derived from it, as HKDF does (RFC 5869, 2.3).
  constexpr std::string_view purpose = "docket signature\1";
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> key{};
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (::HMAC(::EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes_of(purpose), purpose.size(), key.data(),
             &size) == nullptr ||
      ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(size), bytes_of(text), text.size(), sum.data(), &size) ==
          nullptr) {
    return fail(ErrorCode::io, "OpenSSL cannot sign");
  }
  std::string signature;
  append_hex(signature, std::string_view(reinterpret_cast<const char*>(sum.data()), size));
  return signature;
}

bool SecretBox::is_signed(std::string_view text, std::string_view signature) const {
  const auto wanted = sign(text);
  return wanted && wanted->size() == signature.size() &&
         ::CRYPTO_memcmp(wanted->data(), signature.data(), signature.size()) == 0;
}

}  // namespace docket
