// multipart/form-data (RFC 7578, RFC 2046) read as it comes, in pieces of any size.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/form/part_head.h"
#include "http/form/transfer_decoder.h"

namespace docket::http {

/// Who hears about the parts. An error ends the parsing and is what feed() returns. The calls for each part are
/// part_begin, part_data (none, one or many), part_end; parts do not nest.
class MultipartEvents {
 public:
  MultipartEvents() = default;
  MultipartEvents(const MultipartEvents&) = delete;
  MultipartEvents& operator=(const MultipartEvents&) = delete;
  virtual ~MultipartEvents() = default;

  virtual Result<void> part_begin(const PartHead& head) = 0;
  /// The next bytes, never none. The view dies when the call returns; mostly it is one of the bytes given to feed().
  virtual Result<void> part_data(std::string_view bytes) = 0;
  virtual Result<void> part_end() = 0;
};

struct MultipartLimits {
  std::size_t max_header_bytes = std::size_t{16} * 1024;  ///< of one part
  std::size_t max_headers = 32;                           ///< of one part
  std::uint32_t max_parts = 1000;
  std::size_t max_preamble = std::size_t{64} * 1024;  ///< a body without its boundary is refused beyond this
};

/// Finds the parts in a body. Memory is constant: a part's headers, and at the end of a piece of input what may be the
/// front of a delimiter. Owned by the request that reads the body; `events` outlives it. One thread at a time.
///
/// Everything that is refused is bad_multipart with the part's number and the reason, but for too many parts
/// (too_many_fields). What is read beyond RFC 7578:
/// - text before the first and after the last boundary is dropped; spaces and tabs after a boundary are allowed; a
///   line that only begins like a boundary is data;
/// - a body of the final boundary alone has no parts (browsers send that for an empty form), unless other text came
///   before it;
/// - Content-Transfer-Encoding, which RFC 7578 4.7 deprecates, is decoded if it is base64 or quoted-printable: mail
///   libraries send these, and storing the encoded text as the document would be worse than refusing it;
/// - names: see content_disposition.h.
/// Refused: multipart/mixed within a part (RFC 7578 4.3), lines that end with LF alone, no final boundary (it cannot
/// be told whether parts are missing), a part without Content-Disposition: form-data.
class MultipartParser {
 public:
  /// `boundary` as multipart_boundary() gives it: 1 to 70 bytes without CR and LF.
  MultipartParser(std::string boundary, MultipartLimits limits, MultipartEvents& events);

  /// The next bytes of the body. After an error every further call returns it again.
  Result<void> feed(std::string_view bytes);

  /// The body is over: an error if it ended too early.
  Result<void> finish();

  /// Parts begun so far.
  [[nodiscard]] std::uint32_t parts() const noexcept { return parts_; }

 private:
  /// Where the next byte belongs: to text (a part's data or what is dropped), or within a delimiter, and so on.
  enum class Stage : std::uint8_t { text, delimiter, delimiter_tail, headers, epilogue };

  Result<void> step(std::string_view& rest);
  Result<void> in_text(std::string_view& rest);
  Result<void> in_delimiter(std::string_view& rest);
  Result<void> in_delimiter_tail(std::string_view& rest);
  Result<void> in_headers(std::string_view& rest);
  Result<void> at_delimiter(bool last);
  Result<void> not_a_delimiter();
  Result<void> begin_part();
  Result<void> end_part();
  Result<void> text(std::string_view bytes);
  [[nodiscard]] std::size_t find_delimiter(std::string_view text) const noexcept;
  [[nodiscard]] std::size_t begun_delimiter(std::string_view text) const noexcept;
  [[nodiscard]] tl::unexpected<Error> refuse_part(std::string_view why) const;

  std::string delimiter_;                  ///< CR LF "--" boundary; CR is nowhere else in it
  std::array<std::uint8_t, 256> shift_{};  ///< how far a search may move on, by the byte under the delimiter's last
  MultipartLimits limits_;
  MultipartEvents& events_;
  Stage stage_ = Stage::delimiter;
  bool in_part_ = false;           ///< text is a part's data; else it is the preamble
  bool preamble_text_ = false;     ///< the preamble has more than line ends
  std::size_t preamble_size_ = 0;  ///< bytes
  std::size_t matched_ = 2;        ///< bytes of delimiter_ seen
  std::size_t unreal_ = 2;       ///< of these, not data in any case: the line end that the body's or a part's begin is
  std::string tail_;             ///< what was seen behind the delimiter in its line
  std::string headers_;          ///< the current part's, with their line ends
  std::size_t header_line_ = 0;  ///< where the last line in headers_ begins
  std::uint32_t parts_ = 0;
  TransferDecoder decoder_;
  std::optional<Error> error_;
};

}  // namespace docket::http
