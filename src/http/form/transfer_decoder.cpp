#include "http/form/transfer_decoder.h"

#include <algorithm>

#include "http/field/text.h"

namespace docket::http {
namespace {

/// The value of each base64 character (RFC 4648, 4); -1 for every other.
constexpr auto base64_values = [] {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}();

tl::unexpected<Error> bad_base64() {
  return fail(ErrorCode::bad_multipart, "A part whose Content-Transfer-Encoding is base64 is not base64.");
}

tl::unexpected<Error> bad_quoted_printable() {
  return fail(ErrorCode::bad_multipart,
              "A part whose Content-Transfer-Encoding is quoted-printable is not quoted-printable.");
}

}  // namespace

std::optional<TransferEncoding> transfer_encoding_of(std::string_view name) noexcept {
  for (const std::string_view same : {"7bit", "8bit", "binary"}) {
    if (equal_ignoring_case(name, same)) {
      return TransferEncoding::identity;
    }
  }
  if (equal_ignoring_case(name, "base64")) {
    return TransferEncoding::base64;
  }
  if (equal_ignoring_case(name, "quoted-printable")) {
    return TransferEncoding::quoted_printable;
  }
  return std::nullopt;
}

void TransferDecoder::begin(TransferEncoding encoding) noexcept {
  encoding_ = encoding;
  group_ = 0;
  group_size_ = 0;
  padding_ = 0;
  escape_ = Escape::none;
  spaces_size_ = 0;
  out_size_ = 0;
}

Result<void> TransferDecoder::feed(std::string_view bytes, const Sink& sink) {
  switch (encoding_) {
    case TransferEncoding::base64:
      return feed_base64(bytes, sink);
    case TransferEncoding::quoted_printable:
      return feed_quoted_printable(bytes, sink);
    case TransferEncoding::identity:
      break;
  }
  return bytes.empty() ? Result<void>() : sink(bytes);
}

Result<void> TransferDecoder::finish(const Sink& sink) {
  if (group_size_ != 0) {
    return bad_base64();
  }
  // A text may end in a soft line break whose line end is the delimiter's; spaces at the very end are padding.
  if (escape_ == Escape::digit || escape_ == Escape::line_end) {
    return bad_quoted_printable();
  }
  return flush(sink);
}

Result<void> TransferDecoder::feed_base64(std::string_view bytes, const Sink& sink) {
  for (const char c : bytes) {
    if (c == '\r' || c == '\n' || is_space(c)) {
      continue;
    }
    const auto value = base64_values[static_cast<unsigned char>(c)];
    // Padding stands in the third and fourth place only, and ends the text.
    const bool is_padding = c == '=' && group_size_ >= 2;
    if ((value < 0 && !is_padding) || (value >= 0 && padding_ != 0) || (padding_ != 0 && group_size_ == 0)) {
      return bad_base64();
    }
    group_ = (group_ << 6U) | (is_padding ? 0U : static_cast<std::uint32_t>(value));
    padding_ = static_cast<std::uint8_t>(padding_ + (is_padding ? 1 : 0));
    if (++group_size_ < 4) {
      continue;
    }
    for (unsigned i = 0; i + padding_ < 3U; ++i) {
      if (auto done = put(static_cast<char>((group_ >> (16U - 8U * i)) & 0xFFU), sink); !done) {
        return done;
      }
    }
    group_ = 0;
    group_size_ = 0;
  }
  return flush(sink);
}

Result<void> TransferDecoder::feed_quoted_printable(std::string_view bytes, const Sink& sink) {
  for (const char c : bytes) {
    if (auto done = escape_ == Escape::none ? quoted_character(c, sink) : in_escape(c, sink); !done) {
      return done;
    }
  }
  return flush(sink);
}

Result<void> TransferDecoder::quoted_character(char c, const Sink& sink) {
  if (is_space(c)) {
    if (spaces_size_ == spaces_.size()) {
      return bad_quoted_printable();
    }
    spaces_[spaces_size_++] = c;
    return {};
  }
  if (c == '\r' || c == '\n') {
    spaces_size_ = 0;  // added on the way, RFC 2045, 6.7 (3)
    return put(c, sink);
  }
  if (auto done = put_spaces(sink); !done) {
    return done;
  }
  if (c == '=') {
    escape_ = Escape::begun;
    return {};
  }
  return put(c, sink);
}

Result<void> TransferDecoder::in_escape(char c, const Sink& sink) {
  switch (escape_) {
    case Escape::begun:
      if (hex_value(c) >= 0) {
        first_digit_ = c;
        escape_ = Escape::digit;
        return {};
      }
      [[fallthrough]];
    case Escape::spaces:
      if (is_space(c)) {
        escape_ = Escape::spaces;
        return {};
      }
      if (c == '\r') {
        escape_ = Escape::line_end;
        return {};
      }
      return bad_quoted_printable();
    case Escape::digit:
      if (hex_value(c) < 0) {
        return bad_quoted_printable();
      }
      escape_ = Escape::none;
      return put(static_cast<char>(hex_value(first_digit_) * 16 + hex_value(c)), sink);
    case Escape::line_end:
      if (c != '\n') {
        return bad_quoted_printable();
      }
      escape_ = Escape::none;
      return {};
    case Escape::none:
      break;
  }
  return {};
}

Result<void> TransferDecoder::put(char c, const Sink& sink) {
  if (out_size_ == out_.size()) {
    if (auto done = flush(sink); !done) {
      return done;
    }
  }
  out_[out_size_++] = c;
  return {};
}

Result<void> TransferDecoder::put_spaces(const Sink& sink) {
  for (std::size_t i = 0; i < spaces_size_; ++i) {
    if (auto done = put(spaces_[i], sink); !done) {
      return done;
    }
  }
  spaces_size_ = 0;
  return {};
}

Result<void> TransferDecoder::flush(const Sink& sink) {
  const std::string_view bytes(out_.data(), out_size_);
  out_size_ = 0;
  return bytes.empty() ? Result<void>() : sink(bytes);
}

}  // namespace docket::http
