// A job for people's eyes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/codec/codec.h"
#include "store/store.h"

namespace docket::ctl {

/// One line of a table of jobs.
struct Row {
  JobId id;
  std::string status;
  std::string pages;
  std::string created;
  std::string owner;
  std::string file;
};
Row row_of(const JobId& id, const StatusView& status);

/// A table with a head line, columns as wide as what stands in them, "\n" after each line.
std::string table_of(const std::vector<Row>& rows);

/// Lines of "name  value" on one job, its files and its warnings.
std::string details_of(const JobId& id, const StatusView& status, std::string_view fields, const QueueCounts& counts);

/// Appends one line "name  value".
void append_line(std::string& out, std::string_view name, std::string_view value);

/// `text` as a terminal may show it: what clients named their files must not move the cursor. Control characters, and
/// bytes that are not UTF-8, become '?'.
std::string printable(std::string_view text);

}  // namespace docket::ctl
