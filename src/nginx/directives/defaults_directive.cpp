// docket_defaults: options that a location gives where the client does not.

#include <span>
#include <string>

#include "document/tessdata.h"
#include "http/form/submit_options.h"
#include "http/form/wait.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

constexpr std::uint32_t any_wait = 86'400;

std::string names_with_default() {
  std::string names;
  for (const auto name : http::option_names) {
    if (http::may_have_default(*http::option_of(name))) {
      names.append(names.empty() ? "" : ", ").append(name);
    }
  }
  return names;
}

/// What can be said of the values without knowing the location that they come to.
Result<void> check_values(const http::RawOptions& values, std::span<const std::string> installed) {
  http::OptionPolicy policy;
  policy.allowed = http::options_to_allow();
  policy.languages = installed;
  Options options;
  return http::apply_options(values, policy, options)
      .and_then([&] { return http::priority_of(values, 0); })
      .and_then([&](std::uint8_t) { return http::expiry_of(values, 0); })
      .and_then([&](std::uint64_t) { return http::waiting_of(values, {}, every_format(), any_wait); })
      .map([](const http::Waiting&) {});
}

}  // namespace

char* set_defaults(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->defaults != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  const auto given = arguments(cf).subspan(1);
  if (given.size() == 1 && view(given[0]) == "none") {
    location->defaults = nullptr;
    return conf_ok;
  }
  const auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  const auto installed = installed_languages(std::string(view(main->tessdata)));
  http::RawOptions values;
  for (const auto& argument : given) {
    const auto text = view(argument);
    const auto equals = text.find('=');
    const auto option = http::option_of(text.substr(0, equals));
    if (equals == std::string_view::npos || !option || !http::may_have_default(*option)) {
      static const std::string why =
          "expected NAME=VALUE, or none alone; options that can have a default are " + names_with_default();
      return refuse(cf, argument, why.c_str());
    }
    if (auto added = http::add_option(values, *option, text.substr(equals + 1)); !added) {
      return refuse(cf, argument, added.error().detail.c_str());
    }
    if (auto right = check_values(values, installed); !right) {
      return refuse(cf, argument, right.error().detail.c_str());
    }
  }
  location->defaults = make_in_pool<http::RawOptions>(cf->pool, std::move(values));
  return location->defaults != nullptr ? conf_ok : conf_error;
} catch (...) {
  return refuse_exception(cf);
}

Result<void> check_defaults(const LocationConf& location) {
  if (location.defaults == nullptr) {
    return {};
  }
  Options options;
  options.formats.bits = static_cast<std::uint32_t>(location.formats);
  http::RawOptions formats;
  formats[http::Option::formats] = (*location.defaults)[http::Option::formats];
  return http::apply_options(formats, {}, options)
      .and_then([&] { return http::expiry_of(*location.defaults, static_cast<std::uint64_t>(location.expire) * 1000); })
      .and_then([&](std::uint64_t) { return http::waiting_of(*location.defaults, {}, options.formats, any_wait); })
      .map([](const http::Waiting&) {});
}

}  // namespace docket::ngx
