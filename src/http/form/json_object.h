// A client's JSON object taken apart into its members, each as checked JSON text.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/error.h"

namespace docket::http {

/// No value nests deeper than this: what reads it later may recurse.
inline constexpr std::uint32_t max_json_depth = 64;

/// Calls `visit(name, json)` for each member of the object `text`, in its order, repeated names included; `json` is the
/// value written anew without white space, numbers as they were. Memory is bounded by the text. bad_option for what is
/// not a JSON object or nests too deep; an error of `visit` ends it.
Result<void> each_json_member(std::string_view text,
                              const std::function<Result<void>(std::string_view name, std::string_view json)>& visit);

}  // namespace docket::http
