#include "engine/write/html/html_table.h"

#include <algorithm>
#include <string_view>

#include "engine/write/flow/inline_spans.h"
#include "engine/write/flow/open_table.h"
#include "engine/write/html/html_inline.h"
#include "engine/write/html/html_place.h"
#include "engine/write/html_text.h"
#include "engine/write/plain_table.h"

namespace docket::engine {
namespace {

/// Whether a table's first column stands on its right.
bool runs_left(const Block& table) noexcept {
  const auto [first, last] = std::ranges::minmax_element(table.cells, {}, &Cell::column);
  return middle_x(first->box) > middle_x(last->box);
}

/// How many rows make a head of their own: none where a cell reaches out of them.
std::size_t head_rows(const Block& table) noexcept {
  const auto rows = header_rows(table);
  const bool is_crossed = std::ranges::any_of(
      table.cells, [&](const Cell& cell) { return cell.row < rows && cell.row + std::size_t{cell.row_span} > rows; });
  return is_crossed ? 0 : rows;
}

void append_text(std::string& out, const Cell& cell, const Page& page) {
  HtmlInline marks;
  add_cell(cell, page,
           [&](std::string_view piece, std::span<const TextSpan> spans) { marks.put(piece, spans, page.links, out); });
  marks.close(out);
}

}  // namespace

void HtmlTable::begin(const Block& table, const Page& page, std::string& out) {
  out += "<table";
  append_place(out, page, table.box);
  out += runs_left(table) ? " dir=\"rtl\">\n" : ">\n";
  const auto rows = size_of_table(table).rows;
  const auto heads = head_rows(table);
  if (heads > 0) {
    out += "<thead>\n";
    add_rows(table, page, 0, heads, out);
    out += "</thead>\n";
  }
  if (heads < rows) {
    out += "<tbody>\n";
    add_rows(table, page, heads, rows, out);
    out += "</tbody>\n";
  }
}

void HtmlTable::add(const Block& table, const Page& page, std::string& out) {
  const auto rows = size_of_table(table).rows;
  const auto heads = header_rows(table);
  if (heads < rows) {
    out += "<tbody";
    append_place(out, page, table.box);
    out += ">\n";
    add_rows(table, page, heads, rows, out);
    out += "</tbody>\n";
  }
}

void HtmlTable::end(std::string& out) {
  out += "</table>\n";
}

/// Rows [first, end), which are a part of their own: no cell reaches beyond.
void HtmlTable::add_rows(const Block& table, const Page& page, std::size_t first, std::size_t end, std::string& out) {
  taken_.assign(size_of_table(table).columns, 0);
  std::size_t from = 0;
  for (std::size_t row = 0; row < end; ++row) {
    const auto cells = take_row(table, row, from);
    if (row >= first) {
      add_row(cells, page, row, end, out);
    }
  }
}

void HtmlTable::add_row(std::span<const Cell> cells, const Page& page, std::size_t row, std::size_t end,
                        std::string& out) {
  out += "<tr>";
  std::size_t column = 0;
  for (const auto& cell : cells) {
    fill(column, cell.column, row, out);
    const std::string_view tag = cell.is_header ? "th" : "td";
    const auto last_row = std::min(row + cell.row_span, end);
    out += '<';
    out += tag;
    append_span(out, "rowspan", last_row - row);
    append_span(out, "colspan", cell.column_span);
    append_direction(out, cell.lines);
    out += '>';
    append_text(out, cell, page);
    out += "</";
    out += tag;
    out += '>';
    for (std::size_t i = 0; i < cell.column_span; ++i) {
      taken_[cell.column + i] = last_row;
    }
    column = cell.column + std::size_t{cell.column_span};
  }
  fill(column, taken_.size(), row, out);
  out += "</tr>\n";
}

/// Puts empty cells where neither a cell of this row nor one from above stands: in HTML all others would move.
void HtmlTable::fill(std::size_t& column, std::size_t to, std::size_t row, std::string& out) const {
  for (; column < to; ++column) {
    out += taken_[column] <= row ? "<td></td>" : "";
  }
}

}  // namespace docket::engine
