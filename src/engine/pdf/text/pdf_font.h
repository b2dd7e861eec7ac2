// What a PDF font looks like, told from its name and its descriptor's flags.
#pragma once

#include <string_view>

#include "engine/model/document.h"

namespace docket::engine {

/// The flags of a font descriptor (ISO 32000-1, 9.8.2) that matter here. Many writers leave them out or set them wrong.
struct FontFlags {
  bool bold = false;
  bool italic = false;
  bool fixed_pitch = false;
};

/// A font by its PostScript name (with or without the six letters of a subset) and flags: what the name says is
/// believed as well as what the flags say. Bytes of the name that are no printable ASCII become '?'.
Font describe_font(std::string_view name, FontFlags flags);

}  // namespace docket::engine
