#include "store/apply/job_events.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "job/page_numbers.h"

namespace docket {
namespace {

/// The pages that were done, and the files after theirs. An event names a page by its number in the job: until that is
/// known all pages of its file are held back, and then come in runs, for they may be many.
std::vector<EventRun> events_of_files(const OpenJob& job, const std::function<std::vector<PlacedUnit>()>& read_units) {
  std::vector<EventRun> events;
  const auto& files = job.status.files;
  if (job.status.head.kind != WorkKind::document) {  // without pages there is nothing to wait for
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (is_final(files[i].state) && !is_final(job.before.files[i].state)) {
        events.push_back({JobEventKind::file, static_cast<std::uint16_t>(i)});
      }
    }
    return events;
  }
  const auto numbered_before = numbered_files(job.before);
  const auto numbered = numbered_files(job.status);
  std::optional<std::vector<Unit>> units;
  for (std::size_t i = 0; i < numbered; ++i) {
    const auto file = static_cast<std::uint16_t>(i);
    const bool was_held = i >= numbered_before;
    if (!was_held) {
      std::ranges::copy_if(job.pages, std::back_inserter(events),
                           [&](const EventRun& run) { return run.file == file; });
    } else if (files[i].processed_pages != 0) {
      if (!units) {
        units.emplace();
        std::ranges::transform(read_units(), std::back_inserter(*units), &PlacedUnit::unit);
      }
      for (const auto& range : done_pages(job.status, file, *units)) {
        events.push_back({JobEventKind::page, file, range.first, range.last - range.first + 1});
      }
    }
    if (is_final(files[i].state) && (was_held || !is_final(job.before.files[i].state))) {
      events.push_back({JobEventKind::file, file});
    }
  }
  return events;
}

}  // namespace

void find_events(OpenJob& job, const std::function<std::vector<PlacedUnit>()>& units) {
  const auto of_files = events_of_files(job, units);
  job.events.insert(job.events.begin(), of_files.begin(), of_files.end());
  const auto state = job.status.head.state;
  if (state != job.before.head.state) {
    switch (state) {
      case State::pending:
        break;  // it waits again: its unit's event says so
      case State::processing:
        job.events.push_back({JobEventKind::started});
        break;
      case State::completed:
        job.events.push_back({JobEventKind::completed});
        break;
      case State::failed:
        job.events.push_back({JobEventKind::failed});
        break;
    }
  }
  if (job.events.empty() && job.status != job.before) {
    job.events.push_back({JobEventKind::updated});
  }
}

}  // namespace docket
