// Why files are not taken: the words of the answers, which the web page uses, too, before it sends anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::http {

/// The names of the types in a mask (bits over MediaType) as people read them: "pdf, png".
std::string names_of_types(std::uint32_t types);

/// unsupported_type: `what` is the file, in quotes, or the body.
std::string unsupported_type_detail(std::string_view what, std::uint32_t taken_types);

/// empty_file
std::string empty_file_detail(std::string_view filename);

/// too_many_files
std::string too_many_files_detail(std::uint64_t most);

}  // namespace docket::http
