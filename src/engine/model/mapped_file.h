// A file's bytes, mapped read-only: what is not looked at is not in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/error.h"

namespace docket::engine {

/// Owns one mapping. The descriptor it was made from may be closed afterwards. The file must not shrink while it is
/// mapped; uploads in the spool never do.
class MappedFile {
 public:
  /// Maps the whole file. Errors: corrupt (an empty file), io.
  static Result<MappedFile> map(int fd);

  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  std::span<const std::uint8_t> bytes_;
};

}  // namespace docket::engine
