#include "engine/write/markdown/markdown_table.h"

#include <algorithm>

#include "engine/write/flow/inline_spans.h"
#include "engine/write/flow/open_table.h"
#include "engine/write/html_text.h"
#include "engine/write/markdown/markdown_inline.h"
#include "engine/write/plain_table.h"

namespace docket::engine {
namespace {

bool has_spans(const Block& table) noexcept {
  return std::ranges::any_of(table.cells, [](const Cell& cell) { return cell.row_span > 1 || cell.column_span > 1; });
}

void append_pipe_text(std::string& out, const Cell& cell, const Page& page) {
  MarkdownInline markdown;
  std::string text;
  markdown.begin(MarkdownContext::inside);
  add_cell(cell, page, [&](std::string_view piece, std::span<const TextSpan> spans) {
    markdown.put(piece, spans, page.links, text);
  });
  markdown.close(text);
  for (const char c : text) {
    if (c == '|') {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

void MarkdownTable::begin(const Block& table, const Page& page, std::string& out) {
  is_open_ = true;
  is_html_ = has_spans(table) || header_rows(table) > 1;
  columns_ = size_of_table(table).columns;
  if (is_html_) {
    out += "<table>";
    add_rows(table, page, 0, out);
    return;
  }
  // The syntax has a head in any case: the first row is the likeliest.
  std::size_t from = 0;
  add_pipe_row(take_row(table, 0, from), page, out);
  out += "\n|";
  for (std::size_t i = 0; i < columns_; ++i) {
    out += " --- |";
  }
  add_rows(table, page, 1, out);
}

void MarkdownTable::add(const Block& table, const Page& page, std::string& out) {
  add_rows(table, page, header_rows(table), out);
}

void MarkdownTable::close(std::string& out) {
  if (is_open_ && is_html_) {
    out += "\n</table>";
  }
  is_open_ = false;
}

void MarkdownTable::add_rows(const Block& table, const Page& page, std::size_t first_row, std::string& out) {
  const auto rows = size_of_table(table).rows;
  std::size_t from = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto cells = take_row(table, row, from);
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

void MarkdownTable::add_pipe_row(std::span<const Cell> cells, const Page& page, std::string& out) const {
  out += '|';
  std::size_t column = 0;
  for (const auto& cell : cells) {
    for (; column < cell.column; ++column) {
      out += "  |";
    }
    out += ' ';
    append_pipe_text(out, cell, page);
    out += " |";
    ++column;
  }
  for (; column < columns_; ++column) {
    out += "  |";
  }
}

void MarkdownTable::add_html_row(std::span<const Cell> cells, std::string& out) {
  out += "<tr>";
  for (const auto& cell : cells) {
    const std::string_view tag = cell.is_header ? "th" : "td";
    out += '<';
    out += tag;
    append_span(out, "rowspan", cell.row_span);
    append_span(out, "colspan", cell.column_span);
    out += '>';
    append_html(out, text_of(std::span(cell.lines)), HtmlContext::text);
    out += "</";
    out += tag;
    out += '>';
  }
  out += "</tr>";
}

}  // namespace docket::engine
