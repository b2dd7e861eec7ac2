#include <array>
#include <utility>

#include "base/clock.h"
#include "base/plural.h"
#include "ctl/commands.h"
#include "store/recovery/dead_holders.h"

namespace docket::ctl {

Result<std::uint32_t> requeue_dead(const Place& place) {
  const auto recovered = recover_dead_holders(place.store, place.committer, place.membership);
  if (!recovered) {
    return pass_on(recovered);
  }
  if (recovered->failure) {
    return fail(*recovered->failure);
  }
  return recovered->units;
}

Result<Answer> requeue(const Place& place, const RequeueOptions& options) {
  Answer answer;
  for (const auto& id : options.jobs) {
    RequeueJob change{.job = id, .now_ms = unix_ms()};
    const std::array<Command, 1> changes{&change};
    place.committer.commit(changes);
    if (change.result) {
      answer.text += "job " + id.text() + ": ";
      answer.text +=
          *change.result == 0 ? "no worker has a unit of it" : counted(*change.result, "unit") + " given back";
      answer.text += '\n';
      continue;
    }
    const auto code = change.result.error().code;
    if (code != ErrorCode::not_found && code != ErrorCode::illegal_change) {
      return pass_on(change.result);
    }
    answer.good = false;
    answer.text += "job " + id.text() + ": " + change.result.error().detail + "\n";
  }
  if (options.dead) {
    const auto given_back = requeue_dead(place);
    if (!given_back) {
      return pass_on(given_back);
    }
    answer.text += counted(*given_back, "unit") + " of dead workers given back\n";
  }
  return answer;
}

}  // namespace docket::ctl
