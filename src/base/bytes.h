// Writing and reading of plain binary values: the stored records and the engine's wire protocol are made of these.
// Little-endian as on every machine Docket is built for; a static_assert says so where it is not.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace docket {

static_assert(std::endian::native == std::endian::little, "records and wire messages are little-endian");

/// Appends values to a string. Owned by the encoder; not shared between threads.
class ByteWriter {
 public:
  /// Appends the object representation of an integer, float or padding-free trivially copyable struct.
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
  }

  /// Appends a 32-bit length and the bytes.
  void put_string(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }

  void put_raw(std::string_view raw) { bytes_.append(raw); }
  void reserve(std::size_t size) { bytes_.reserve(size); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  /// The bytes written so far; the writer is empty afterwards.
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads values from bytes that somebody else owns. Reading past the end yields zeros and makes ok() false, so a
/// decoder checks once, at its end. Strings are views into the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get() noexcept {
    T value{};
    if (rest_.size() < sizeof(T)) {
      spoil();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  [[nodiscard]] std::string_view get_string() noexcept { return get_raw(get<std::uint32_t>()); }

  [[nodiscard]] std::string_view get_raw(std::size_t size) noexcept {
    if (rest_.size() < size) {
      spoil();
      return {};
    }
    const auto raw = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return raw;
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }

 private:
  void spoil() noexcept {
    ok_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace docket
