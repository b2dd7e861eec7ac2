// Content-Transfer-Encoding (RFC 2045, 6) of a part's data, decoded as it comes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/error.h"

namespace docket::http {

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable };

/// 7bit, 8bit and binary are the identity; nothing for an encoding that is not one of RFC 2045's.
std::optional<TransferEncoding> transfer_encoding_of(std::string_view name) noexcept;

/// Decodes one part's data in constant memory; the same output for every way in which the input is cut. Owned by the
/// parser. Errors are sentences for the parser's own error.
class TransferDecoder {
 public:
  using Sink = std::function<Result<void>(std::string_view)>;

  explicit TransferDecoder(TransferEncoding encoding = TransferEncoding::identity) noexcept : encoding_(encoding) {}

  [[nodiscard]] bool is_identity() const noexcept { return encoding_ == TransferEncoding::identity; }

  /// Gives what `bytes` decode to to `sink`, in pieces; bad_multipart where they are not of the encoding.
  Result<void> feed(std::string_view bytes, const Sink& sink);

  /// The data are over; bad_multipart where they end within a group.
  Result<void> finish(const Sink& sink);

 private:
  Result<void> feed_base64(std::string_view bytes, const Sink& sink);
  Result<void> feed_quoted_printable(std::string_view bytes, const Sink& sink);
  Result<void> put(char c, const Sink& sink);
  Result<void> flush(const Sink& sink);

  TransferEncoding encoding_;
  std::uint32_t group_ = 0;      ///< base64: bits of the group so far
  std::uint8_t group_size_ = 0;  ///< base64: characters of the group so far
  std::uint8_t padding_ = 0;     ///< base64: '=' of the last group
  std::array<char, 80> held_{};  ///< quoted-printable: an escape that is not whole, or spaces that may end the line
  std::uint8_t held_size_ = 0;
  std::array<char, 4096> out_;
  std::size_t out_size_ = 0;
};

}  // namespace docket::http
