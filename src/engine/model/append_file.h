// A file that several processes append to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket::engine {

/// Appends to a descriptor that was opened with O_APPEND and that this process writes to alone. Takes no ownership.
class AppendFile {
 public:
  explicit AppendFile(int descriptor) noexcept : descriptor_(descriptor) {}

  /// Writes `block` in one piece, whatever others append to the same file meanwhile, and returns where it begins.
  /// store_full if there is no room.
  Result<std::uint64_t> append(std::string_view block);

 private:
  int descriptor_;
};

/// Collects what is written in small pieces into large writes to a file that no other process appends to.
/// Takes no ownership of the descriptor.
class AppendStream {
 public:
  /// `position` is the file's present length.
  AppendStream(int descriptor, std::uint64_t position) noexcept : descriptor_(descriptor), position_(position) {}

  /// store_full, from here or from flush(), if there is no room.
  Result<void> write(std::string_view bytes);
  /// The same; returns where `block` begins.
  Result<std::uint64_t> append(std::string_view block) {
    const auto begin = position_;
    return write(block).map([begin] { return begin; });
  }
  Result<void> flush();

  /// Where the next byte will stand.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  int descriptor_;
  std::uint64_t position_;
  std::string buffer_;
};

}  // namespace docket::engine
