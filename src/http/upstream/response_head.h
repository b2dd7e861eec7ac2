// The head of another server's answer, as it was stored, on its way to a client.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace docket::http {

struct ResponseField {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const ResponseField&, const ResponseField&) = default;
};

struct ResponseHead {
  unsigned status = 0;                ///< 200 to 599
  std::vector<ResponseField> fields;  ///< in their order; those that are passed on
};

/// Reads status line and fields, a line each (RFC 9112, 4 and 5), and leaves out what is not passed on: fields of the
/// connection, the length and the date, which nginx sets itself, its own X-Accel fields, and whatever is not
/// well-formed. Nothing where the first line is no status line. Views of `text`.
std::optional<ResponseHead> parse_response_head(std::string_view text);

}  // namespace docket::http
