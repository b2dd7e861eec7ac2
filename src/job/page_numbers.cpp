#include "job/page_numbers.h"

#include <algorithm>

#include "job/progress/page_progress.h"

namespace docket {

std::size_t numbered_files(const Status& status) noexcept {
  const auto& files = status.files;
  std::size_t counted = 0;
  while (counted < files.size() && is_counted(files[counted].total_pages, files[counted].state)) {
    ++counted;
  }
  return std::min(counted + 1, files.size());
}

std::vector<PageRange> done_pages(const Status& status, std::uint16_t file, std::span<const Unit> units) {
  std::vector<PageRange> missing;
  for (const auto& unit : units) {
    if (unit.kind != UnitKind::assemble && unit.file == file && !nothing_left(unit)) {
      missing.push_back({.first = next_page(unit), .last = unit.kind == UnitKind::range ? unit.last_page : UINT32_MAX});
    }
  }
  std::ranges::sort(missing, {}, &PageRange::first);
  std::vector<PageRange> done;
  std::uint32_t next = 1;
  for (const auto& range : missing) {
    if (range.first > next) {
      done.push_back({.first = next, .last = range.first - 1});
    }
    if (range.last == UINT32_MAX) {
      return done;
    }
    next = range.last + 1;
  }
  // Where no unit is left, a file has as many pages as were done, whatever was said of it.
  const auto last = missing.empty() ? status.files[file].processed_pages : status.files[file].total_pages;
  if (last >= next) {
    done.push_back({.first = next, .last = last});
  }
  return done;
}

}  // namespace docket
