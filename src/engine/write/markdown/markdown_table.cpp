#include "engine/write/markdown/markdown_table.h"

#include <algorithm>
#include <cmath>

#include "engine/text/continuation.h"
#include "engine/text/text_style.h"
#include "engine/write/html_text.h"
#include "engine/write/markdown/markdown_inline.h"
#include "engine/write/plain_table.h"

namespace docket::engine {
namespace {

bool has_spans(const Block& table) noexcept {
  return std::ranges::any_of(table.cells, [](const Cell& cell) { return cell.row_span > 1 || cell.column_span > 1; });
}

std::size_t header_rows(const Block& table) noexcept {
  std::size_t rows = 0;
  for (const auto& cell : table.cells) {
    rows = cell.is_header ? std::max(rows, cell.row + std::size_t{cell.row_span}) : rows;
  }
  return rows;
}

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

void append_pipe_text(std::string& out, const Cell& cell, const Page& page) {
  WordJoiner joiner;
  MarkdownInline markdown;
  std::string text;
  markdown.begin(MarkdownContext::inside);
  const auto sink = [&](std::string_view piece, std::span<const TextSpan> spans) {
    markdown.put(piece, spans, page.links, text);
  };
  // That a whole cell is bold or italic is the table's style and says nothing; that some of its words are, does.
  auto usual = style_of(cell.lines, page.fonts);
  // Figures in a typewriter's font are no code.
  usual.monospace = page.body.monospace || !has_letters(cell);
  add_lines(
      joiner, cell.lines, [&](const Word& word) { return span_style_of(word, page.fonts, usual); }, sink);
  joiner.finish(sink);
  markdown.close(text);
  for (const char c : text) {
    if (c == '|') {
      out += '\\';
    }
    out += c;
  }
}

void append_span(std::string& out, std::string_view name, std::uint16_t span) {
  if (span > 1) {
    out += ' ';
    out += name;
    out += "=\"" + std::to_string(span) + '"';
  }
}

}  // namespace

void MarkdownTable::begin(const Block& table, const Page& page, std::string& out) {
  is_open_ = true;
  is_html_ = has_spans(table) || header_rows(table) > 1;
  columns_ = size_of_table(table).columns;
  edges_ = column_edges(table, columns_);
  width_ = table.box.width();
  heads_ = header_texts(table);
  if (is_html_) {
    out += "<table>";
    add_rows(table, page, 0, out);
    return;
  }
  // The syntax has a head in any case: the first row is the likeliest.
  std::vector<const Cell*> first;
  for (const auto& cell : table.cells) {
    if (cell.row == 0) {
      first.push_back(&cell);
    }
  }
  add_pipe_row(first, page, out);
  out += "\n|";
  for (std::size_t i = 0; i < columns_; ++i) {
    out += " --- |";
  }
  add_rows(table, page, 1, out);
}

bool MarkdownTable::continues(const Block& table) const {
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

void MarkdownTable::add(const Block& table, const Page& page, std::string& out) {
  add_rows(table, page, header_rows(table), out);
}

void MarkdownTable::close(std::string& out) {
  if (is_open_ && is_html_) {
    out += "\n</table>";
  }
  is_open_ = false;
  heads_.clear();
}

void MarkdownTable::add_rows(const Block& table, const Page& page, std::size_t first_row, std::string& out) {
  const auto rows = size_of_table(table).rows;
  std::vector<const Cell*> cells;
  auto cell = table.cells.begin();
  for (std::size_t row = 0; row < rows; ++row) {
    cells.clear();
    for (; cell != table.cells.end() && cell->row == row; ++cell) {
      cells.push_back(&*cell);
    }
    if (row < first_row) {
      continue;
    }
    out += '\n';
    if (is_html_) {
      add_html_row(cells, out);
    } else {
      add_pipe_row(cells, page, out);
    }
  }
}

void MarkdownTable::add_pipe_row(const std::vector<const Cell*>& cells, const Page& page, std::string& out) const {
  out += '|';
  std::size_t column = 0;
  for (const auto* const cell : cells) {
    for (; column < cell->column; ++column) {
      out += "  |";
    }
    out += ' ';
    append_pipe_text(out, *cell, page);
    out += " |";
    ++column;
  }
  for (; column < columns_; ++column) {
    out += "  |";
  }
}

void MarkdownTable::add_html_row(const std::vector<const Cell*>& cells, std::string& out) {
  out += "<tr>";
  for (const auto* const cell : cells) {
    const std::string_view tag = cell->is_header ? "th" : "td";
    out += '<';
    out += tag;
    append_span(out, "rowspan", cell->row_span);
    append_span(out, "colspan", cell->column_span);
    out += '>';
    append_html(out, text_of(std::span(cell->lines)), HtmlContext::text);
    out += "</";
    out += tag;
    out += '>';
  }
  out += "</tr>";
}

}  // namespace docket::engine
