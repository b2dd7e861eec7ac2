#include "engine/write/flow/open_table.h"

#include <algorithm>
#include <cmath>

#include "engine/text/continuation.h"
#include "engine/write/plain_table.h"

namespace docket::engine {
namespace {

std::vector<std::string> header_texts(const Block& table) {
  std::vector<std::string> texts;
  for (const auto& cell : table.cells) {
    if (cell.is_header) {
      texts.push_back(text_of(std::span(cell.lines)));
    }
  }
  return texts;
}

/// Where each column begins; where no cell does, the edge of the one before.
std::vector<float> column_edges(const Block& table, std::size_t columns) {
  std::vector<float> edges(columns);
  const float width = std::max(table.box.width(), 1.0F);
  for (const auto& cell : table.cells) {
    edges[cell.column] = (cell.box.x0 - table.box.x0) / width;
  }
  return edges;
}

}  // namespace

std::size_t header_rows(const Block& table) noexcept {
  std::size_t rows = 0;
  for (const auto& cell : table.cells) {
    rows = cell.is_header ? std::max(rows, cell.row + std::size_t{cell.row_span}) : rows;
  }
  return rows;
}

std::span<const Cell> take_row(const Block& table, std::size_t row, std::size_t& from) noexcept {
  const auto first = from;
  while (from < table.cells.size() && table.cells[from].row == row) {
    ++from;
  }
  return std::span(table.cells).subspan(first, from - first);
}

void OpenTable::begin(const Block& table) {
  is_open_ = true;
  columns_ = size_of_table(table).columns;
  edges_ = column_edges(table, columns_);
  width_ = table.box.width();
  heads_ = header_texts(table);
}

void OpenTable::end() noexcept {
  is_open_ = false;
  heads_.clear();
}

bool OpenTable::continues(const Block& table) const {
  constexpr float same_place = 0.03F;  // of the table's width
  if (!is_open_ || size_of_table(table).columns != columns_ ||
      std::abs(table.box.width() - width_) > same_place * width_) {
    return false;
  }
  const auto edges = column_edges(table, columns_);
  for (std::size_t i = 0; i < columns_; ++i) {
    if (std::abs(edges[i] - edges_[i]) > same_place) {
      return false;
    }
  }
  const auto heads = header_texts(table);
  return heads.empty() || heads == heads_;
}

}  // namespace docket::engine
