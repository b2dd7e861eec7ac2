#include "engine/layout/tables/tables.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "engine/layout/tables/table_aligned.h"
#include "engine/layout/tables/table_judge.h"
#include "engine/layout/tables/table_open.h"
#include "engine/layout/tables/table_ruled.h"
#include "engine/model/rules.h"
#include "engine/text/list_marker.h"
#include "engine/text/text_style.h"
#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

/// What a line that stands for a table says: U+FFFC, the object replacement character.
constexpr std::string_view object_character = "\xEF\xBF\xBC";

Box around(const std::vector<Word>& words) {
  Box box = words.front().box;
  for (const auto& word : words) {
    box = united(box, word.box);
  }
  return box;
}

/// The lines of a cell from its words, which are copied: those of one line of the page in their order there.
std::vector<Line> cell_lines(const std::vector<Line>& page, std::vector<TableWord> words) {
  std::ranges::sort(words, {}, [](const TableWord& word) { return std::tuple(word.line, word.word); });
  std::vector<Line> lines;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& source = page[words[i].line];
    if (i == 0 || words[i - 1].line != words[i].line) {
      lines.push_back({.words = {}, .box = {}, .baseline = source.baseline, .group = source.group, .stands_for = -1});
    }
    lines.back().words.push_back(source.words[words[i].word]);
  }
  for (auto& line : lines) {
    line.box = around(line.words);
  }
  // Lines of one row follow each other from left to right, whatever order the page has them in.
  std::ranges::stable_sort(lines, {}, [](const Line& line) { return line.box.y0 + line.box.y1; });
  for (std::size_t first = 0; first < lines.size();) {
    auto end = first + 1;
    while (end < lines.size() &&
           (lines[end].box.y0 + lines[end].box.y1) / 2 < lines[first].box.y1 - 0.25F * lines[first].box.height()) {
      ++end;
    }
    std::stable_sort(lines.begin() + static_cast<std::ptrdiff_t>(first),
                     lines.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const Line& a, const Line& b) { return a.box.x0 < b.box.x0; });
    first = end;
  }
  return lines;
}

/// Whether most of a table's words run from right to left.
bool is_rtl(const Block& table) {
  std::size_t left = 0;
  std::size_t right = 0;
  for (const auto& cell : table.cells) {
    for (const auto& line : cell.lines) {
      for (const auto& word : line.words) {
        const auto direction = direction_of(first_char(word.text).code);
        left += direction == Direction::right_to_left ? 1 : 0;
        right += direction == Direction::left_to_right ? 1 : 0;
      }
    }
  }
  return left > right;
}

/// Counts columns from the right, where the text begins.
void mirror_columns(Block& table, std::size_t columns) {
  for (auto& cell : table.cells) {
    cell.column = static_cast<std::uint16_t>(columns - cell.column - cell.column_span);
  }
  std::ranges::sort(table.cells, {}, [](const Cell& cell) { return std::tuple(cell.row, cell.column); });
}

/// What distinguishes a row of heads from those below it.
struct RowStyle {
  std::size_t filled = 0;
  std::size_t bold = 0;
  std::size_t shaded = 0;
  std::size_t worded = 0;     ///< cells that have letters
  bool has_spans = false;     ///< cells of several columns
  std::uint16_t reaches = 1;  ///< the first row below that no cell of this one reaches
};

bool is_shaded(const Box& cell, std::span<const Box> fills) {
  return std::ranges::any_of(
      fills, [&](const Box& fill) { return holds_middle(fill, cell) && fill.height() < 2 * cell.height() + 6; });
}

std::vector<RowStyle> row_styles(const Block& table, const Page& page, std::size_t rows) {
  // Of many areas only the first are looked at: the pass stays linear.
  constexpr std::size_t most_fills = 500;
  std::vector<Box> fills;
  for (const auto& fill : page.fills) {
    const bool inside =
        fill.x0 < table.box.x1 && table.box.x0 < fill.x1 && fill.y0 < table.box.y1 && table.box.y0 < fill.y1;
    if (inside && fills.size() < most_fills) {
      fills.push_back(fill);
    }
  }
  std::vector<RowStyle> styles(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    styles[row].reaches = static_cast<std::uint16_t>(row + 1);
  }
  for (const auto& cell : table.cells) {
    auto& style = styles[cell.row];
    style.has_spans = style.has_spans || cell.column_span > 1;
    style.shaded += is_shaded(cell.box, fills) ? 1 : 0;
    if (cell.lines.empty()) {
      continue;
    }
    style.reaches = std::max(style.reaches, static_cast<std::uint16_t>(cell.row + cell.row_span));
    ++style.filled;
    style.bold += style_of(cell.lines, page.fonts).bold ? 1 : 0;
    style.worded += has_letters(cell) ? 1 : 0;
  }
  return styles;
}

