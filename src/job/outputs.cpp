#include "job/outputs.h"

namespace docket {

std::string_view inline_bytes(const Outputs& outputs, const Section& section) noexcept {
  if (!outputs.bytes || section.offset > outputs.bytes->size()) {
    return {};
  }
  return std::string_view(*outputs.bytes).substr(section.offset, section.length);
}

std::uint64_t size_of(const Outputs& outputs) noexcept {
  std::uint64_t size = 0;
  for (const auto& section : outputs.sections) {
    size += section.length;
  }
  return size;
}

}  // namespace docket
