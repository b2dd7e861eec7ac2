// Reads the YAML of a settings file, by yaml-cpp's event parser.
#pragma once

#include <cstddef>
#include <string_view>
#include <tl/expected.hpp>

#include "settings/node.h"

namespace docket::settings {

inline constexpr std::size_t max_text = std::size_t{64} * 1024;
inline constexpr std::size_t max_depth = 16;

/// The one document that `text` is; null for an empty text. Mistakes are what is no YAML, and of YAML what has
/// surprises in it: anchors and aliases, tags, names that are given twice or are no scalars, several documents; also
/// bytes that are no UTF-8, control characters, more than max_text bytes, and more than max_depth levels. Does not
/// throw but for a lack of memory.
tl::expected<YamlNode, Mistake> read_yaml(std::string_view text);

}  // namespace docket::settings
