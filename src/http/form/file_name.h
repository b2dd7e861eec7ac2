// The name of an uploaded file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket::http {

/// In bytes: what a name has in most file systems.
inline constexpr std::size_t longest_file_name = 255;

/// A client's name of a file as it is kept: valid UTF-8, no control characters (CR and LF would end a field of whatever
/// response it comes to stand in), at most longest_file_name bytes, of which a short extension is kept.
std::string clean_file_name(std::string_view name);

}  // namespace docket::http
