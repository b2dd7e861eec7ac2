#include "http/form/multipart.h"

#include <algorithm>
#include <cstring>

#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::string_view line_end = "\r\n";

/// More spaces than this behind a boundary are not a delimiter's padding any more, so that what is kept is bounded.
constexpr std::size_t max_padding = 64;

}  // namespace

MultipartParser::MultipartParser(std::string boundary, MultipartLimits limits, MultipartEvents& events)
    : delimiter_("\r\n--" + std::move(boundary)), limits_(limits), events_(events) {
  // Horspool's table. The delimiter has at most 4 + 70 bytes.
  const auto size = delimiter_.size();
  shift_.fill(static_cast<std::uint8_t>(size));
  for (std::size_t i = 0; i + 1 < size; ++i) {
    shift_[static_cast<unsigned char>(delimiter_[i])] = static_cast<std::uint8_t>(size - 1 - i);
  }
}

Result<void> MultipartParser::feed(std::string_view bytes) {
  while (!error_ && !bytes.empty()) {
    if (auto done = step(bytes); !done) {
      error_ = std::move(done.error());
    }
  }
  return error_ ? Result<void>(fail(*error_)) : Result<void>();
}

Result<void> MultipartParser::finish() {
  if (!error_ && stage_ != Stage::epilogue) {
    if (parts_ == 0) {
      error_ = Error{ErrorCode::bad_multipart,
                     "The body has no line that is its boundary (RFC 2046: after \"--\", ended by CR LF)."};
    } else {
      error_ = refuse_part("is cut off: the body ends without its final boundary").value();
    }
  }
  return error_ ? Result<void>(fail(*error_)) : Result<void>();
}

Result<void> MultipartParser::step(std::string_view& rest) {
  switch (stage_) {
    case Stage::text:
      return in_text(rest);
    case Stage::delimiter:
      return in_delimiter(rest);
    case Stage::delimiter_tail:
      return in_delimiter_tail(rest);
    case Stage::headers:
      return in_headers(rest);
    case Stage::epilogue:
      rest = {};
      break;
  }
  return {};
}

/// Hands out everything up to the next delimiter, or up to what may be the front of one at the end of the input.
Result<void> MultipartParser::in_text(std::string_view& rest) {
  const auto found = find_delimiter(rest);
  const bool whole = found != std::string_view::npos;
  const auto plain = rest.substr(0, whole ? found : rest.size() - begun_delimiter(rest));
  matched_ = whole ? delimiter_.size() : rest.size() - plain.size();
  unreal_ = 0;
  rest.remove_prefix(plain.size() + matched_);
  if (whole) {
    tail_.clear();
    stage_ = Stage::delimiter_tail;
  } else if (matched_ != 0) {
    stage_ = Stage::delimiter;
  }
  return text(plain);
}

Result<void> MultipartParser::in_delimiter(std::string_view& rest) {
  const auto wanted = std::string_view(delimiter_).substr(matched_, rest.size());
  const auto same =
      static_cast<std::size_t>(std::mismatch(wanted.begin(), wanted.end(), rest.begin()).first - wanted.begin());
  matched_ += same;
  rest.remove_prefix(same);
  if (matched_ == delimiter_.size()) {
    tail_.clear();
    stage_ = Stage::delimiter_tail;
    return {};
  }
  return rest.empty() ? Result<void>() : not_a_delimiter();
}

/// Behind the boundary: "--", or padding and a line end (RFC 2046, 5.1.1). Anything else and the line was data.
Result<void> MultipartParser::in_delimiter_tail(std::string_view& rest) {
  while (!rest.empty()) {
    const char c = rest.front();
    const char before = tail_.empty() ? '\0' : tail_.back();
    const bool in_padding = before == '\0' || is_space(before);
    if (c == '-' && before == '-') {
      rest.remove_prefix(1);
      return at_delimiter(true);
    }
    if (c == '\n' && before == '\r') {
      rest.remove_prefix(1);
      return at_delimiter(false);
    }
    const bool goes_on = (c == '-' && tail_.empty()) || (c == '\r' && in_padding) ||
                         (is_space(c) && in_padding && tail_.size() < max_padding);
    if (!goes_on) {
      return not_a_delimiter();
    }
    tail_ += c;
    rest.remove_prefix(1);
  }
  return {};
}

Result<void> MultipartParser::in_headers(std::string_view& rest) {
  const auto newline = rest.find('\n');
  const auto piece = rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
  if (headers_.size() + piece.size() > limits_.max_header_bytes) {
    return refuse_part("has more than " + std::to_string(limits_.max_header_bytes) + " bytes of headers");
  }
  headers_ += piece;
  rest.remove_prefix(piece.size());
  if (newline == std::string_view::npos) {
    return {};
  }
  const auto line = std::string_view(headers_).substr(header_line_);
  if (!line.ends_with(line_end)) {
    return refuse_part("has a header line that ends with LF instead of CR LF");
  }
  if (line.size() == line_end.size()) {
    return begin_part();
  }
  header_line_ = headers_.size();
  return {};
}

