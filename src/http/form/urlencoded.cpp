#include "http/form/urlencoded.h"

#include "http/field/text.h"

namespace docket::http {

Result<void> add_urlencoded(FormCollector& form, std::string_view body) {
  while (!body.empty()) {
    const auto end = body.find('&');
    const auto field = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (field.empty()) {
      continue;
    }
    const auto equals = field.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
    if (auto added = form.add(percent_decode(field.substr(0, equals), true), percent_decode(value, true)); !added) {
      return added;
    }
  }
  return {};
}

}  // namespace docket::http
