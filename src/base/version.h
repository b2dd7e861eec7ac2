// The release that this source is.
#pragma once

#include <string_view>

namespace docket {

/// The same as the VERSION of src/CMakeLists.txt's project().
inline constexpr std::string_view version = "0.1.0";

}  // namespace docket