/// How many rows at the top are heads: those above the rule under them; or bold, shaded or spanning where the rows
/// below are not.
std::size_t count_header_rows(const std::vector<RowStyle>& styles, std::size_t by_rules) {
  const auto rows = styles.size();
  std::size_t heads = by_rules;
  if (heads == 0) {
    const auto stands_out = [&](std::size_t row) {
      const auto& style = styles[row];
      const auto& last = styles.back();
      const bool bold =
          style.filled > 0 && style.bold == style.filled && last.bold < std::max<std::size_t>(last.filled, 1);
      const bool shaded = style.shaded > 0 && 2 * style.shaded >= style.filled && 2 * last.shaded < last.filled;
      return bold || shaded || style.has_spans;
    };
    constexpr std::size_t most_head_rows = 4;
    while (heads < most_head_rows && heads + 1 < rows && stands_out(heads)) {
      ++heads;
    }
    // Two rows of heads: the lower one, of names, is what a row that spans stands above.
    if (heads > 0 && styles[heads - 1].has_spans && heads + 1 < rows && styles[heads].worded == styles[heads].filled &&
        styles[heads + 1].worded < styles[heads + 1].filled) {
      ++heads;
    }
    if (heads == 0 && styles.front().worded == styles.front().filled) {
      const auto numbers_below =
          std::ranges::any_of(styles, [](const RowStyle& style) { return style.worded < style.filled; });
      heads = numbers_below ? 1 : 0;
    }
  }
  for (std::size_t row = 0; row < heads && row < rows; ++row) {
    heads = std::max<std::size_t>(heads, styles[row].reaches);
  }
  return heads < rows ? heads : 0;
}

/// Lives for one call of take_tables(), on its stack.
class TableTaker {
 public:
  explicit TableTaker(Page& page) : page_(page) {}

  std::vector<Block> take() {
    if (page_.rules.empty() && !may_have_aligned_tables(page_.lines)) {
      return {};
    }
    const auto words = table_words(page_.lines);
    auto found = find_ruled_tables(page_.rules, words);
    std::vector<Box> taken;
    taken.reserve(found.size());
    for (const auto& table : found) {
      taken.push_back(table.grid.box());
    }
    std::ranges::move(find_open_tables(page_.rules, words, taken), std::back_inserter(found));
    std::ranges::move(find_aligned_tables(words_beside(words, found), page_.lines), std::back_inserter(found));
    std::ranges::sort(found, {}, [](const FoundTable& table) { return table.grid.ys.front(); });
    std::vector<Block> tables;
    tables.reserve(found.size());
    for (auto& table : found) {
      if (!is_list(table) && !is_doubtful(table)) {
        tables.push_back(make_block(table));
      }
    }
    leave_lines(tables);
    return tables;
  }