Result<void> MultipartParser::at_delimiter(bool last) {
  if (in_part_) {
    if (auto done = end_part(); !done) {
      return done;
    }
  } else if (last && preamble_text_) {
    return fail(ErrorCode::bad_multipart, "The body has other text and then its final boundary, but no part.");
  }
  if (last) {
    stage_ = Stage::epilogue;
    return {};
  }
  if (parts_ == limits_.max_parts) {
    return fail(ErrorCode::too_many_fields, "The form has more than " + std::to_string(limits_.max_parts) + " parts.");
  }
  ++parts_;
  headers_.clear();
  header_line_ = 0;
  stage_ = Stage::headers;
  return {};
}

/// What looked like a delimiter was text. No delimiter begins within it, since CR is only a delimiter's first byte and
/// a CR in the tail is followed by something else than LF.
Result<void> MultipartParser::not_a_delimiter() {
  const auto seen = std::string_view(delimiter_).substr(unreal_, matched_ - unreal_);
  const bool has_tail = matched_ == delimiter_.size();
  matched_ = 0;
  unreal_ = 0;
  stage_ = Stage::text;
  if (auto done = text(seen); !done || !has_tail) {
    return done;
  }
  return text(tail_);
}

Result<void> MultipartParser::begin_part() {
  const auto block = std::string_view(headers_).substr(0, header_line_);
  auto headers = parse_part_headers(block, limits_.max_headers);
  if (!headers) {
    return refuse_part(headers.error());
  }
  decoder_.begin(headers->encoding);
  in_part_ = true;
  // A part may be empty: then the line end of its empty header line is the delimiter's, too (RFC 2046, 5.1.1).
  stage_ = Stage::delimiter;
  matched_ = line_end.size();
  unreal_ = line_end.size();
  return events_.part_begin(headers->head);
}

Result<void> MultipartParser::end_part() {
  in_part_ = false;
  if (!decoder_.is_identity()) {
    auto done = decoder_.finish([this](std::string_view bytes) { return events_.part_data(bytes); });
    if (!done) {
      return done;
    }
  }
  return events_.part_end();
}

Result<void> MultipartParser::text(std::string_view bytes) {
  if (bytes.empty()) {
    return {};
  }
  if (in_part_) {
    if (decoder_.is_identity()) {
      return events_.part_data(bytes);
    }
    return decoder_.feed(bytes, [this](std::string_view decoded) { return events_.part_data(decoded); });
  }
  preamble_text_ = preamble_text_ || bytes.find_first_not_of(line_end) != std::string_view::npos;
  preamble_size_ += bytes.size();
  if (preamble_size_ > limits_.max_preamble) {
    return fail(ErrorCode::bad_multipart, "The first " + std::to_string(limits_.max_preamble) +
                                              " bytes of the body have no line that is its boundary.");
  }
  return {};
}

/// memchr() over data with few CR; over data with many, Horspool's jumps by the byte under the delimiter's last. Linear
/// even at worst: what is compared behind a CR has no other CR in it, so no two comparisons overlap.
std::size_t MultipartParser::find_delimiter(std::string_view text) const noexcept {
  const auto size = delimiter_.size();
  for (std::size_t at = 0; at + size <= text.size();) {
    const auto* const cr = std::memchr(text.data() + at, '\r', text.size() - size + 1 - at);
    if (cr == nullptr) {
      break;
    }
    at = static_cast<std::size_t>(static_cast<const char*>(cr) - text.data());
    if (std::memcmp(text.data() + at, delimiter_.data(), size) == 0) {
      return at;
    }
    at += shift_[static_cast<unsigned char>(text[at + size - 1])];
  }
  return std::string_view::npos;
}

/// How many bytes at the end of `text` are the front of a delimiter. Only the last CR can begin one.
std::size_t MultipartParser::begun_delimiter(std::string_view text) const noexcept {
  const auto window = text.substr(text.size() - std::min(text.size(), delimiter_.size() - 1));
  const auto cr = window.rfind('\r');
  if (cr == std::string_view::npos) {
    return 0;
  }
  const auto end = window.substr(cr);
  return std::string_view(delimiter_).starts_with(end) ? end.size() : 0;
}

tl::unexpected<Error> MultipartParser::refuse_part(std::string_view why) const {
  std::string detail = "Part " + std::to_string(parts_) + " of the form ";
  detail += why;
  detail += '.';
  return fail(ErrorCode::bad_multipart, std::move(detail));
}

}  // namespace docket::http
