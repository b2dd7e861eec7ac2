#include "store/notifications.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace docket {
namespace {

struct QueuesUnits {
  bool operator()(const AcceptJob* accept) const noexcept {
    return accept->result && !accept->known && !accept->dedupe_source && !accept->linked_to;
  }
  bool operator()(const EndUnit* end) const noexcept { return end->queued && !end->waits_for_room; }
  bool operator()(const RecoverHolder* recover) const noexcept { return recover->result.value_or(0U) > 0; }
  bool operator()(const RequeueJob* requeue) const noexcept { return requeue->result.value_or(0U) > 0; }
  bool operator()(const void* /*another*/) const noexcept { return false; }
};

}  // namespace

bool has_queued_units(std::span<const Command> committed) noexcept {
  return std::any_of(committed.begin(), committed.end(),
                     [](const Command& command) { return std::visit(QueuesUnits{}, command); });
}

Result<Notifications> Notifications::open(const std::string& run_folder) {
  auto changes = Wakeup::open(run_folder, wakeup_name::changes);
  auto units = Wakeup::open(run_folder, wakeup_name::units);
  auto deliveries = Wakeup::open(run_folder, wakeup_name::deliveries);
  for (const auto* opened : {&changes, &units, &deliveries}) {
    if (!*opened) {
      return pass_on(*opened);
    }
  }
  return Notifications(std::move(*changes), std::move(*units), std::move(*deliveries));
}

void Notifications::publish(const News& news) noexcept {
  changes_.notify();
  if (news.units) {
    units_.notify();
  }
  if (news.deliveries) {
    deliveries_.notify();
  }
}

}  // namespace docket
