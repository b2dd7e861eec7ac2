#include "http/form/part_head.h"

#include <algorithm>

#include "http/field/content_disposition.h"
#include "http/field/content_type.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

tl::unexpected<std::string> because(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

/// One field with its folded lines joined.
struct Field {
  std::string_view name;
  std::string value;
};

/// Takes the next line, without its CR LF, off the front of `block`.
std::string_view take_line(std::string_view& block) noexcept {
  const auto end = block.find("\r\n");
  const auto line = block.substr(0, end);
  block.remove_prefix(end == std::string_view::npos ? block.size() : end + 2);
  return line;
}

bool has_bad_character(std::string_view line) noexcept {
  return line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// Takes the next field off the front of `block`, which is not empty.
tl::expected<Field, std::string> take_field(std::string_view& block) {
  const auto line = take_line(block);
  const auto colon = line.find(':');
  Field field;
  field.name = line.substr(0, std::min(colon, line.size()));
  if (has_bad_character(line)) {
    return because("has a control character in its headers");
  }
  if (colon == std::string_view::npos || field.name.empty() ||
      !std::all_of(field.name.begin(), field.name.end(), is_token_char)) {
    return because("has a header line that is not \"name: value\"");
  }
  field.value = trim(line.substr(colon + 1));
  while (!block.empty() && is_space(block.front())) {
    const auto folded = take_line(block);
    if (has_bad_character(folded)) {
      return because("has a control character in its headers");
    }
    field.value += ' ';
    field.value += trim(folded);
  }
  return field;
}

/// The fields that matter, as they stand.
struct KnownFields {
  std::optional<std::string> disposition;
  std::optional<std::string> type;
  std::optional<std::string> encoding;
};

tl::expected<KnownFields, std::string> read_fields(std::string_view block, std::size_t max_headers) {
  KnownFields known;
  for (std::size_t count = 1; !block.empty(); ++count) {
    if (count > max_headers) {
      return because("has more than " + std::to_string(max_headers) + " header lines");
    }
    auto field = take_field(block);
    if (!field) {
      return because(std::move(field.error()));
    }
    std::optional<std::string>* place = nullptr;
    if (equal_ignoring_case(field->name, "content-disposition")) {
      place = &known.disposition;
    } else if (equal_ignoring_case(field->name, "content-type")) {
      place = &known.type;
    } else if (equal_ignoring_case(field->name, "content-transfer-encoding")) {
      place = &known.encoding;
    }
    if (place != nullptr && place->has_value()) {
      return because("has the header " + std::string(field->name) + " twice");
    }
    if (place != nullptr) {
      *place = std::move(field->value);
    }
  }
  return known;
}

}  // namespace

tl::expected<PartHeaders, std::string> parse_part_headers(std::string_view block, std::size_t max_headers) {
  auto known = read_fields(block, max_headers);
  if (!known) {
    return because(std::move(known.error()));
  }
  if (!known->disposition) {
    return because("has no Content-Disposition");
  }
  auto disposition = parse_content_disposition(*known->disposition);
  if (!disposition || disposition->type != "form-data") {
    return because("has a Content-Disposition that is not a well-formed form-data");
  }
  if (!disposition->name && !disposition->filename) {
    return because("has no name in its Content-Disposition");
  }
  PartHeaders result;
  result.head.name = std::move(disposition->name).value_or("");
  result.head.filename = std::move(disposition->filename);
  // A Content-Type decides nothing about a file, so one that cannot be read is no reason to refuse it.
  if (auto type = parse_content_type(known->type.value_or("")); type) {
    result.head.content_type = std::move(type->type);
    result.head.charset = std::move(type->charset).value_or("");
  }
  if (result.head.content_type == "multipart/mixed") {
    return because("is a multipart/mixed, which RFC 7578 has done away with; send every file as a part of the form");
  }
  if (known->encoding) {
    const auto encoding = transfer_encoding_of(*known->encoding);
    if (!encoding) {
      return because("has the unknown Content-Transfer-Encoding " + quoted_for_detail(*known->encoding));
    }
    result.encoding = *encoding;
  }
  return result;
}

}  // namespace docket::http
