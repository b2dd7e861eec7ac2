#include "settings/settings.h"

#include <algorithm>
#include <utility>

#include "settings/json.h"
#include "settings/yaml_reader.h"

namespace docket::settings {
namespace {

std::string names_of(std::span<const Setting> table) {
  std::string names;
  for (const auto& setting : table) {
    if (setting.scope == Scope::settings) {
      names.append(setting.name).append(", ");
    }
  }
  return names + std::string(command_name);
}

}  // namespace

tl::expected<Settings, Mistakes> read_settings(std::string_view text, std::span<const Setting> table,
                                               const Installed& installed) {
  const auto root = read_yaml(text);
  if (!root) {
    return tl::unexpected<Mistakes>({root.error()});
  }
  Settings settings;
  settings.entries.resize(table.size());
  if (root->type != YamlNode::Type::map && root->type != YamlNode::Type::null) {
    return tl::unexpected<Mistakes>(
        {{root->at, {}, "expected a map of settings, such as \"formats: [markdown, text]\""}});
  }
  Mistakes mistakes;
  for (const auto& member : root->items) {
    if (member.name == command_name) {
      if (member.type == YamlNode::Type::map) {
        append_node(settings.command, member);
      } else {
        mistakes.push_back({member.at, member.name, "expected a map"});
      }
      continue;
    }
    const auto setting = std::ranges::find(table, member.name, &Setting::name);
    if (setting == table.end() || setting->scope != Scope::settings) {
      mistakes.push_back({member.name_at, member.name,
                          setting == table.end() ? "there is no such setting; there are " + names_of(table)
                                                 : "it is set by the directive docket_" + member.name +
                                                       " only, in nginx's configuration"});
      continue;
    }
    auto value = read(*setting, member, member.name, installed);
    if (value) {
      settings.entries[static_cast<std::size_t>(setting - table.begin())] = {std::move(*value), member.name_at};
    } else {
      mistakes.push_back(std::move(value.error()));
    }
  }
  if (!mistakes.empty()) {
    return tl::unexpected(std::move(mistakes));
  }
  return settings;
}

}  // namespace docket::settings
