// The table of values: what directives of jobs accept, where it is kept in a LocationConf, and whether settings may
// change it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "nginx/conf/conf.h"
#include "settings/settings.h"

namespace docket::ngx {

/// All rows. A directive docket_NAME with the setter set_value (nginx/directives/setters.h) and a row is all that a
/// value takes; its row makes it a setting, too, unless it says Scope::configuration.
std::span<const settings::Setting> value_table() noexcept;

/// Whether the value of row `index`, or of the row `name`, was said for the location or around it.
inline bool is_said(const LocationConf& conf, std::size_t index) noexcept {
  return (conf.said & (std::uint64_t{1} << index)) != 0;
}
bool is_said(const LocationConf& conf, std::string_view name) noexcept;

/// Takes a value for the location. A text is not copied.
void put_value(LocationConf& conf, std::size_t index, const settings::Value& value) noexcept;

/// The location's value.
settings::Value value_of(const LocationConf& conf, std::size_t index);

/// Gives a location what its surroundings say and it does not, else the defaults.
void merge_values(LocationConf& conf, const LocationConf& previous) noexcept;

/// After merge_values(): what options and types come to for the location's handler.
void finish_values(LocationConf& conf) noexcept;

/// A location's values with those of its settings file over them. Lives in the request's pool, or where it is used;
/// `conf` points into `settings`.
struct EffectiveConf {
  EffectiveConf(const LocationConf& location, std::shared_ptr<const settings::Settings> of_file);

  std::shared_ptr<const settings::Settings> settings;
  LocationConf conf;
};

}  // namespace docket::ngx
