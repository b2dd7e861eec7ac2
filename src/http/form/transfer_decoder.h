// Content-Transfer-Encoding (RFC 2045, 6) of a part's data, decoded as it comes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace docket::http {

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable };

/// 7bit, 8bit and binary are the identity; nothing for an encoding that is not one of RFC 2045's.
std::optional<TransferEncoding> transfer_encoding_of(std::string_view name) noexcept;

/// Decodes a part's data in constant memory; the same output for every way in which the input is cut. Owned by the
/// parser, one part after the other. Errors are bad_multipart and stay: begin() first, then the next part.
class TransferDecoder {
 public:
  /// Takes the next decoded bytes; its error ends the decoding.
  using Sink = std::function<Result<void>(std::string_view)>;

  /// A part begins whose data are so encoded.
  void begin(TransferEncoding encoding) noexcept;

  [[nodiscard]] bool is_identity() const noexcept { return encoding_ == TransferEncoding::identity; }

  /// Gives what `bytes` decode to to `sink`, in pieces, none of them empty.
  Result<void> feed(std::string_view bytes, const Sink& sink);

  /// The data are over; an error where they end within a group or an escape.
  Result<void> finish(const Sink& sink);

 private:
  Result<void> feed_base64(std::string_view bytes, const Sink& sink);
  Result<void> feed_quoted_printable(std::string_view bytes, const Sink& sink);
  Result<void> quoted_character(char c, const Sink& sink);
  Result<void> in_escape(char c, const Sink& sink);
  Result<void> put(char c, const Sink& sink);
  Result<void> put_spaces(const Sink& sink);
  Result<void> flush(const Sink& sink);

  /// Where a quoted-printable text is within an escape.
  enum class Escape : std::uint8_t { none, begun, digit, spaces, line_end };

  static constexpr std::size_t max_line = 76;  ///< RFC 2045, 6.7 (5)

  TransferEncoding encoding_ = TransferEncoding::identity;
  std::uint32_t group_ = 0;      ///< base64: the bits of the group so far
  std::uint8_t group_size_ = 0;  ///< base64: its characters so far
  std::uint8_t padding_ = 0;     ///< base64: '=' seen; nothing may follow
  Escape escape_ = Escape::none;
  char first_digit_ = 0;
  std::array<char, max_line> spaces_{};  ///< quoted-printable: dropped if the line ends behind them
  std::size_t spaces_size_ = 0;
  std::array<char, 4096> out_{};
  std::size_t out_size_ = 0;
};

}  // namespace docket::http
