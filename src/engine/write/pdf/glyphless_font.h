// A font without outlines, for text that is found and copied and never seen.
#pragma once

#include <string>

namespace docket::engine {

/// A TrueType font program (OpenType 1.9) with two glyphs, both empty and half an em wide; 1000 units an em, 800 above
/// the baseline and 200 below. Made by us from the format's description.
std::string glyphless_font();

}  // namespace docket::engine
