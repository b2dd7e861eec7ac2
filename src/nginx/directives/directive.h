// What all setters of directives share.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "nginx/core/ngx.h"

namespace docket::ngx {

inline char* const conf_ok = NGX_CONF_OK;
inline char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);
inline char duplicate[] = "is duplicate";

/// The arguments of the directive that is being read; the first is its name.
inline std::span<const ngx_str_t> arguments(const ngx_conf_t* cf) noexcept {
  return {static_cast<const ngx_str_t*>(cf->args->elts), cf->args->nelts};
}

/// Says what is wrong with `value`, and where, and gives what a setter returns then.
inline char* refuse(ngx_conf_t* cf, const ngx_str_t& value, const char* why) noexcept {
  ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid value \"%V\" in \"%V\" directive: %s", &value,
                     &arguments(cf).front(), why);
  return conf_error;
}

/// Prepares a text in which variables may stand, of which a copy is used; false after saying what is wrong.
inline bool compile(ngx_conf_t* cf, const ngx_str_t& text, ngx_http_complex_value_t* value) noexcept {
  ngx_str_t copied = text;
  ngx_http_compile_complex_value_t compile{};
  compile.cf = cf;
  compile.value = &copied;
  compile.complex_value = value;
  return ngx_http_compile_complex_value(&compile) == NGX_OK;
}

/// What stands behind `name=` in an argument.
inline std::optional<ngx_str_t> after(const ngx_str_t& argument, std::string_view name) noexcept {
  const auto text = view(argument);
  if (text.size() <= name.size() || !text.starts_with(name) || text[name.size()] != '=') {
    return std::nullopt;
  }
  return str(text.substr(name.size() + 1));
}

/// Whether the location's name is a path: not that of a regular expression, of an inner block, or one with an @.
inline bool has_path(const ngx_http_core_loc_conf_t* core) noexcept {
#if (NGX_PCRE)
  if (core->regex != nullptr) {
    return false;
  }
#endif
  return !core->noname && !core->named;
}

}  // namespace docket::ngx
