// What a setting is: a directive's name, what it accepts and how it is written, in nginx's configuration, in YAML and
// in JSON. The table of all of them is nginx/directives/values.cpp.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "settings/node.h"

namespace docket::settings {

/// What a value is, and how it is written: as words of a directive and in YAML.
enum class Kind : std::uint8_t {
  number,        ///< decimal digits
  size,          ///< "64m"; in YAML also a number of bytes
  seconds,       ///< "1h 30m"; in YAML also a number of seconds
  milliseconds,  ///< the same, kept as milliseconds
  flag,          ///< on, off; in YAML true, false and nothing else
  word,          ///< one of `names`: its index
  words,         ///< some of `names`: bits by index; in YAML a list
  list,          ///< some of what is installed, in their order; in YAML a list
};

/// Where a value may come from.
enum class Scope : std::uint8_t {
  configuration,  ///< the directive alone
  settings,       ///< docket_settings_file, too
};

struct Setting {
  using Names = std::span<const std::string_view> (*)();

  std::string_view name;  ///< its directive is docket_NAME
  Kind kind = Kind::number;
  Scope scope = Scope::settings;
  std::uint64_t low = 0;  ///< of numbers, sizes and times, in the unit that they are kept in
  std::uint64_t high = std::numeric_limits<std::int64_t>::max();
  Names names = nullptr;          ///< by index; an empty one cannot be chosen
  std::string_view none = {};     ///< the word for 0, alone: "never"; of words, for none of them
  std::string_view part_of = {};  ///< the setting behind whose directive it stands as NAME=VALUE
  std::string_view what =
      {};  ///< of names: what they are, as in "known formats are"; else in the place of what is expected
};

/// What the machine has to choose from.
struct Installed {
  std::span<const std::string> languages;
};

/// The value of a setting.
struct Value {
  std::uint64_t number = 0;  ///< or index, bits, 0 and 1
  std::string text{};        ///< of a list: its words with "+" between them

  friend bool operator==(const Value&, const Value&) = default;
};

/// Which of the words of a directive is wrong, and what is expected in its place.
struct WrongWord {
  std::size_t index = 0;
  std::string expected;
};

/// The value that a directive's words are; there is at least one.
tl::expected<Value, WrongWord> parse(const Setting& setting, std::span<const std::string_view> words,
                                     const Installed& installed);

/// The value that stands in YAML. `path` is the setting's.
tl::expected<Value, Mistake> read(const Setting& setting, const YamlNode& node, const std::string& path,
                                  const Installed& installed);

/// What can be chosen of names and of what is installed, in their order; empty for other kinds.
std::vector<std::string_view> choices(const Setting& setting, const Installed& installed);

}  // namespace docket::settings
