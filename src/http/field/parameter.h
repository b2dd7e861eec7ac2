// The parameters of a header field (RFC 9110, 5.6.6), as clients write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::http {

struct Parameter {
  std::string_view name;  ///< as written; compare without regard to case
  std::string value;      ///< without quotes and quoted pairs
};

/// How a quoted value is read.
enum class QuoteStyle : std::uint8_t {
  strict,  ///< RFC 9110, 5.6.4
  form,    ///< as content_disposition.h says; percent escapes are left to the caller
};

/// Reads the parameters behind a field's value one by one. The text belongs to the caller.
class ParameterReader {
 public:
  /// `text` begins with the semicolon before the first parameter, or is empty.
  ParameterReader(std::string_view text, QuoteStyle style) noexcept : rest_(text), style_(style) {}

  /// The next `name=value`; false at the end. Pieces without '=' are skipped.
  bool next(Parameter& parameter);

 private:
  void read_quoted(std::string& value);

  std::string_view rest_;
  QuoteStyle style_;
};

}  // namespace docket::http
