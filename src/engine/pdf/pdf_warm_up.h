// Poppler made warm before the fork server forks.
#pragma once

namespace docket::engine {

/// Opens, reads and renders a tiny document with the 14 standard fonts, so that Poppler's tables, fontconfig and
/// FreeType are loaded and the font files found. Further calls do nothing.
void warm_up_poppler();

}  // namespace docket::engine