 private:
  /// The words that none of the tables has.
  static std::vector<TableWord> words_beside(const std::vector<TableWord>& words,
                                             const std::vector<FoundTable>& tables) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
    for (const auto& table : tables) {
      for (const auto& cell : table.words) {
        for (const auto& word : cell) {
          taken.emplace_back(word.line, word.word);
        }
      }
    }
    std::ranges::sort(taken);
    std::vector<TableWord> rest;
    std::ranges::copy_if(words, std::back_inserter(rest), [&](const TableWord& word) {
      return !std::ranges::binary_search(taken, std::pair(word.line, word.word));
    });
    return rest;
  }

  /// Whether there are only bullets before the last column.
  [[nodiscard]] bool is_list(const FoundTable& found) const {
    bool any = false;
    for (std::size_t i = 0; i < found.words.size(); ++i) {
      const auto& words = found.words[i];
      if (words.empty() || found.grid.cells[i].column + 1U == found.grid.columns()) {
        continue;
      }
      const auto markers = read_marker(page_.lines[words[0].line].words[words[0].word].text);
      if (words.size() > 1 || markers.empty() || markers.front().is_number()) {
        return false;
      }
      any = true;
    }
    return any;
  }

  /// Whether recognition is not sure of what is in it: a chart, or a picture with lines.
  [[nodiscard]] bool is_doubtful(const FoundTable& found) const {
    constexpr std::int64_t sure = 65;
    std::int64_t words = 0;
    std::int64_t confidence = 0;
    for (const auto& cell : found.words) {
      for (const auto& position : cell) {
        const auto& word = page_.lines[position.line].words[position.word];
        words += word.confidence >= 0 ? 1 : 0;
        confidence += std::max<std::int64_t>(word.confidence, 0);
      }
    }
    return words > 0 && confidence < sure * words;
  }

  Block make_block(FoundTable& found) {
    const auto& grid = found.grid;
    Block block;
    block.kind = BlockKind::table;
    block.box = grid.box();
    block.cells.reserve(grid.cells.size());
    for (std::size_t i = 0; i < grid.cells.size(); ++i) {
      const auto& cell_of_grid = grid.cells[i];
      Cell cell{.row = cell_of_grid.row,
                .column = cell_of_grid.column,
                .row_span = cell_of_grid.row_span,
                .column_span = cell_of_grid.column_span,
                .is_header = false,
                .box = grid.box_of(cell_of_grid),
                .lines = {}};
      for (const auto& word : found.words[i]) {
        taken_.emplace_back(word.line, word.word);
      }
      cell.lines = cell_lines(page_.lines, std::move(found.words[i]));
      block.cells.push_back(std::move(cell));
    }
    const auto heads = count_header_rows(row_styles(block, page_, grid.rows()), grid.header_rows);
    for (auto& cell : block.cells) {
      cell.is_header = cell.row < heads;
    }
    if (is_rtl(block)) {
      mirror_columns(block, grid.columns());
    }
    return block;
  }

  /// Takes the tables' words out of the page's lines and puts a line for each table there.
  void leave_lines(const std::vector<Block>& tables) {
    std::ranges::sort(taken_);
    taken_.erase(std::unique(taken_.begin(), taken_.end()), taken_.end());
    for (std::size_t first = 0; first < taken_.size();) {
      auto& line = page_.lines[taken_[first].first];
      std::vector<Word> kept;
      auto end = first;
      for (std::uint32_t i = 0; i < line.words.size(); ++i) {
        if (end < taken_.size() && taken_[end].first == taken_[first].first && taken_[end].second == i) {
          ++end;
        } else {
          kept.push_back(std::move(line.words[i]));
        }
      }
      line.words = std::move(kept);
      if (!line.words.empty()) {
        line.box = around(line.words);
      }
      first = end;
    }
    std::erase_if(page_.lines, [](const Line& line) { return line.words.empty(); });
    for (std::size_t i = 0; i < tables.size(); ++i) {
      Line line;
      line.words.push_back({.text = std::string(object_character), .box = tables[i].box, .size = size_in(tables[i])});
      line.box = tables[i].box;
      line.baseline = line.box.y0 + line.words.front().size;
      line.stands_for = static_cast<std::int32_t>(i);
      page_.lines.push_back(std::move(line));
    }
  }

  static float size_in(const Block& table) {
    for (const auto& cell : table.cells) {
      if (!cell.lines.empty()) {
        return std::max(size_of(cell.lines.front().words.front()), 1.0F);
      }
    }
    return 1;
  }

  Page& page_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> taken_;  // line and word
};

}  // namespace

std::vector<Block> take_tables(Page& page) {
  std::vector<Block> tables;
  if (!page.lines.empty()) {
    tables = TableTaker(page).take();
  }
  return tables;
}

void put_tables(std::vector<Block>& blocks, std::vector<Block> tables) {
  if (tables.empty()) {
    return;
  }
  std::vector<Block> result;
  result.reserve(blocks.size() + tables.size());
  for (auto& block : blocks) {
    const auto stands_for_table = [](const Line& line) { return line.stands_for >= 0; };
    if (std::ranges::none_of(block.lines, stands_for_table)) {
      result.push_back(std::move(block));
      continue;
    }
    // A table may have come into the middle of a block: what is before it and what is after are two.
    auto lines = std::exchange(block.lines, {});
    for (auto& line : lines) {
      if (stands_for_table(line)) {
        if (!block.lines.empty()) {
          result.push_back(block);
          block.lines.clear();
        }
        result.push_back(std::move(tables[static_cast<std::size_t>(line.stands_for)]));
      } else {
        block.box = block.lines.empty() ? line.box : united(block.box, line.box);
        block.lines.push_back(std::move(line));
      }
    }
    if (!block.lines.empty()) {
      result.push_back(std::move(block));
    }
  }
  blocks = std::move(result);
}

}  // namespace docket::engine
