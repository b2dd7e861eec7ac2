// Which URLs callbacks may have.
#pragma once

#include <string_view>

#include "base/error.h"

namespace docket::http {

inline constexpr std::size_t max_callback_url = 2048;

/// bad_option, with what is wrong and no word of the URL, unless it is an absolute one of http or https (RFC 3986) in
/// ASCII, with a host and without userinfo or fragment. Where it leads is not looked at: that is done when it is
/// connected.
Result<void> check_callback_url(std::string_view url);

}  // namespace docket::http
