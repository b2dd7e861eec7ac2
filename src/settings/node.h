// A YAML text as a tree, with where everything stands; and what may be wrong with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace docket::settings {

/// Where something stands in a text: lines and characters, both from 1.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

/// What is wrong with a text, and where.
struct Mistake {
  Position at{};
  std::string path{};  ///< of the value, such as "formats[0]" or "command.model"; empty: of the whole
  std::string message{};

  friend bool operator==(const Mistake&, const Mistake&) = default;
};

using Mistakes = std::vector<Mistake>;

/// A value and all that is in it. Nests no deeper than max_depth (settings/yaml_reader.h): it may be walked by
/// recursion.
struct YamlNode {
  enum class Type : std::uint8_t { null, scalar, list, map };

  Type type = Type::null;
  Position at{};
  bool plain = false;             ///< of a scalar: without quotes, so that its spelling says its type
  std::string text{};             ///< of a scalar
  std::string name{};             ///< of a member of a map, where each is there once
  Position name_at{};             ///< the same
  std::vector<YamlNode> items{};  ///< of a list, and the members of a map, in their order
};

/// The path of a member of `path`, of an item of it.
inline std::string path_of(const std::string& path, const std::string& member) {
  return path.empty() ? member : path + "." + member;
}
inline std::string path_of(const std::string& path, std::size_t item) {
  return path + "[" + std::to_string(item) + "]";
}

}  // namespace docket::settings
