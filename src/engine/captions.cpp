#include "engine/captions.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/utf8.h"

namespace docket::engine {
namespace {

constexpr std::array<std::string_view, 13> of_figures{"figure",    "fig", "scheme", "plate", "chart", "graph", "schema",
                                                      "abbildung", "abb", "figura", "bild",  "figur", "grafik"};
constexpr std::array<std::string_view, 10> of_others{"table",   "tab",    "tabelle", "tabla",   "tableau",
                                                     "tabella", "tabela", "tabell",  "listing", "algorithm"};

bool is_digit_first(std::string_view word) noexcept {
  return !word.empty() && is_digit(static_cast<unsigned char>(word.front()));
}

/// "3", "3.1:", "IV.", "A.2", "(3)".
bool is_number(std::string_view word) noexcept {
  return is_digit_first(word) || word.find_first_not_of("IVXivx.:ABC") == std::string_view::npos ||
         (word.size() > 1 && is_digit_first(word.substr(1)));
}

/// Whether the first of `lines` begins with one of `names` and a number.
bool begins_with(std::span<const Line> lines, std::span<const std::string_view> names) {
  if (lines.empty() || lines.front().words.size() < 2) {
    return false;
  }
  const auto& words = lines.front().words;
  auto name = ascii_lower(words.front().text);
  while (!name.empty() && name.back() == '.') {
    name.pop_back();
  }
  return std::ranges::find(names, name) != names.end() && is_number(words[1].text);
}

}  // namespace

bool begins_caption(std::span<const Line> lines) {
  return begins_figure_caption(lines) || begins_with(lines, of_others);
}

bool begins_figure_caption(std::span<const Line> lines) {
  return begins_with(lines, of_figures);
}

void mark_captions(std::vector<Block>& blocks) {
  const auto has_caption = [&](std::size_t i) {
    return i < blocks.size() && (blocks[i].kind == BlockKind::table || blocks[i].kind == BlockKind::figure);
  };
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    auto& block = blocks[i];
    const bool may_be = block.kind == BlockKind::paragraph || block.kind == BlockKind::heading;
    if (may_be && (has_caption(i + 1) || (i > 0 && has_caption(i - 1))) && begins_caption(block.lines)) {
      block.kind = BlockKind::caption;
    }
  }
}

}  // namespace docket::engine
