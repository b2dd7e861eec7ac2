#include "engine/layout/blocks/captions.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/utf8.h"

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

/// The word that the first of `lines` begins with, if a number follows: in small letters and without its full stops.
std::string named_before_number(std::span<const Line> lines) {
  if (lines.empty() || lines.front().words.size() < 2 || !is_number(lines.front().words[1].text)) {
    return {};
  }
  auto name = ascii_lower(lines.front().words.front().text);
  while (!name.empty() && name.back() == '.') {
    name.pop_back();
  }
  return name;
}

bool is_one_of(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool begins_caption(std::span<const Line> lines) {
  const auto name = named_before_number(lines);
  return is_one_of(of_figures, name) || is_one_of(of_others, name);
}

bool begins_figure_caption(std::span<const Line> lines) {
  return is_one_of(of_figures, named_before_number(lines));
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
