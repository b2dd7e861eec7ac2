#include "settings/setting.h"

#include <algorithm>
#include <optional>

#include "base/plural.h"
#include "settings/notation.h"

namespace docket::settings {
namespace {

std::string joined(const std::vector<std::string_view>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? last : std::string_view(", ");
    text += words[i];
  }
  return text;
}

/// A size as people write it.
std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view letters = "kmg";
  std::string unit;
  for (std::size_t i = 0; i < letters.size() && bytes != 0 && bytes % 1024 == 0; ++i) {
    bytes /= 1024;
    unit = letters[i];
  }
  return std::to_string(bytes) + unit;
}

/// "from 1 to 100 seconds".
std::string range(const Setting& setting) {
  const bool is_open = setting.high == Setting{}.high;
  switch (setting.kind) {
    case Kind::size:
      return is_open ? ", of at least " + size_text(setting.low)
                     : ", from " + size_text(setting.low) + " to " + size_text(setting.high);
    case Kind::seconds:
    case Kind::milliseconds: {
      const auto unit = setting.kind == Kind::seconds ? 1 : ms_per_second;
      return is_open ? ", of at least " + counted(setting.low / unit, "second")
                     : ", from " + std::to_string(setting.low / unit) + " to " + counted(setting.high / unit, "second");
    }
    default:
      return is_open ? " of at least " + std::to_string(setting.low)
                     : " from " + std::to_string(setting.low) + " to " + std::to_string(setting.high);
  }
}

enum class Language : std::uint8_t { directive, yaml };

std::string expected(const Setting& setting, const Installed& installed, Language language) {
  const std::string or_none = setting.none.empty() ? "" : std::string(setting.none) + " or ";
  if (setting.kind != Kind::words && !setting.what.empty()) {
    return std::string(setting.what);
  }
  switch (setting.kind) {
    case Kind::number:
      return "expected " + or_none + "a number" + range(setting);
    case Kind::size:
      return "expected " + or_none + "a size such as 512k or 64m" + range(setting);
    case Kind::seconds:
    case Kind::milliseconds:
      return "expected " + or_none + "a time such as 90, 30s or 7d" + range(setting);
    case Kind::flag:
      return language == Language::yaml ? "expected true or false" : "expected on or off";
    case Kind::word:
      return "expected " + joined(choices(setting, installed), " or ");
    case Kind::list:
    case Kind::words:
      break;
  }
  return std::string(setting.what) + " " + joined(choices(setting, installed), ", ") +
         (setting.none.empty() || language == Language::yaml ? "" : "; or " + std::string(setting.none) + " alone");
}

std::optional<std::uint64_t> index_of(const Setting& setting, std::string_view word) {
  const auto names = setting.names();
  const auto found = std::ranges::find(names, word);
  return word.empty() || found == names.end() ? std::nullopt
                                              : std::optional(static_cast<std::uint64_t>(found - names.begin()));
}

/// The number that one word is.
std::optional<std::uint64_t> number_of(const Setting& setting, std::string_view word) {
  if (!setting.none.empty() && word == setting.none) {
    return 0;
  }
  std::optional<std::uint64_t> number;
  switch (setting.kind) {
    case Kind::number:
      number = parse_number(word);
      break;
    case Kind::size:
      number = parse_size(word);
      break;
    case Kind::seconds:
      number = parse_time(word, TimeUnit::seconds);
      break;
    case Kind::milliseconds:
      number = parse_time(word, TimeUnit::milliseconds);
      break;
    case Kind::word:
      return index_of(setting, word);
    case Kind::flag:
      return word == "on" ? std::optional<std::uint64_t>(1) : word == "off" ? std::optional<std::uint64_t>(0) : number;
    case Kind::words:
    case Kind::list:
      break;
  }
  return number && *number >= setting.low && *number <= setting.high ? number : std::nullopt;
}

bool is_several(Kind kind) noexcept {
  return kind == Kind::words || kind == Kind::list;
}

/// Adds one word of several to a value; false if it is none.
bool add(const Setting& setting, std::string_view word, const Installed& installed, Value& value) {
  if (setting.kind == Kind::words) {
    const auto index = index_of(setting, word);
    value.number |= index ? std::uint64_t{1} << *index : 0;
    return index.has_value();
  }
  if (std::ranges::find(installed.languages, word) == installed.languages.end()) {
    return false;
  }
  value.text.append(value.text.empty() ? "" : "+").append(word);
  return true;
}

/// Whether the spelling of a scalar in YAML is of the kind; its value is looked at afterwards.
bool is_of_kind(const Setting& setting, const YamlNode& node) {
  if (node.type != YamlNode::Type::scalar) {
    return false;
  }
  switch (setting.kind) {
    case Kind::number:
      return node.plain;  // "5" with quotes is a text
    case Kind::flag:
      return node.plain && (node.text == "true" || node.text == "false");
    default:
      return true;
  }
}

}  // namespace

std::vector<std::string_view> choices(const Setting& setting, const Installed& installed) {
  std::vector<std::string_view> words;
  if (setting.kind == Kind::list) {
    words.assign(installed.languages.begin(), installed.languages.end());
  } else if (setting.names != nullptr) {
    std::ranges::copy_if(setting.names(), std::back_inserter(words), [](auto name) { return !name.empty(); });
  }
  return words;
}

tl::expected<Value, WrongWord> parse(const Setting& setting, std::span<const std::string_view> words,
                                     const Installed& installed) {
  const auto wrong = [&](std::size_t index) {
    return tl::unexpected<WrongWord>({index, expected(setting, installed, Language::directive)});
  };
  Value value;
  if (!is_several(setting.kind)) {
    const auto number = number_of(setting, words[0]);
    if (!number || words.size() > 1) {
      return wrong(number ? 1 : 0);
    }
    value.number = *number;
    return value;
  }
  if (words.size() == 1 && !setting.none.empty() && words[0] == setting.none) {
    return value;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!add(setting, words[i], installed, value)) {
      return wrong(i);
    }
  }
  return value;
}

tl::expected<Value, Mistake> read(const Setting& setting, const YamlNode& node, const std::string& path,
                                  const Installed& installed) {
  const auto wrong = [&](const YamlNode& what, const std::string& where) {
    return tl::unexpected<Mistake>({what.at, where, expected(setting, installed, Language::yaml)});
  };
  Value value;
  if (!is_several(setting.kind)) {
    const auto number = !is_of_kind(setting, node)   ? std::nullopt
                        : setting.kind == Kind::flag ? std::optional<std::uint64_t>(node.text == "true" ? 1 : 0)
                                                     : number_of(setting, node.text);
    if (!number) {
      return wrong(node, path);
    }
    value.number = *number;
    return value;
  }
  const bool may_be_empty = !setting.none.empty();
  if (node.type != YamlNode::Type::list || (node.items.empty() && !may_be_empty)) {
    return tl::unexpected<Mistake>({node.at, path, "expected a list; " + expected(setting, installed, Language::yaml)});
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const auto& item = node.items[i];
    if (item.type != YamlNode::Type::scalar || !add(setting, item.text, installed, value)) {
      return wrong(item, path_of(path, i));
    }
  }
  return value;
}

}  // namespace docket::settings
