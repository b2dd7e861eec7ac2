// The headers of one part of a form (RFC 7578, 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/form/transfer_decoder.h"

namespace docket::http {

/// What the headers of a part say. Texts are the client's: not checked to be UTF-8, never paths.
struct PartHead {
  std::string name;
  /// Given, though perhaps empty: the part is a file. A browser's file input without a choice is an empty name and no
  /// data.
  std::optional<std::string> filename;
  std::string content_type;  ///< "type/subtype" in lower case; empty: none given
  std::string charset;       ///< as given; empty: none

  friend bool operator==(const PartHead&, const PartHead&) = default;
};

struct PartHeaders {
  PartHead head;
  TransferEncoding encoding = TransferEncoding::identity;
};

/// Parses a part's header lines, each with its CR LF, without the empty line behind them. Folded lines (RFC 5322,
/// 2.2.3) are joined. The error is the reason as the end of a sentence: "has no Content-Disposition".
tl::expected<PartHeaders, std::string> parse_part_headers(std::string_view block, std::size_t max_headers);

}  // namespace docket::http
