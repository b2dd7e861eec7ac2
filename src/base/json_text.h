// JSON (RFC 8259) written straight into a buffer, for where a document object model would cost more than the answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket {

/// Appends `text` as a JSON string with its quotes. Bytes that are not valid UTF-8 become U+FFFD, one for each maximal
/// ill-formed part (Unicode 15, 3.9), so that the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// Appends the inside of a JSON string, without the quotes: for a value that is written in pieces. `text` must be cut
/// at UTF-8 character boundaries.
void append_json_escaped(std::string& out, std::string_view text);

/// Appends a number in decimal.
void append_json_number(std::string& out, std::uint64_t value);

/// Appends a number with at most `decimals` places, without trailing zeros.
void append_json_number(std::string& out, double value, int decimals);

}  // namespace docket
