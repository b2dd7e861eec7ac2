#include <array>
#include <utility>

#include "host/wakeup.h"
#include "base/plural.h"
#include "host/lease.h"
#include "ctl/commands.h"
#include "base/clock.h"

namespace docket::ctl {

Result<std::uint32_t> requeue_dead(const Place& place) {
  const auto run_folder = place.folder + "/run";
  const auto holders = place.store.reader()->holders();
  if (!holders) {
    return tl::unexpected(holders.error());
  }
  std::uint32_t units = 0;
  for (const auto& holder : *holders) {
    if (!is_dead(run_folder, holder)) {
      continue;
    }
    RecoverHolder recover{.holder = holder, .now_ms = unix_ms()};
    const std::array<Change, 1> changes{&recover};
    place.store.commit(changes);
    if (!recover.result) {
      return recover.result;
    }
    units += *recover.result;
  }
  remove_dead_lease_files(run_folder);
  return units;
}

void ring(const Place& place) {
  if (auto bell = Bell::open(place.folder + "/run", "work")) {
    bell->ring();  // without it workers look once a second
  }
}

Result<Answer> requeue(const Place& place, const RequeueOptions& options) {
  Answer answer;
  std::uint32_t units = 0;
  for (const auto& id : options.jobs) {
    RequeueJob change{.job = id, .now_ms = unix_ms()};
    const std::array<Change, 1> changes{&change};
    place.store.commit(changes);
    if (change.result) {
      units += *change.result;
      answer.text += "job " + id.text() + ": ";
      answer.text +=
          *change.result == 0 ? "no worker has a unit of it" : counted(*change.result, "unit") + " given back";
      answer.text += '\n';
      continue;
    }
    const auto code = change.result.error().code;
    if (code != ErrorCode::not_found && code != ErrorCode::illegal_change) {
      return tl::unexpected(change.result.error());
    }
    answer.good = false;
    answer.text += "job " + id.text() + ": " + change.result.error().detail + "\n";
  }
  if (options.dead) {
    const auto given_back = requeue_dead(place);
    if (!given_back) {
      return tl::unexpected(given_back.error());
    }
    units += *given_back;
    answer.text += counted(*given_back, "unit") + " of dead workers given back\n";
  }
  if (units > 0) {
    ring(place);
  }
  return answer;
}

}  // namespace docket::ctl
