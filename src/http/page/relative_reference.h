// From one path of a server to another, whatever stands before both at a proxy.
#pragma once

#include <string>
#include <string_view>

namespace docket::http {

/// The relative reference (RFC 3986, 4.2) that leads from the page at the path `from` to the path `to`, both decoded
/// and beginning with a slash; percent-encoded. A browser that sees both below a prefix gets there, too.
std::string relative_reference(std::string_view from, std::string_view to);

}  // namespace docket::http
