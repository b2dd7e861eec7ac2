#include "job/options.h"

#include "base/names.h"

namespace docket {
namespace {

constexpr std::array<std::string_view, 3> ocr_modes{"auto", "force", "off"};  // in the order of their numbers

}  // namespace

std::string_view to_string(OcrMode mode) noexcept {
  return name_of(ocr_modes, mode);
}
std::optional<OcrMode> ocr_mode_of(std::string_view word) noexcept {
  return value_of<OcrMode>(ocr_modes, word);
}

}  // namespace docket
