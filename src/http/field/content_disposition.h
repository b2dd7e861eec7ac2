// Content-Disposition: reading a part's (RFC 7578, 4.2) or a raw upload's, writing an answer's (RFC 6266).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::http {

struct ContentDisposition {
  std::string type;                 ///< "form-data", "attachment" … in lower case
  std::optional<std::string> name;  ///< as text
  /// As the client gave it: text, full paths included, never to be used as a path. Taken from `filename*` where that
  /// can be decoded (RFC 8187 with UTF-8 or ISO-8859-1), else from `filename`.
  std::optional<std::string> filename;

  friend bool operator==(const ContentDisposition&, const ContentDisposition&) = default;
};

/// Parses a field's value as clients write them; nothing where it has no type at its front, or `name` or `filename`
/// stands twice. Within quotes: \" and \\ are quoted pairs (curl), another backslash is itself (IE's paths), a quote
/// that is not followed by a semicolon or the end is itself (IE, Firefox before 4), and %22 %0D %0A are a quote, CR
/// and LF (WHATWG HTML, multipart/form-data encoding).
std::optional<ContentDisposition> parse_content_disposition(std::string_view value);

enum class DispositionType : std::uint8_t { inline_, attachment };

/// Appends a field's value: `inline; filename="fallback"; filename*=UTF-8''name`. `filename` is any text: control
/// characters, path separators and ill-formed UTF-8 are replaced, more than 255 bytes are cut between characters (the
/// extension stays). An empty one appends the type alone.
void append_content_disposition(std::string& out, DispositionType type, std::string_view filename);

/// The name under which a result is downloaded: the last path segment of the client's name, its extension replaced:
/// ("C:\\in\\scan.pdf", "md") is "scan.md". "result.md" where nothing is left of the name.
std::string download_name(std::string_view client_name, std::string_view extension);

}  // namespace docket::http
