#include "http/field/content_disposition.h"

#include <algorithm>

#include "base/utf8.h"
#include "http/field/parameter.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

/// The longest name in an answer, in bytes: what file systems take.
constexpr std::size_t max_name = 255;
/// An extension longer than this, dot included, is not one that must survive a cut.
constexpr std::size_t max_extension = 16;

/// %22, %0D and %0A back to what browsers escape with them; every other escape is text.
std::string unescape_form(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = text.substr(i, 3);
    char c = text[i];
    if (escape == "%22") {
      c = '"';
    } else if (equal_ignoring_case(escape, "%0D")) {
      c = '\r';
    } else if (equal_ignoring_case(escape, "%0A")) {
      c = '\n';
    }
    i += c != text[i] ? 2 : 0;
    result += c;
  }
  return result;
}

/// Whether every '%' in `text` begins an escape.
bool is_percent_encoded(std::string_view text) noexcept {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0) {
      return false;
    }
  }
  return true;
}

std::string utf8_of_latin1(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xC0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return result;
}

/// `charset'language'percent-encoded` (RFC 8187, 3.2) as UTF-8; nothing where it cannot be decoded.
std::optional<std::string> decode_extended(std::string_view value) {
  const auto first = value.find('\'');
  const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos) {
    return std::nullopt;
  }
  const auto charset = value.substr(0, first);
  const auto encoded = value.substr(second + 1);
  if (!is_percent_encoded(encoded)) {
    return std::nullopt;
  }
  auto bytes = percent_decode(encoded, false);
  if (bytes.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  if (equal_ignoring_case(charset, "utf-8")) {
    return is_valid_utf8(bytes) ? std::optional(std::move(bytes)) : std::nullopt;
  }
  if (equal_ignoring_case(charset, "iso-8859-1")) {
    return utf8_of_latin1(bytes);
  }
  return std::nullopt;
}

/// A name that may be shown and saved: well-formed, without control characters (RFC 6266, 4.3) and path separators.
std::string safe_name(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto [code, length, valid] = first_char(text);
    if (!valid) {
      append_char(result, replacement_character);
    } else if (is_control(code) || code == U'/' || code == U'\\') {
      result += '_';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(valid ? length : 1);  // one for each byte
  }
  return result;
}

/// At most max_name bytes, whole characters, the extension kept.
void shorten(std::string& name) {
  if (name.size() <= max_name) {
    return;
  }
  const auto dot = name.rfind('.');
  const auto extension =
      dot != std::string::npos && name.size() - dot <= max_extension ? name.substr(dot) : std::string();
  name = std::string(cut_utf8(name, max_name - extension.size())) + extension;
}

/// The name in the characters that every client understands within quotes; '%' is out since some decode it (RFC 6266,
/// D).
void append_fallback(std::string& out, std::string_view name) {
  while (!name.empty()) {
    const auto [code, length, valid] = first_char(name);
    out += code < 0x80 && code != U'"' && code != U'%' ? name.front() : '_';
    name.remove_prefix(valid ? length : 1);
  }
}

}  // namespace

std::optional<ContentDisposition> parse_content_disposition(std::string_view value) {
  const auto semicolon = std::min(value.find(';'), value.size());
  const auto type = trim(value.substr(0, semicolon));
  if (type.empty() || !std::all_of(type.begin(), type.end(), is_token_char)) {
    return std::nullopt;
  }
  ContentDisposition result;
  result.type = lower(type);
  std::optional<std::string> extended;
  ParameterReader reader(value.substr(semicolon), QuoteStyle::form);
  Parameter parameter;
  while (reader.next(parameter)) {
    if (equal_ignoring_case(parameter.name, "name")) {
      if (result.name) {
        return std::nullopt;
      }
      result.name = unescape_form(parameter.value);
    } else if (equal_ignoring_case(parameter.name, "filename")) {
      if (result.filename) {
        return std::nullopt;
      }
      result.filename = unescape_form(parameter.value);
    } else if (equal_ignoring_case(parameter.name, "filename*") && !extended) {
      extended = decode_extended(parameter.value);
    }
  }
  if (extended) {
    result.filename = std::move(extended);
  }
  return result;
}

void append_content_disposition(std::string& out, DispositionType type, std::string_view filename) {
  out += type == DispositionType::inline_ ? "inline" : "attachment";
  auto name = safe_name(filename);
  if (name.empty()) {
    return;
  }
  shorten(name);
  out += "; filename=\"";
  append_fallback(out, name);
  out += "\"; filename*=UTF-8''";
  append_percent_encoded(out, name);
}

std::string download_name(std::string_view client_name, std::string_view extension) {
  if (const auto slash = client_name.find_last_of("/\\"); slash != std::string_view::npos) {
    client_name.remove_prefix(slash + 1);
  }
  if (const auto dot = client_name.rfind('.'); dot != std::string_view::npos && dot != 0) {
    client_name = client_name.substr(0, dot);
  }
  std::string result(client_name.empty() || client_name.find_first_not_of(". ") == std::string_view::npos
                         ? std::string_view("result")
                         : client_name);
  result += '.';
  result += extension;
  return result;
}

}  // namespace docket::http
