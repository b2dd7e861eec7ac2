// Which image's file a figure is.
#pragma once

#include <cstddef>
#include <string>

#include "engine/model/document.h"

namespace docket::engine {

/// The name of a figure's image; null if it was not taken out, and for other blocks.
inline const std::string* image_name(const Block& block, const Page& page) noexcept {
  if (block.image < 0 || static_cast<std::size_t>(block.image) >= page.images.size()) {
    return nullptr;
  }
  const auto& name = page.images[static_cast<std::size_t>(block.image)].name;
  return name.empty() ? nullptr : &name;
}

}  // namespace docket::engine
