#include "http/field/content_type.h"

#include <algorithm>

#include "http/field/parameter.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::string_view form_type = "multipart/form-data";

/// What stands before the parameters.
std::string_view type_of(std::string_view value) noexcept {
  return trim(value.substr(0, value.find(';')));
}

bool is_type(std::string_view text) noexcept {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return false;
  }
  const auto type = text.substr(0, slash);
  const auto subtype = text.substr(slash + 1);
  return std::all_of(type.begin(), type.end(), is_token_char) &&
         std::all_of(subtype.begin(), subtype.end(), is_token_char);
}

}  // namespace

std::optional<ContentType> parse_content_type(std::string_view value) {
  const auto type = type_of(value);
  if (!is_type(type)) {
    return std::nullopt;
  }
  ContentType result;
  result.type = lower(type);
  ParameterReader reader(value.substr(std::min(value.find(';'), value.size())), QuoteStyle::strict);
  Parameter parameter;
  while (reader.next(parameter)) {
    std::optional<std::string>* known = nullptr;
    if (equal_ignoring_case(parameter.name, "boundary")) {
      known = &result.boundary;
    } else if (equal_ignoring_case(parameter.name, "charset")) {
      known = &result.charset;
    }
    if (known != nullptr) {
      if (known->has_value()) {
        return std::nullopt;
      }
      *known = std::move(parameter.value);
    }
  }
  return result;
}

bool is_multipart_form(std::string_view value) noexcept {
  return equal_ignoring_case(type_of(value), form_type);
}

bool is_urlencoded_form(std::string_view value) noexcept {
  return equal_ignoring_case(type_of(value), "application/x-www-form-urlencoded");
}

Result<std::string> multipart_boundary(std::string_view value) {
  auto parsed = parse_content_type(value);
  if (!parsed || parsed->type != form_type) {
    return fail(ErrorCode::bad_multipart, "The Content-Type is not a well-formed multipart/form-data.");
  }
  if (!parsed->boundary || parsed->boundary->empty()) {
    return fail(ErrorCode::bad_multipart, "The Content-Type multipart/form-data has no boundary.");
  }
  auto& boundary = *parsed->boundary;
  if (boundary.size() > max_boundary) {
    return fail(ErrorCode::bad_multipart, "The boundary in the Content-Type is longer than 70 characters.");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(boundary.begin(), boundary.end(), is_control) || boundary.back() == ' ') {
    return fail(ErrorCode::bad_multipart,
                "The boundary in the Content-Type has a control character or ends in a space.");
  }
  return std::move(boundary);
}

}  // namespace docket::http
