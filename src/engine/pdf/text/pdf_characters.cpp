#include "engine/pdf/text/pdf_characters.h"

#include <UnicodeTypeTable.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

// In Unicode's normal form KC.
std::u32string normalized(std::initializer_list<char32_t> characters) {
  const std::vector<Unicode> given(characters.begin(), characters.end());
  int length = 0;
  const std::unique_ptr<Unicode, decltype(&std::free)> letters(
      unicodeNormalizeNFKC(given.data(), static_cast<int>(given.size()), &length, nullptr), &std::free);
  return {letters.get(), letters.get() + std::max(length, 0)};
}

}  // namespace

void append_searchable(std::string& text, char32_t character) {
  if (character >= 0x20 && character < 0x7f) {
    text.push_back(static_cast<char>(character));
    return;
  }
  const bool presentation_form = (character >= 0xfb00 && character <= 0xfdff && character != 0xfdfc) ||
                                 (character >= 0xfe70 && character <= 0xfefc);
  if (!presentation_form) {
    append_text(text, character);
    return;
  }
  for (const auto letter : normalized({character})) {
    append_text(text, letter);
  }
}

void compose(std::vector<char32_t>& characters) {
  const auto is_mark = [](char32_t c) { return c >= 0x300 && c < 0x370; };
  if (std::ranges::none_of(characters, is_mark)) {
    return;
  }
  std::size_t kept = 0;
  for (const auto character : characters) {
    if (kept > 0 && is_mark(character)) {
      auto& letter = characters[kept - 1];
      constexpr char32_t last_above = 0x314;
      const bool has_no_dot = character <= last_above && (letter == U'ı' || letter == U'ȷ');
      const char32_t base = !has_no_dot ? letter : letter == U'ı' ? U'i' : U'j';
      const auto whole = normalized({base, character});
      if (whole.size() == 1 && normalized({base}) == std::u32string(1, base)) {
        letter = whole.front();
        continue;
      }
    }
    characters[kept++] = character;
  }
  characters.resize(kept);
}

}  // namespace docket::engine
