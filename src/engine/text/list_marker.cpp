#include "engine/text/list_marker.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"

namespace docket::engine {
namespace {

constexpr std::u32string_view sure_bullets = U"•▪◦●○■□‣⁃▸►▶➢➤➔✓✔❖♦◆◇⦁∙";
constexpr std::u32string_view unsure_bullets = U"-–*·+→";

/// The value of a Roman numeral in small letters up to 39, which is as far as lists are numbered so.
std::optional<std::uint32_t> roman_value(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 10> ones{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"};
  std::uint32_t tens = 0;
  while (tens < 3 && text.starts_with('x')) {
    text.remove_prefix(1);
    ++tens;
  }
  const auto found = std::ranges::find(ones, text);
  if (found == ones.end()) {
    return std::nullopt;
  }
  const auto value = tens * 10 + static_cast<std::uint32_t>(found - ones.begin());
  return value == 0 ? std::nullopt : std::optional(value);
}

std::optional<ListMarker> read_bullet(std::string_view word) {
  const auto c = first_char(word);
  const bool alone = c.length == word.size();
  if (sure_bullets.find(c.code) != std::u32string_view::npos) {
    return ListMarker{c.code, 0, 0, 0, c.length, true};
  }
  if (alone && (unsure_bullets.find(c.code) != std::u32string_view::npos)) {
    return ListMarker{c.code, 0, 0, 0, c.length, false};
  }
  return std::nullopt;
}

}  // namespace

std::vector<ListMarker> read_marker(std::string_view word) {
  if (const auto bullet = read_bullet(word)) {
    return {*bullet};
  }
  if (word.size() < 2 || word.size() > 8) {
    return {};
  }
  ListMarker marker;
  marker.length = word.size();
  auto inner = word;
  if (inner.front() == '(' || inner.front() == '[') {
    marker.open = inner.front();
    inner.remove_prefix(1);
  }
  marker.close = inner.empty() ? '\0' : inner.back();
  const bool matches = marker.open == '('   ? marker.close == ')'
                       : marker.open == '[' ? marker.close == ']'
                                            : marker.close == '.' || marker.close == ')';
  if (!matches || inner.size() < 2) {
    return {};
  }
  inner.remove_suffix(1);
  std::vector<ListMarker> readings;
  const auto add = [&](char32_t kind, std::uint32_t value) {
    marker.kind = kind;
    marker.value = value;
    readings.push_back(marker);
  };
  if (std::ranges::all_of(inner, [](char c) { return is_digit(static_cast<unsigned char>(c)); })) {
    if (inner.size() <= 3) {
      std::uint32_t value = 0;
      for (const char c : inner) {
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
      }
      add(U'1', value);
    }
    return readings;
  }
  const bool upper = is_upper(static_cast<unsigned char>(inner.front()));
  std::string small(inner);
  for (char& c : small) {
    const auto code = static_cast<unsigned char>(c);
    if (!(upper ? is_upper(code) : is_lower(code))) {
      return {};
    }
    c = static_cast<char>(code | 0x20U);
  }
  if (const auto value = roman_value(small)) {
    add(upper ? U'I' : U'i', *value);
  }
  if (small.size() == 1) {
    add(upper ? U'A' : U'a', static_cast<std::uint32_t>(small.front() - 'a' + 1));
  }
  return readings;
}

std::string marker_text(const ListMarker& marker, std::string_view word) {
  return marker.is_number() ? std::string(word.substr(0, marker.length)) : "-";
}

}  // namespace docket::engine
