// Lines out of bytes that come in pieces.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace docket::launch {

/// Holds the beginning of the line that has not ended yet, at most so many bytes of it: the rest of a longer line is
/// dropped. A member of who reads the bytes.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t most) : most_(most) {}

  /// Calls `take(line, whole)` for each line that ends in `bytes`, without its line break. `line` is valid during the
  /// call; `whole` is false where bytes were dropped.
  template <class Take>
  void feed(std::string_view bytes, Take take) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      if (started_.empty() && !dropped_) {
        take(bytes.substr(0, std::min(end, most_)), end <= most_);
      } else {
        keep(bytes.substr(0, end));
        take(std::string_view(started_), !dropped_);
        clear();
      }
      bytes.remove_prefix(end + 1);
    }
    keep(bytes);
  }

  /// The same for lines that nobody wants to see: gives only their number.
  std::size_t skip(std::string_view bytes) {
    const auto last = bytes.rfind('\n');
    if (last == std::string_view::npos) {
      keep(bytes);
      return 0;
    }
    clear();
    keep(bytes.substr(last + 1));
    return static_cast<std::size_t>(
        std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(last) + 1, '\n'));
  }

  /// The line that has begun without an end, if any: for the end of the bytes.
  template <class Take>
  void finish(Take take) {
    if (!started_.empty()) {
      take(std::string_view(started_), !dropped_);
    }
    clear();
  }

  /// Whether a line has begun that has not ended.
  [[nodiscard]] bool has_begun() const noexcept { return !started_.empty() || dropped_; }
  /// Whether the line that has begun is longer than what is kept.
  [[nodiscard]] bool overlong() const noexcept { return dropped_; }

  void clear() {
    started_.clear();
    dropped_ = false;
  }

 private:
  void keep(std::string_view bytes) {
    const auto kept = std::min(bytes.size(), most_ - started_.size());
    started_.append(bytes.substr(0, kept));
    dropped_ = dropped_ || kept < bytes.size();
  }

  std::size_t most_;
  std::string started_;
  bool dropped_ = false;
};

}  // namespace docket::launch
