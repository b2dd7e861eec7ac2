// The first pass: words as they come from fonts of all kinds become words that can be written anywhere.
#pragma once

#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Makes the words' text fit to be written anywhere: valid UTF-8, no control characters, ligatures as their letters,
/// bullets of symbol fonts, and a typewriter's o that is one, as Unicode's. Words and lines without text are dropped;
/// coordinates become finite.
void clean_lines(std::vector<Line>& lines, std::span<const Font> fonts = {});

}  // namespace docket::engine
