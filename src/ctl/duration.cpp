#include "ctl/duration.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace docket::ctl {
namespace {

constexpr std::int64_t second = 1000;

struct TimeUnit {
  char letter;
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<TimeUnit, 5> time_units{{{'w', "", 604'800 * second},
                                              {'d', "d", 86'400 * second},
                                              {'h', "h", 3600 * second},
                                              {'m', "min", 60 * second},
                                              {'s', "s", second}}};
constexpr std::int64_t most = std::int64_t{1000} * 366 * 86'400 * second;

}  // namespace

std::optional<std::int64_t> milliseconds_of(std::string_view text) noexcept {
  if (text.empty()) {
    return std::nullopt;
  }
  std::int64_t sum = 0;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto letter = text.empty() ? 's' : text.front();
    text.remove_prefix(text.empty() ? 0 : 1);
    const auto* const unit =
        std::find_if(time_units.begin(), time_units.end(), [&](const TimeUnit& one) { return one.letter == letter; });
    if (unit == time_units.end() || number > most / unit->milliseconds) {
      return std::nullopt;
    }
    sum += number * unit->milliseconds;
    if (sum > most) {
      return std::nullopt;
    }
  }
  return sum;
}

std::string span_text(std::int64_t milliseconds) {
  std::string text;
  int told = 0;
  for (const auto& unit : time_units) {
    if (unit.name.empty() || told == 2) {
      continue;
    }
    const auto count = milliseconds / unit.milliseconds;
    milliseconds %= unit.milliseconds;
    if (count > 0 || (told == 0 && unit.letter == 's')) {
      text += (text.empty() ? "" : " ") + std::to_string(count) + " " + std::string(unit.name);
      ++told;
    } else if (told > 0) {
      ++told;
    }
  }
  return text;
}

}  // namespace docket::ctl
