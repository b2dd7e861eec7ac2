// The directives about what is made of documents.

#include <algorithm>
#include <string>

#include "document/format.h"
#include "document/media_type.h"
#include "document/tessdata.h"
#include "job/options.h"
#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {

char* set_formats(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->formats != NGX_CONF_UNSET_UINT) {
    return duplicate;
  }
  FormatSet formats;
  for (const auto& value : arguments(cf).subspan(1)) {
    const auto format = format_of(view(value));
    if (!format) {
      static const std::string why = "known formats are " + names_of(every_format());
      return refuse(cf, value, why.c_str());
    }
    formats.add(*format);
  }
  location->formats = formats.bits;
  return conf_ok;
}

char* set_languages(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->languages.data != nullptr) {
    return duplicate;
  }
  try {
    const auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
    const auto installed = installed_languages(std::string(view(main->tessdata)));
    std::string joined;
    for (const auto& value : arguments(cf).subspan(1)) {
      if (std::find(installed.begin(), installed.end(), view(value)) == installed.end()) {
        return refuse(cf, value, "no such tessdata is installed (Debian: tesseract-ocr-LANGUAGE)");
      }
      joined.append(joined.empty() ? "" : "+").append(view(value));
    }
    location->languages = copy(cf->pool, joined);
    return location->languages.data != nullptr ? conf_ok : conf_error;
  } catch (...) {
    return refuse_exception(cf);
  }
}

char* set_ocr(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->ocr != NGX_CONF_UNSET_UINT) {
    return duplicate;
  }
  const auto values = arguments(cf);
  const auto mode = ocr_mode_of(view(values[1]));
  if (!mode) {
    return refuse(cf, values[1], "expected auto, force or off");
  }
  location->ocr = static_cast<ngx_uint_t>(*mode);
  if (values.size() == 3) {
    const auto dpi = after(values[2], "dpi");
    const auto number = dpi ? ngx_atoi(dpi->data, dpi->len) : NGX_ERROR;
    if (number < 70 || number > 1200) {
      return refuse(cf, values[2], "expected dpi=N with N from 70 to 1200");
    }
    location->dpi = static_cast<ngx_uint_t>(number);
  }
  return conf_ok;
}

char* set_types(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto* location = static_cast<LocationConf*>(conf);
  if (location->types != NGX_CONF_UNSET_UINT) {
    return duplicate;
  }
  ngx_uint_t types = 0;
  for (const auto& value : arguments(cf).subspan(1)) {
    const auto known = std::find_if(all_media_types.begin(), all_media_types.end(), [&](const MediaTypeInfo& entry) {
      return entry.type != MediaType::unknown && entry.name == view(value);
    });
    if (known == all_media_types.end()) {
      return refuse(cf, value, "known types are pdf, png, jpeg, tiff, webp, gif, bmp, pnm and jp2");
    }
    types |= ngx_uint_t{1} << static_cast<unsigned>(known->type);
  }
  location->types = types;
  return conf_ok;
}

}  // namespace docket::ngx
