// Tables in Markdown: GitHub's pipe tables where they fit, HTML's where cells span rows or columns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Writes a table row by row, so that one that goes on over pages is one table without being kept. A value; of a table
/// it remembers the heads and where its columns are.
class MarkdownTable {
 public:
  /// Begins a table of `page`: the line that it is on is empty. The one before must be closed.
  void begin(const Block& table, const Page& page, std::string& out);

  /// Whether `table`, the first thing on a page, goes on the open table, the last thing on the page before: its columns
  /// are the same, and it has the same heads or none.
  [[nodiscard]] bool continues(const Block& table) const;

  /// Adds the rows of a table that goes on the open one, without the heads that it repeats.
  void add(const Block& table, const Page& page, std::string& out);

  /// Ends the table, if one is open, without a line break behind it.
  void close(std::string& out);

 private:
  void add_rows(const Block& table, const Page& page, std::size_t first_row, std::string& out);
  void add_pipe_row(const std::vector<const Cell*>& cells, const Page& page, std::string& out) const;
  static void add_html_row(const std::vector<const Cell*>& cells, std::string& out);

  bool is_open_ = false;
  bool is_html_ = false;
  std::size_t columns_ = 0;
  std::vector<float> edges_;        ///< left edges of the columns, as shares of the table's width
  float width_ = 0;                 ///< points
  std::vector<std::string> heads_;  ///< the texts of the header cells
};

}  // namespace docket::engine
