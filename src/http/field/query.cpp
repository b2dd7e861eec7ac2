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

}  // namespace docket::http
