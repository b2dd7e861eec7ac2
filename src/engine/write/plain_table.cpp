#include "engine/write/plain_table.h"

#include <algorithm>

#include "engine/text/continuation.h"

namespace docket::engine {

TableSize size_of_table(const Block& table) noexcept {
  TableSize size;
  for (const auto& cell : table.cells) {
    size.rows = std::max(size.rows, cell.row + std::size_t{cell.row_span});
    size.columns = std::max(size.columns, cell.column + std::size_t{cell.column_span});
  }
  return size;
}

void append_plain_table(std::string& out, const Block& table) {
  std::size_t row = 0;
  std::size_t column = 0;
  for (const auto& cell : table.cells) {
    while (row < cell.row) {
      out += '\n';
      ++row;
      column = 0;
    }
    while (column < cell.column) {
      out += '\t';
      ++column;
    }
    out += text_of(std::span(cell.lines));
  }
}

}  // namespace docket::engine
