#include "document/image_name.h"

#include <charconv>
#include <limits>

namespace docket {
namespace {

constexpr std::string_view extension = ".png";

/// A decimal number without leading zeros.
std::optional<std::uint32_t> number_of(std::string_view text, std::uint32_t most) noexcept {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most ||
      (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<ImageName> ImageName::parse(std::string_view text) noexcept {
  if (!text.ends_with(extension)) {
    return std::nullopt;
  }
  text.remove_suffix(extension.size());
  ImageName name;
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    const auto file = number_of(text.substr(0, dash), std::numeric_limits<std::uint16_t>::max());
    if (!file) {
      return std::nullopt;
    }
    name.file = static_cast<std::uint16_t>(*file);
    text.remove_prefix(dash + 1);
  }
  const auto underscore = text.find('_');
  if (underscore == std::string_view::npos) {
    return std::nullopt;
  }
  const auto page = number_of(text.substr(0, underscore), std::numeric_limits<std::uint32_t>::max());
  const auto index = number_of(text.substr(underscore + 1), max_page_images - 1);
  if (!page || *page == 0 || !index) {
    return std::nullopt;
  }
  name.page = *page;
  name.index = *index;
  return name;
}

std::string ImageName::text() const {
  std::string name = file ? std::to_string(*file) + "-" : std::string();
  name += std::to_string(page);
  name += '_';
  name += std::to_string(index);
  name += extension;
  return name;
}

}  // namespace docket
