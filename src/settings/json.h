// Settings in JSON: their values, what may be chosen, their JSON Schema; and any YAML value.
#pragma once

#include <span>
#include <string>

#include "settings/node.h"
#include "settings/setting.h"

namespace docket::settings {

/// Appends a value as it may stand in the settings: times in seconds, "never"; names in lists.
void append_value(std::string& out, const Setting& setting, const Value& value);

/// Appends what may be chosen: a list of what there is, or `{"minimum", "maximum"}` of numbers, in bytes and seconds.
void append_allowed(std::string& out, const Setting& setting, const Installed& installed);

/// Appends the JSON Schema (2020-12) of a settings file, with the settings of Scope::settings and `command`.
void append_schema(std::string& out, std::span<const Setting> settings, const Installed& installed);

/// Appends a YAML value as JSON. Scalars without quotes are null, true, false and numbers where that is JSON's own
/// spelling of them; all others (no, on, 0x10, 1_000) are texts.
void append_node(std::string& out, const YamlNode& node);

}  // namespace docket::settings
