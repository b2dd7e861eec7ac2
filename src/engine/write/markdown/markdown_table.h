// Tables in Markdown: GitHub's pipe tables where they fit, HTML's where cells span rows or columns.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/model/document.h"

namespace docket::engine {

/// Writes a table row by row, so that one that goes on over pages is one table without being kept. A value.
class MarkdownTable {
 public:
  /// Begins a table of `page`: the line that it is on is empty. The one before must be closed.
  void begin(const Block& table, const Page& page, std::string& out);

  /// Adds the rows of a table that goes on the open one, without the heads that it repeats.
  void add(const Block& table, const Page& page, std::string& out);

  /// Ends the table, if one is open, without a line break behind it.
  void close(std::string& out);

 private:
  void add_rows(const Block& table, const Page& page, std::size_t first_row, std::string& out);
  void add_pipe_row(std::span<const Cell> cells, const Page& page, std::string& out) const;
  static void add_html_row(std::span<const Cell> cells, std::string& out);

  bool is_open_ = false;
  bool is_html_ = false;
  std::size_t columns_ = 0;
};

}  // namespace docket::engine
