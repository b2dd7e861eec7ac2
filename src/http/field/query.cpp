#include "http/field/query.h"

#include <algorithm>

namespace docket::http {

bool Query::next(std::string_view& rest, std::string_view& name, std::string_view& value) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of('&'), rest.size()));
  if (rest.empty()) {
    return false;
  }
  const auto end = std::min(rest.find('&'), rest.size());
  const auto argument = rest.substr(0, end);
  const auto equals = std::min(argument.find('='), argument.size());
  name = argument.substr(0, equals);
  value = argument.substr(std::min(equals + 1, argument.size()));
  rest.remove_prefix(end);
  return true;
}

std::optional<std::string> Query::find(std::string_view name) const {
  auto rest = text_;
  std::string_view encoded;
  std::string_view value;
  for (std::size_t i = 0; i < max_arguments && next(rest, encoded, value); ++i) {
    const bool is_plain = encoded.find_first_of("%+") == std::string_view::npos;
    if (is_plain ? encoded == name : percent_decode(encoded, true) == name) {
      return percent_decode(value, true);
    }
  }
  return std::nullopt;
}

Result<bool> Query::find_flag(std::string_view name) const {
  const auto value = find(name).value_or(std::string());
  const auto flag = value.empty() ? std::optional(false) : parse_boolean(value);
  if (!flag) {
    return fail(ErrorCode::bad_option, "The argument " + std::string(name) + " is " + quoted_for_detail(value) +
                                           "; it has to be true or false.");
  }
  return *flag;
}

}  // namespace docket::http
