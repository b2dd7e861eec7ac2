#include "http/upstream/hop_by_hop.h"

#include <algorithm>
#include <array>

#include "http/field/text.h"

namespace docket::http {

bool HopByHop::has(std::string_view name) const noexcept {
  constexpr std::array<std::string_view, 9> known{"connection",
                                                  "keep-alive",
                                                  "proxy-authenticate",
                                                  "proxy-authorization",
                                                  "proxy-connection",
                                                  "te",
                                                  "trailer",
                                                  "transfer-encoding",
                                                  "upgrade"};
  if (std::ranges::any_of(known, [&](std::string_view one) { return equal_ignoring_case(one, name); })) {
    return true;
  }
  bool found = false;
  each_item(named_, ",", [&](std::string_view one) {
    found = equal_ignoring_case(one, name);
    return !found;
  });
  return found;
}

}  // namespace docket::http
