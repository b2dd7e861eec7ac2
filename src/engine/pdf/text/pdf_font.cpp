#include "engine/pdf/text/pdf_font.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"

namespace docket::engine {
namespace {

constexpr std::size_t max_name = 127;  // the longest name of ISO 32000-1, annex C

// "ABCDEF+Name" → "Name" (ISO 32000-1, 9.6.4).
std::string_view without_subset_tag(std::string_view name) {
  constexpr std::size_t tag = 6;
  const bool tagged = name.size() > tag + 1 && name[tag] == '+' &&
                      std::all_of(name.begin(), name.begin() + tag, [](char c) { return c >= 'A' && c <= 'Z'; });
  return tagged ? name.substr(tag + 1) : name;
}

template <std::size_t size>
bool contains_any(std::string_view text, const std::array<std::string_view, size>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

template <std::size_t size>
bool ends_with_any(std::string_view text, const std::array<std::string_view, size>& parts) {
  return std::any_of(parts.begin(), parts.end(), [text](std::string_view part) { return text.ends_with(part); });
}

// Words of font names, lower case. "cm…" and "sf…" are TeX's Computer Modern, "medi" is URW's way to say bold.
constexpr std::array<std::string_view, 8> bold_parts{"bold", "black",  "heavy", "demi",
                                                     "cmbx", "cmssbx", "sfbx",  "-medi"};
constexpr std::array<std::string_view, 3> bold_ends{"-bd", ",bd", "-blk"};
constexpr std::array<std::string_view, 8> italic_parts{"italic",   "oblique",  "slanted", "-ital",
                                                       "mediital", "reguital", "cmti",    "cmsl"};
constexpr std::array<std::string_view, 4> italic_ends{"-it", ",it", "-bdit", "-obl"};
constexpr std::array<std::string_view, 16> monospace_parts{
    "courier", "consol",   "typewriter", "menlo",    "cmtt",     "nimbusmon", "lucidacon", "letgoth",
    "sftt",    "sourceco", "firacode",   "jetbrain", "cascadia", "fixedsys",  "hack-",     "txtt"};

}  // namespace

Font describe_font(std::string_view name, FontFlags flags) {
  name = without_subset_tag(name).substr(0, max_name);
  Font font;
  font.name.reserve(name.size());
  const auto lower = ascii_lower(name);
  for (const char c : name) {
    const bool printable = c > 0x20 && c < 0x7f;
    font.name.push_back(printable || c == ' ' ? c : '?');
  }
  // "-Medium" is lighter than bold; only URW's "-Medi" is not.
  const bool medium = lower.find("-medium") != std::string::npos;
  font.bold = flags.bold || (contains_any(lower, bold_parts) && !(medium && lower.find("bold") == std::string::npos)) ||
              ends_with_any(lower, bold_ends);
  font.italic = flags.italic || contains_any(lower, italic_parts) || ends_with_any(lower, italic_ends);
  const bool says_mono = lower.find("mono") != std::string::npos && lower.find("monotype") == std::string::npos;
  font.monospace = flags.fixed_pitch || says_mono || contains_any(lower, monospace_parts);
  return font;
}

}  // namespace docket::engine
