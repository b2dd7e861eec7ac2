#include "settings/notation.h"

#include <array>
#include <charconv>
#include <limits>

namespace docket::settings {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> times(std::optional<std::uint64_t> number, std::uint64_t factor) noexcept {
  return number && *number <= largest / factor ? std::optional(*number * factor) : std::nullopt;
}

struct Unit {
  std::string_view name;
  std::uint64_t ms;
};

/// From the longest; "ms" is looked for before "m".
constexpr std::uint64_t second = ms_per_second;
constexpr std::uint64_t day = 86'400 * second;
constexpr std::array<Unit, 8> units{{{"y", 365 * day},
                                     {"M", 30 * day},
                                     {"w", 7 * day},
                                     {"d", day},
                                     {"h", 3600 * second},
                                     {"m", 60 * second},
                                     {"s", second},
                                     {"ms", 1}}};
constexpr std::size_t first_in_ms = 2;  // "w"

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number <= largest ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  constexpr std::string_view letters = "kmg";
  if (!text.empty()) {
    const auto letter = letters.find(static_cast<char>(text.back() | 0x20));
    if (letter != std::string_view::npos) {
      return times(parse_number(text.substr(0, text.size() - 1)), std::uint64_t{1} << (10 * (letter + 1)));
    }
  }
  return parse_number(text);
}

std::optional<std::uint64_t> parse_time(std::string_view text, TimeUnit unit) noexcept {
  const bool in_ms = unit == TimeUnit::milliseconds;
  std::uint64_t total_ms = 0;
  std::size_t next = in_ms ? first_in_ms : 0;  // the longest unit that may come
  bool has_any = false;
  while (!text.empty()) {
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    std::uint64_t ms = second;
    if (text.empty() || text.front() == ' ') {
      next = units.size();
    } else {
      std::size_t found = text.starts_with("ms") ? units.size() - 1 : next;
      while (found < units.size() && !text.starts_with(units[found].name)) {
        ++found;
      }
      if (found < next || found == units.size() || (units[found].ms == 1 && !in_ms)) {
        return std::nullopt;
      }
      ms = units[found].ms;
      text.remove_prefix(units[found].name.size());
      next = found + 1;
    }
    const auto part = times(parse_number(digits), ms);
    if (!part || *part > largest - total_ms) {
      return std::nullopt;
    }
    total_ms += *part;
    has_any = true;
    if (const auto behind = text.find_first_not_of(' '); behind != std::string_view::npos) {
      if (next == units.size()) {
        return std::nullopt;  // nothing comes behind what has no unit, or the shortest
      }
      text.remove_prefix(behind);
    } else {
      text = {};
    }
  }
  if (!has_any) {
    return std::nullopt;
  }
  return in_ms ? total_ms : total_ms / second;
}

}  // namespace docket::settings
