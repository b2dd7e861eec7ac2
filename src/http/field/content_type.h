// Content-Type (RFC 9110, 8.3) of a request or of a part, and the boundary in it (RFC 2046, 5.1.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket::http {

/// The longest boundary there may be (RFC 2046, 5.1.1).
inline constexpr std::size_t max_boundary = 70;

struct ContentType {
  std::string type;  ///< "type/subtype" in lower case
  std::optional<std::string> boundary;
  std::optional<std::string> charset;

  friend bool operator==(const ContentType&, const ContentType&) = default;
};

/// Parses a field's value; nothing where there is no `type/subtype` at its front or a known parameter stands twice
/// (then two readers could understand it differently). Parameters may be quoted; a value that is not is taken up to the
/// next semicolon, whatever characters it has, since clients send boundaries that RFC 2046 wants quoted.
std::optional<ContentType> parse_content_type(std::string_view value);

/// Whether a body of this Content-Type is a form that MultipartParser reads. Cheap; no allocation.
bool is_multipart_form(std::string_view value) noexcept;

/// Whether a body of this Content-Type is a form without files, application/x-www-form-urlencoded.
bool is_urlencoded_form(std::string_view value) noexcept;

/// The boundary of a multipart/form-data Content-Type; bad_multipart where it is missing, empty, longer than 70
/// characters, has a control character or ends in a space.
Result<std::string> multipart_boundary(std::string_view value);

}  // namespace docket::http
