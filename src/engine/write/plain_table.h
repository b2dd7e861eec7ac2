// Tables as plain text.
#pragma once

#include <cstddef>
#include <string>

#include "engine/model/document.h"

namespace docket::engine {

struct TableSize {
  std::size_t rows = 0;
  std::size_t columns = 0;
};

/// As many rows and columns as the table's cells reach over.
TableSize size_of_table(const Block& table) noexcept;

/// Appends the table's cells, a row a line, with a tab between two columns. What spans places stands in the first.
void append_plain_table(std::string& out, const Block& table);

}  // namespace docket::engine
