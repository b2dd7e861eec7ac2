// The settings file: whatever is written there is a tree within its bounds, or a mistake with a place.
//
// Input: the text of a settings file.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.h"
#include "settings/json.h"
#include "settings/settings.h"
#include "settings/yaml_reader.h"

namespace {

using namespace docket::settings;
using docket::fuzz::expect;

std::span<const std::string_view> formats() {
  static constexpr std::array<std::string_view, 3> names{"", "markdown", "text"};
  return names;
}

const std::array table{
    Setting{.name = "formats", .kind = Kind::words, .names = formats, .what = "known formats are"},
    Setting{.name = "languages", .kind = Kind::list, .what = "not installed"},
    Setting{.name = "ocr", .kind = Kind::word, .names = formats},
    Setting{.name = "dpi", .low = 70, .high = 1200},
    Setting{.name = "memory_limit", .kind = Kind::size},
    Setting{.name = "expire", .kind = Kind::seconds, .low = 1, .none = "never"},
    Setting{.name = "unit_timeout", .kind = Kind::milliseconds, .low = 1000},
    Setting{.name = "keep_input", .kind = Kind::flag},
};
const std::array<std::string, 2> languages{"deu", "eng"};

void expect_place(const Mistake& mistake, std::string_view text) {
  expect(mistake.at.line >= 1 && mistake.at.column >= 1, "lines and columns from 1");
  expect(mistake.at.line <= std::ranges::count(text, '\n') + 1, "a line of the text");
  expect(mistake.at.column <= text.size() + 1, "a column of the text");
  expect(!mistake.message.empty(), "a message");
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t depth = 0;
  for (const auto& item : node.items) {
    depth = std::max(depth, depth_of(item));
    expect(node.type == YamlNode::Type::list || std::ranges::count(node.items, item.name, &YamlNode::name) == 1,
           "each name once");
  }
  const bool is_level = node.type == YamlNode::Type::list || node.type == YamlNode::Type::map;
  return depth + (is_level ? 1 : 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = docket::fuzz::input(data, size);
  const auto node = read_yaml(text);
  if (node) {
    expect(depth_of(*node) <= max_depth, "no deeper than it may be");
    std::string json;
    append_node(json, *node);
    expect(nlohmann::json::accept(json), "JSON of every tree");
  } else {
    expect_place(node.error(), text);
  }
  const auto settings = read_settings(text, table, {.languages = languages});
  if (!settings) {
    expect(!settings.error().empty(), "what is wrong is told");
    for (const auto& mistake : settings.error()) {
      expect_place(mistake, text);
    }
    return 0;
  }
  expect(node.has_value(), "no settings without a tree");
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (const auto& entry = settings->entries[i]) {
      std::string json;
      append_value(json, table[i], entry->value);
      expect(nlohmann::json::accept(json), "JSON of every value");
    }
  }
  expect(settings->command.empty() || nlohmann::json::accept(settings->command), "JSON of a command's map");
  return 0;
}
