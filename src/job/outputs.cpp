#include "job/outputs.h"

namespace docket {

std::uint64_t size_of(const Outputs& outputs) noexcept {
  std::uint64_t size = 0;
  for (const auto& section : outputs.sections) {
    size += section.length;
  }
  return size;
}

}  // namespace docket
