#include "http/upstream/response_head.h"

#include <algorithm>
#include <array>
#include <string>

#include "http/field/text.h"
#include "http/upstream/hop_by_hop.h"

namespace docket::http {
namespace {

std::string_view take_line(std::string_view& text) noexcept {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// The code of "HTTP/1.1 200 OK"; 0 for another line.
unsigned status_of(std::string_view line) noexcept {
  const auto blank = line.find(' ');
  if (!line.starts_with("HTTP/") || blank == std::string_view::npos) {
    return 0;
  }
  const auto code = parse_number(line.substr(blank + 1, 3));
  return code && *code >= 200 && *code <= 599 ? static_cast<unsigned>(*code) : 0;
}

bool is_well_formed(const ResponseField& field) noexcept {
  constexpr char del = 0x7F;
  return !field.name.empty() && std::ranges::all_of(field.name, is_token_char) &&
         std::ranges::none_of(field.value,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20U && c != '\t') || c == del; });
}

bool is_nginx_own(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> names{"content-length", "date", "server", "x-content-type-options"};
  constexpr std::string_view accel = "x-accel-";
  return std::ranges::any_of(names, [&](std::string_view one) { return equal_ignoring_case(one, name); }) ||
         equal_ignoring_case(name.substr(0, accel.size()), accel);
}

}  // namespace

std::optional<ResponseHead> parse_response_head(std::string_view text) {
  ResponseHead head;
  head.status = status_of(take_line(text));
  if (head.status == 0) {
    return std::nullopt;
  }
  std::string connection;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const ResponseField field{line.substr(0, colon), trim(line.substr(colon + 1))};
    if (!is_well_formed(field)) {
      continue;
    }
    if (equal_ignoring_case(field.name, "connection")) {
      connection.append(connection.empty() ? "" : ",").append(field.value);
    }
    head.fields.push_back(field);
  }
  const HopByHop hop_by_hop(connection);
  std::erase_if(head.fields,
                [&](const ResponseField& field) { return hop_by_hop.has(field.name) || is_nginx_own(field.name); });
  return head;
}

}  // namespace docket::http
