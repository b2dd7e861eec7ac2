#include "store/apply/apply_release.h"

#include <map>
#include <utility>

#include "store/apply/apply_deliveries.h"
#include "store/apply/unit_ending.h"

namespace docket {
namespace {

/// These units wait again, or are over if they cannot. Returns how many there were.
Result<std::uint32_t> release(ApplyContext& context, std::span<const Lease> leases, ended::Released how,
                              std::int64_t now_ms) {
  // There may be several units of one job: all is decided on the statuses in memory before the first write.
  std::map<JobId, OpenJob> jobs;
  std::vector<UnitEnding> endings;
  for (const auto& lease : leases) {
    auto unit = context.backend.held_unit(lease);
    if (!unit) {
      return pass_on(unit);
    }
    auto known = jobs.find(lease.job);
    if (known == jobs.end()) {
      auto job = context.open_job(lease.job);
      if (!job) {
        return pass_on(job);
      }
      known = jobs.emplace(lease.job, std::move(*job)).first;
    }
    auto& status = known->second.status;
    if (is_final(status.head.state)) {
      endings.push_back({.unit = *unit, .follow_up = {}});  // failed with another of these units: this one is over
      continue;
    }
    auto record = context.record_of(known->second);
    if (!record) {
      return pass_on(record);
    }
    auto follow_up = end_unit(**record, status, unit->unit, how, now_ms);
    if (!follow_up) {
      return pass_on(follow_up);
    }
    endings.push_back({.unit = *unit, .follow_up = std::move(*follow_up)});
  }
  for (auto& ending : endings) {
    write_ending(context, jobs.at(ending.unit.unit.job), ending);
  }
  for (auto& [id, job] : jobs) {
    context.close_job(job);
  }
  return static_cast<std::uint32_t>(endings.size());
}

Result<std::uint32_t> recover(ApplyContext& context, const RecoverHolder& command) {
  const auto leases = context.backend.leases(command.holder);
  if (!leases) {
    return pass_on(leases);
  }
  auto units = release(context, *leases, {.owner_lost = true}, command.now_ms);
  if (units) {
    recover_deliveries(context, command.holder, command.now_ms);
  }
  return units;
}

Result<std::uint32_t> requeue(ApplyContext& context, const RequeueJob& command) {
  const auto status = context.backend.status(command.job);
  if (!status) {
    return pass_on(status);
  }
  if (const auto state = status->head.state; is_final(state)) {
    return fail(ErrorCode::illegal_change, "the job is " + std::string(to_string(state)) + ", and that is for ever");
  }
  std::vector<Lease> leases;
  for (const auto& placed : context.backend.units(command.job)) {
    if (placed.holder) {
      const auto& unit = placed.unit;
      leases.push_back({.holder = *placed.holder, .seq = unit.seq, .attempt = unit.attempt, .job = unit.job});
    }
  }
  return release(context, leases, {.owner_lost = false}, command.now_ms);
}

}  // namespace

void carry_out(ApplyContext& context, RecoverHolder& command) {
  command.result = recover(context, command);
}

void carry_out(ApplyContext& context, RequeueJob& command) {
  command.result = requeue(context, command);
}

}  // namespace docket
