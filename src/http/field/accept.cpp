#include "http/field/accept.h"

#include "http/field/text.h"

namespace docket::http {
namespace {

/// A qvalue (RFC 9110, 12.4.2) in thousandths; 1000 for what is not one, as if it were not there.
unsigned parse_quality(std::string_view text) noexcept {
  if (text.empty() || (text.front() != '0' && text.front() != '1')) {
    return 1000;
  }
  unsigned value = static_cast<unsigned>(text.front() - '0') * 1000;
  text.remove_prefix(1);
  if (!text.empty() && text.front() != '.') {
    return 1000;
  }
  unsigned unit = 100;
  for (std::size_t i = 1; i < text.size() && unit != 0; ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') {
      return 1000;
    }
    value += static_cast<unsigned>(text[i] - '0') * unit;
  }
  return value > 1000 ? 1000 : value;
}

/// The weight among the parameters of one element.
unsigned quality_of(std::string_view parameters) noexcept {
  unsigned quality = 1000;
  each_item(parameters, ";", [&](std::string_view parameter) {
    const auto equals = parameter.find('=');
    if (equals != std::string_view::npos && equal_ignoring_case(trim(parameter.substr(0, equals)), "q")) {
      quality = parse_quality(trim(parameter.substr(equals + 1)));
      return false;
    }
    return true;
  });
  return quality;
}

/// How closely a range fits a type: 3 exactly, 2 its "type/*", 1 "*/*", 0 not at all.
unsigned fit(std::string_view range, std::string_view type) noexcept {
  if (equal_ignoring_case(range, type)) {
    return 3;
  }
  if (range == "*/*") {
    return 1;
  }
  const auto slash = type.find('/');
  if (range.size() == slash + 2 && range.ends_with("/*") &&
      equal_ignoring_case(range.substr(0, slash), type.substr(0, slash))) {
    return 2;
  }
  return 0;
}

}  // namespace

unsigned accept_quality(std::string_view accept, std::string_view type) noexcept {
  if (trim(accept).empty()) {
    return 1000;
  }
  unsigned best_fit = 0;
  unsigned quality = 0;
  each_item(accept, ",", [&](std::string_view element) {
    const auto semicolon = element.find(';');
    const auto how = fit(trim(element.substr(0, semicolon)), type);
    if (how > best_fit) {
      best_fit = how;
      quality = semicolon == std::string_view::npos ? 1000 : quality_of(element.substr(semicolon + 1));
    }
    return true;
  });
  return quality;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool accepts = false;
  each_item(accept_encoding, ",", [&](std::string_view element) {
    const auto semicolon = element.find(';');
    const auto coding = trim(element.substr(0, semicolon));
    const bool is_gzip = equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip");
    if (is_gzip || coding == "*") {
      accepts = semicolon == std::string_view::npos || quality_of(element.substr(semicolon)) != 0;
    }
    return !is_gzip;  // what is said of gzip itself holds, wherever "*" stands
  });
  return accepts;
}

Representation choose_representation(std::string_view accept, Format format, bool raw) noexcept {
  const auto shape = info(format).shape;
  if (shape != Shape::text) {
    return shape == Shape::file ? Representation::raw : Representation::wrapped;
  }
  if (raw) {
    return Representation::raw;
  }
  const auto content_type = info(format).content_type;
  const auto type = content_type.substr(0, content_type.find(';'));
  return accept_quality(accept, type) > accept_quality(accept, "application/json") ? Representation::raw
                                                                                   : Representation::wrapped;
}

}  // namespace docket::http
