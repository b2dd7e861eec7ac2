#include "engine/layout/tables/table_open.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/layout/tables/open_grid.h"
#include "engine/layout/tables/table_columns.h"
#include "engine/model/rules.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_rules_of_table = 200;
constexpr float same_rule_end = 4.0F;  // points between the ends of rules of one table
constexpr float widest_break = 12.0F;  // in a line of rules that belong together, one for each column

bool overlaps(const Box& a, const Box& b) noexcept {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

/// Level rules from top to bottom, those that stand side by side joined.
std::vector<Box> rule_lines(std::span<const Box> rules, std::span<const Box> taken) {
  std::vector<Box> lines;
  for (const auto& rule : rules) {
    if (is_level(rule) && std::ranges::none_of(taken, [&](const Box& box) { return overlaps(box, rule); })) {
      lines.push_back(rule);
    }
  }
  std::ranges::sort(lines, {}, [](const Box& box) { return std::tuple(std::round(box.y0), box.x0); });
  std::vector<Box> joined;
  for (const auto& line : lines) {
    if (!joined.empty() && std::abs(joined.back().y0 - line.y0) <= 1 && line.x0 >= joined.back().x1 &&
        line.x0 - joined.back().x1 <= widest_break) {
      joined.back() = united(joined.back(), line);
    } else {
      joined.push_back(line);
    }
  }
  std::ranges::stable_sort(joined, {}, &Box::y0);
  return joined;
}

bool same_extent(const Box& a, const Box& b) noexcept {
  return std::abs(a.x0 - b.x0) <= same_rule_end && std::abs(a.x1 - b.x1) <= same_rule_end;
}

/// What stands between two rules of one extent.
enum class RuledBand : std::uint8_t { columns, label, other };

/// Looks for tables between the rules of a page. Lives for one call of find_open_tables(), on its stack.
class OpenTableFinder {
 public:
  OpenTableFinder(std::span<const Box> rules, std::span<const TableWord> words, std::span<const Box> taken)
      : words_(words),
        taken_(taken.begin(), taken.end()),
        all_(rules.begin(), rules.end()),
        lines_(rule_lines(rules, taken)) {}

  std::vector<FoundTable> find() {
    constexpr float shortest = 40;
    std::vector<bool> used(lines_.size());
    for (std::size_t i = 0; i < lines_.size() && effort_ < most_effort; ++i) {
      if (used[i] || lines_[i].width() < shortest) {
        continue;
      }
      // The rules of the same extent that follow.
      std::vector<std::size_t> chain{i};
      for (auto k = i + 1; k < lines_.size() && chain.size() < most_rules_of_table; ++k) {
        if (!used[k] && same_extent(lines_[i], lines_[k])) {
          chain.push_back(k);
        }
      }
      const auto last = table_from(chain);
      for (std::size_t k = 0; k <= last && last > 0; ++k) {
        used[chain[k]] = true;
      }
    }
    return std::move(tables_);
  }

 private:
  /// Words whose middles lie between two heights and within the extent of the rules.
  std::vector<TableWord> words_at(const Box& extent, float y0, float y1) {
    std::vector<TableWord> found;
    const auto words = between(words_, y0, y1);
    effort_ += words.size() + 1;
    for (const auto& word : words) {
      if (word.middle_x() >= extent.x0 - same_rule_end && word.middle_x() <= extent.x1 + same_rule_end) {
        found.push_back(word);
      }
    }
    return found;
  }

  static RuledBand kind_of(std::span<const TextRow> rows, const Box& extent, float height) {
    std::size_t divided = 0;
    std::size_t full = 0;
    for (const auto& row : rows) {
      divided += row.pieces.size() >= 2 ? 1 : 0;
      full += row.pieces.size() == 1 && row.box.width() >= 0.85F * extent.width() ? 1 : 0;
    }
    if (rows.size() == 1 && divided == 0 && full == 0 && height < 2.4F * rows.front().size) {
      return RuledBand::label;
    }
    return 5 * divided >= 2 * rows.size() && 5 * full <= rows.size() ? RuledBand::columns : RuledBand::other;
  }

  /// Makes the table that begins at the first rule of `chain`, if there is one. Returns the index in `chain` of its
  /// last rule; 0 for no table.
  std::size_t table_from(std::span<const std::size_t> chain) {
    const Box& top = lines_[chain.front()];
    std::size_t end = 0;
    for (std::size_t k = 1; k < chain.size(); ++k) {
      const auto& from = lines_[chain[k - 1]];
      const auto& to = lines_[chain[k]];
      const auto rows = text_rows(words_at(top, from.y1, to.y0));
      if (rows.empty() && to.y0 - from.y1 < 3 * thickest_rule) {
        end = k;  // a double rule
        continue;
      }
      const auto kind = rows.empty() ? RuledBand::other : kind_of(rows, top, to.y0 - from.y1);
      if (kind == RuledBand::other || (kind == RuledBand::label && k == 1)) {
        break;
      }
      end = k;
    }
    if (end == 0 || is_taken({top.x0, top.y1, top.x1, lines_[chain[end]].y0})) {
      return 0;
    }
    float bottom = lines_[chain[end]].y0;
    if (end == 1) {
      bottom = end_of_rows_below(top, lines_[chain[end]]);
    }
    const auto words = words_at(top, top.y1, bottom);
    const auto rows = text_rows(words);
    effort_ += rows.size() * (end + 1);
    std::vector<Box> inner;
    for (const auto& rule : all_) {
      if (is_level(rule) && rule.y0 > top.y1 && rule.y1 < bottom && rule.x0 >= top.x0 - same_rule_end &&
          rule.x1 <= top.x1 + same_rule_end && rule.width() < 0.8F * top.width() &&
          inner.size() < most_rules_of_table) {
        inner.push_back(rule);
      }
    }
    for (std::size_t k = 1; k <= end; ++k) {
      inner.push_back(lines_[chain[k]]);
    }
    auto grid = open_grid(rows, inner);
    if (!grid) {
      return 0;
    }
    if (is_running_text(rows, grid->xs)) {
      return 0;
    }
    grid->xs.front() = std::min(grid->xs.front(), top.x0);
    grid->xs.back() = std::max(grid->xs.back(), top.x1);
    auto table = credible_table(std::move(*grid), words, words_);
    if (!table) {
      return 0;
    }
    taken_.push_back(table->grid.box());
    tables_.push_back(std::move(*table));
    return end;
  }

  [[nodiscard]] bool is_taken(const Box& box) const {
    return std::ranges::any_of(taken_, [&](const Box& one) { return overlaps(one, box); });
  }

  /// Where the rows end that follow a head between two rules without a rule beneath them: at the page's end, when the
  /// table continues on the next page. The lower rule's height if there are none, or what stands between the rules is
  /// the whole table.
  float end_of_rows_below(const Box& top, const Box& rule) {
    const auto head = text_rows(words_at(top, top.y1, rule.y0));
    const auto gaps = column_gaps(head);
    constexpr std::size_t tallest_head = 4;  // lines
    if (gaps.empty() || head.size() > tallest_head) {
      return rule.y0;
    }
    constexpr float tallest = 5000;
    const auto below = text_rows(words_at(top, rule.y1, rule.y1 + tallest));
    float bottom = rule.y0;
    float before = rule.y1;
    for (const auto& row : below) {
      const bool crosses = std::ranges::any_of(row.pieces, [&](const TextPiece& piece) {
        return std::ranges::any_of(
            gaps, [&](float gap) { return piece.box.x0 < gap - row.size && piece.box.x1 > gap + row.size; });
      });
      if (crosses || row.box.y0 - before > 1.6F * row.size) {
        break;
      }
      before = row.box.y1;
      bottom = row.box.y1 + 0.5F;
    }
    return bottom;
  }

  std::span<const TableWord> words_;
  std::vector<Box> taken_;
  std::vector<Box> all_;
  std::vector<Box> lines_;
  std::vector<FoundTable> tables_;

  // Words and rules that were looked at: each once or twice on an honest page, but every start of a table may fail
  // after a look at all the rest.
  static constexpr std::size_t most_effort = 2'000'000;
  std::size_t effort_ = 0;
};

}  // namespace

std::vector<FoundTable> find_open_tables(std::span<const Box> rules, std::span<const TableWord> words,
                                         std::span<const Box> taken) {
  return OpenTableFinder(rules, words, taken).find();
}

}  // namespace docket::engine
