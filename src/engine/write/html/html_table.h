// Tables in HTML.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Writes a table row by row, so that one that goes on over pages is one table without being kept: each page's rows are
/// a body of their own. A value.
class HtmlTable {
 public:
  /// Begins a table of `page`.
  void begin(const Block& table, const Page& page, std::string& out);

  /// Adds the rows of a table that goes on the open one, without the heads that it repeats.
  void add(const Block& table, const Page& page, std::string& out);

  /// Ends the table.
  static void end(std::string& out);

 private:
  void add_rows(const Block& table, const Page& page, std::size_t first, std::size_t end, std::string& out);
  void add_row(std::span<const Cell> cells, const Page& page, std::size_t row, std::size_t end, std::string& out);
  void fill(std::size_t& column, std::size_t to, std::size_t row, std::string& out) const;

  std::vector<std::size_t> taken_;  ///< for each column the row before which a cell from above ends
};

}  // namespace docket::engine
