#include "http/page/relative_reference.h"

#include <algorithm>
#include <cstddef>

#include "http/field/text.h"

namespace docket::http {

std::string relative_reference(std::string_view from, std::string_view to) {
  const auto folder = from.substr(0, from.rfind('/') + 1);
  std::size_t shared = 0;  // both begin alike up to here, behind a slash
  for (std::size_t i = 0; i < std::min(folder.size(), to.size()) && folder[i] == to[i]; ++i) {
    shared = folder[i] == '/' ? i + 1 : shared;
  }
  std::string reference;
  for (auto up = std::count(folder.begin() + static_cast<std::ptrdiff_t>(shared), folder.end(), '/'); up > 0; --up) {
    reference += "../";
  }
  if (reference.empty()) {
    reference = "./";  // neither empty, nor with a first segment that looks like a scheme
  }
  append_percent_encoded_path(reference, to.substr(shared));
  return reference;
}

}  // namespace docket::http
