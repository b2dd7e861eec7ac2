#include "engine/layout/clean.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/utf8.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

bool is_plain(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// The letters of the Latin ligatures U+FB00 … U+FB06.
constexpr std::array<std::string_view, 7> ligatures{"ff", "fi", "fl", "ffi", "ffl", "st", "st"};

/// What a character of the private use area means: Symbol and Wingdings put their bullets at U+F000 + code.
char32_t symbol_font_character(char32_t c) noexcept {
  switch (c) {
    case 0xF0B7:
    case 0xF06C:
      return U'•';
    case 0xF0A7:
    case 0xF06E:
      return U'▪';
    case 0xF0A8:
      return U'◦';
    case 0xF0D8:
      return U'➢';
    case 0xF0FC:
      return U'✓';
    default:
      return c;
  }
}

/// What a character of Wingdings shows, where the font says that it is the letter at the same code; the commonest only.
char32_t dingbat(char32_t c) noexcept {
  switch (c) {
    case U'l':
      return U'●';
    case U'n':
      return U'■';
    case U'o':
    case U'q':
    case 0xA8:
      return U'□';
    case U'u':
      return U'◆';
    case U'v':
      return U'❖';
    case 0xA7:
      return U'▪';
    case 0xD8:
      return U'➢';
    case 0xE0:
      return U'→';
    case 0xE8:
      return U'➔';
    case 0xFC:
      return U'✓';
    default:
      return c;
  }
}

/// Punctuation as it stands in rows, for Unicode's forms of it that stand in columns.
char32_t level_form(char32_t c) noexcept {
  constexpr char32_t first_form = 0xFE10;
  constexpr std::u32string_view forms = U"，、。：；！？〖〗…";
  constexpr char32_t first_compatibility_form = 0xFE35;
  constexpr std::u32string_view compatibility_forms = U"（）｛｝〔〕【】《》〈〉「」『』";
  if (c >= first_form && c < first_form + forms.size()) {
    return forms[c - first_form];
  }
  if (c >= first_compatibility_form && c < first_compatibility_form + compatibility_forms.size()) {
    return compatibility_forms[c - first_compatibility_form];
  }
  return c;
}

bool is_space(char32_t c) noexcept {
  return c == U' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || (c >= 0x09 && c <= 0x0D);
}

bool is_dropped(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200B || c == 0xFEFF || c == 0x2060 ||
         (c & 0xFFFEU) == 0xFFFEU;  // controls, zero-width spaces, noncharacters
}

/// `is_last`: of its line.
std::string cleaned(std::string_view text, bool is_last) {
  std::string out;
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    if (is_space(c.code)) {
      if (!out.empty() && out.back() != ' ') {
        out += ' ';
      }
    } else if (is_dropped(c.code)) {
      continue;
    } else if (c.code == 0xAD) {
      // A soft hyphen is seen only where its word was broken.
      if (text.empty() && is_last) {
        out += '-';
      }
    } else if (c.code >= 0xFB00 && c.code <= 0xFB06) {
      out += ligatures[c.code - 0xFB00];
    } else {
      append_char(out, level_form(symbol_font_character(c.code)));
    }
  }
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

float finite(float value) noexcept {
  return std::isfinite(value) ? std::clamp(value, -1e6F, 1e6F) : 0.0F;
}

Box finite(const Box& box) noexcept {
  const Box sound{finite(box.x0), finite(box.y0), finite(box.x1), finite(box.y1)};
  return {std::min(sound.x0, sound.x1), std::min(sound.y0, sound.y1), std::max(sound.x0, sound.x1),
          std::max(sound.y0, sound.y1)};
}

bool is_of_dingbats(const Font& font) noexcept {
  return font.name.find("Wingdings") != std::string::npos;
}

std::string as_dingbats(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    append_char(out, dingbat(c.code));
  }
  return out;
}

/// Whether a line begins with a small o that is a bullet: word processors set the bullets of a list's second level so,
/// in a typewriter's font before text in another, which may be the next line on the same row.
bool begins_with_o_bullet(std::span<const Line> lines, std::size_t at, std::span<const Font> fonts) noexcept {
  const auto& words = lines[at].words;
  if (words.empty() || words[0].text != "o") {
    return false;
  }
  const bool is_next =
      words.size() == 1 && at + 1 < lines.size() && !lines[at + 1].words.empty() && beside(lines[at], lines[at + 1]);
  if (words.size() == 1 && !is_next) {
    return false;
  }
  const auto* bullet = font_of(words[0], fonts);
  const auto* text = font_of(is_next ? lines[at + 1].words[0] : words[1], fonts);
  return bullet != nullptr && text != nullptr && bullet->monospace && !text->monospace;
}

}  // namespace

void clean_lines(std::vector<Line>& lines, std::span<const Font> fonts) {
  // Hardly any page has such a font: its words are not asked one by one.
  const bool has_dingbats = std::ranges::any_of(fonts, is_of_dingbats);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto& line = lines[i];
    if (begins_with_o_bullet(lines, i, fonts)) {
      line.words[0].text = "◦";
    }
    for (auto& word : line.words) {
      if (const auto* font = has_dingbats ? font_of(word, fonts) : nullptr; font != nullptr && is_of_dingbats(*font)) {
        word.text = as_dingbats(word.text);
      }
      if (!is_plain(word.text)) {
        const bool is_last = &word == &line.words.back();
        word.hyphen = is_last && last_char(word.text).code == 0xAD ? Hyphen::broken : Hyphen::unknown;
        word.text = cleaned(word.text, is_last);
      }
      word.box = finite(word.box);
      word.size = std::max(finite(word.size), 0.0F);
    }
    std::erase_if(line.words, [](const Word& word) { return word.text.empty(); });
    line.box = finite(line.box);
    line.baseline = finite(line.baseline);
  }
  std::erase_if(lines, [](const Line& line) { return line.words.empty(); });
}

}  // namespace docket::engine
