// A settings file's text, checked.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "settings/node.h"
#include "settings/setting.h"

namespace docket::settings {

/// The name of the map that is a command's own.
inline constexpr std::string_view command_name = "command";

/// What a text sets.
struct Settings {
  struct Entry {
    Value value;
    Position at;  ///< of its name
  };

  std::vector<std::optional<Entry>> entries;  ///< in the order of the table; nothing: not set
  std::string command;                        ///< the map `command` as a JSON object; empty: there is none
};

/// Reads a text with the settings of `table`; else all mistakes in it, the first ones first, but for those of YAML
/// itself, of which the first one hides the others.
tl::expected<Settings, Mistakes> read_settings(std::string_view text, std::span<const Setting> table,
                                               const Installed& installed);

}  // namespace docket::settings
