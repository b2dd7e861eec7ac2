#include "settings/json.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "base/json_text.h"
#include "settings/notation.h"

namespace docket::settings {
namespace {

template <class Words>
void append_list(std::string& out, const Words& words) {
  out += '[';
  bool is_first = true;
  for (const std::string_view word : words) {
    out += is_first ? "" : ",";
    append_json_string(out, word);
    is_first = false;
  }
  out += ']';
}

/// A limit in the unit that is written: seconds for milliseconds, from the inside of the range.
std::uint64_t written(const Setting& setting, std::uint64_t value) {
  return setting.kind == Kind::milliseconds ? (value + ms_per_second - 1) / ms_per_second : value;
}

void append_range(std::string& out, const Setting& setting) {
  out += R"("minimum":)";
  append_json_number(out, written(setting, setting.low));
  if (setting.high != Setting{}.high) {
    out += R"(,"maximum":)";
    append_json_number(out, setting.kind == Kind::milliseconds ? setting.high / ms_per_second : setting.high);
  }
}

std::vector<std::string_view> words_of(const Setting& setting, const Value& value) {
  std::vector<std::string_view> words;
  if (setting.kind == Kind::words) {
    const auto names = setting.names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if ((value.number & (std::uint64_t{1} << i)) != 0 && !names[i].empty()) {
        words.push_back(names[i]);
      }
    }
    return words;
  }
  for (std::string_view rest = value.text; !rest.empty();) {
    const auto end = std::min(rest.find('+'), rest.size());
    words.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
}

/// The part of a schema that says what a value is; without braces.
void append_type(std::string& out, const Setting& setting, const Installed& installed) {
  switch (setting.kind) {
    case Kind::number:
      out += R"("type":"integer",)";
      append_range(out, setting);
      return;
    case Kind::size:
      out += R"("type":["integer","string"],"pattern":"^[0-9]+[kKmMgG]?$",)";
      append_range(out, setting);
      return;
    case Kind::seconds:
    case Kind::milliseconds:
      out += R"("type":["integer","string"],"pattern":"^([0-9]+(y|M|w|d|h|m|s|ms)? *)+$)";
      out += setting.none.empty() ? "" : "|^" + std::string(setting.none) + "$";
      out += R"(",)";
      append_range(out, setting);
      return;
    case Kind::flag:
      out += R"("type":"boolean")";
      return;
    case Kind::word:
      out += R"("enum":)";
      append_list(out, choices(setting, installed));
      return;
    case Kind::words:
    case Kind::list:
      out += R"("type":"array",)";
      out += setting.none.empty() ? R"("minItems":1,)" : "";
      out += R"("items":{"enum":)";
      append_list(out, choices(setting, installed));
      out += '}';
      return;
  }
}

/// Whether a text is a number of JSON (RFC 8259, 6) that readers take: one that fits a double.
bool is_json_number(std::string_view text) noexcept {
  double ignored = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), ignored).ec != std::errc()) {
    return false;
  }
  const auto take_digits = [&text] {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  }
  const bool zero = text.starts_with('0');
  const auto whole = take_digits();
  if (whole == 0 || (zero && whole > 1)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits() == 0) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    text.remove_prefix(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
    if (take_digits() == 0) {
      return false;
    }
  }
  return text.empty();
}

}  // namespace

void append_value(std::string& out, const Setting& setting, const Value& value) {
  switch (setting.kind) {
    case Kind::flag:
      out += value.number != 0 ? "true" : "false";
      return;
    case Kind::word:
      append_json_string(out, setting.names()[value.number]);
      return;
    case Kind::words:
    case Kind::list:
      append_list(out, words_of(setting, value));
      return;
    default:
      break;
  }
  if (value.number == 0 && !setting.none.empty()) {
    append_json_string(out, setting.none);
  } else if (setting.kind != Kind::milliseconds) {
    append_json_number(out, value.number);
  } else if (value.number % ms_per_second == 0) {
    append_json_number(out, value.number / ms_per_second);
  } else {
    append_json_string(out, std::to_string(value.number) + "ms");
  }
}

void append_allowed(std::string& out, const Setting& setting, const Installed& installed) {
  switch (setting.kind) {
    case Kind::flag:
      out += "[true,false]";
      return;
    case Kind::word:
    case Kind::words:
    case Kind::list:
      append_list(out, choices(setting, installed));
      return;
    default:
      out += '{';
      append_range(out, setting);
      out += '}';
  }
}

void append_schema(std::string& out, std::span<const Setting> settings, const Installed& installed) {
  out += R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Docket's settings",)"
         R"("type":["object","null"],"additionalProperties":false,"properties":{)";
  for (const auto& setting : settings) {
    if (setting.scope != Scope::settings) {
      continue;
    }
    append_json_string(out, setting.name);
    out += R"(:{"description":)";
    append_json_string(out, setting.part_of.empty()
                                ? "docket_" + std::string(setting.name)
                                : "docket_" + std::string(setting.part_of) + " … " + std::string(setting.name) + "=");
    out += ',';
    append_type(out, setting, installed);
    out += "},";
  }
  out += R"("command":{"description":"what programs of docket_command find in DOCKET_SETTINGS","type":"object"}}})";
}

void append_node(std::string& out, const YamlNode& node) {
  switch (node.type) {
    case YamlNode::Type::null:
      out += "null";
      return;
    case YamlNode::Type::scalar:
      if (node.plain && (node.text == "true" || node.text == "false" || is_json_number(node.text))) {
        out += node.text;
      } else {
        append_json_string(out, node.text);
      }
      return;
    case YamlNode::Type::list:
      out += '[';
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        out += i == 0 ? "" : ",";
        append_node(out, node.items[i]);
      }
      out += ']';
      return;
    case YamlNode::Type::map:
      break;
  }
  out += '{';
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_json_string(out, node.items[i].name);
    out += ':';
    append_node(out, node.items[i]);
  }
  out += '}';
}

}  // namespace docket::settings
