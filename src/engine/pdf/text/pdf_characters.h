// Characters of a PDF as those that people search for.
#pragma once

#include <string>
#include <vector>

namespace docket::engine {

/// Appends a character as UTF-8; ligatures and shaped letters as the letters they stand for: a search for "file" has no
/// U+FB01 in it.
void append_searchable(std::string& text, char32_t character);

/// Makes a letter and the mark behind it one character, where there is one: a search for "naïve" has no mark in it.
void compose(std::vector<char32_t>& characters);

}  // namespace docket::engine
