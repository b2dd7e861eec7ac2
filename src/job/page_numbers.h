// Which number in its job a page has: the pages of the files before its own, and then its own. It is known once those
// files are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "job/job.h"
#include "job/unit.h"

namespace docket {

/// Whether it is known how many pages a file adds to its job's: one that ends without a count adds none.
constexpr bool is_counted(std::uint32_t total_pages, State state) noexcept {
  return total_pages != 0 || is_final(state);
}

/// How many of a job's files, from the first on, have only counted ones before them: those whose pages have a number.
std::size_t numbered_files(const Status& status) noexcept;

/// The pages of one of a job's files that are done or given up, ascending. `units` are those of its job that wait or
/// run; there are no more ranges than these and one.
std::vector<PageRange> done_pages(const Status& status, std::uint16_t file, std::span<const Unit> units);

}  // namespace docket
