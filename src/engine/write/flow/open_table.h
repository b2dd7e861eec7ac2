// Whether a table goes on over the page's end.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// How many rows at a table's top have header cells.
std::size_t header_rows(const Block& table) noexcept;

/// The cells of row `row`, given that `from` is the first cell of that row or a later one; moves `from` behind them.
std::span<const Cell> take_row(const Block& table, std::size_t row, std::size_t& from) noexcept;

/// What is remembered of the table that is being written: its heads and where its columns are. A value.
class OpenTable {
 public:
  void begin(const Block& table);
  void end() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  /// Whether `table`, the first thing on a page, goes on the open table, the last thing on the page before: its columns
  /// are the same, and it has the same heads or none.
  [[nodiscard]] bool continues(const Block& table) const;

 private:
  bool is_open_ = false;
  std::size_t columns_ = 0;
  std::vector<float> edges_;        ///< left edges of the columns, as shares of the table's width
  float width_ = 0;                 ///< points
  std::vector<std::string> heads_;  ///< the texts of the header cells
};

}  // namespace docket::engine
