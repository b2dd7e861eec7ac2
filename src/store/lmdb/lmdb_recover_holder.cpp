// Changes that take units, and jobs, out of the hands of whoever has them.
#include <map>
#include <utility>

#include "store/lmdb/lmdb_transaction.h"

namespace docket {
void ChangeWriter::apply(RequeueJob& change) {
  change.result = requeue(change);
}
void ChangeWriter::apply(FailJob& change) {
  change.result = give_up(change);
}

Result<std::uint32_t> ChangeWriter::requeue(const RequeueJob& change) {
  const auto job = open_job(change.job);
  if (!job) {
    return tl::unexpected(job.error());
  }
  if (const auto state = job->status.head.state; is_final(state)) {
    return fail(ErrorCode::illegal_change, "the job is " + std::string(word(state)) + ", and that is for ever");
  }
  std::vector<Lease> leases;
  for (const auto& placed : units_of(change.job)) {
    if (placed.holder) {
      const auto& unit = placed.unit;
      leases.push_back({.holder = *placed.holder, .seq = unit.seq, .attempt = unit.attempt, .job = unit.job});
    }
  }
  return give_back(leases, {.owner_lost = false}, change.now_ms);
}

Result<Status> ChangeWriter::give_up(const FailJob& change) {
  auto job = open_job(change.job);
  if (!job) {
    return pass_on(job);
  }
  if (fail_job(job->status, change.error, change.now_ms)) {
    close_job(*job);
  }
  return std::move(job->status);
}

Result<std::uint32_t> ChangeWriter::give_back(std::span<const Lease> leases, ended::HandedBack how,
                                              std::int64_t now_ms) {
  // There may be several units of one job: all is decided on the statuses in memory before the first write.
  std::map<JobId, OpenJob> jobs;
  std::vector<Ending> endings;
  for (const auto& lease : leases) {
    auto unit = queue_.held(lease);
    if (!unit) {
      return pass_on(unit);
    }
    auto known = jobs.find(lease.job);
    if (known == jobs.end()) {
      auto job = open_job(lease.job);
      if (!job) {
        return pass_on(job);
      }
      known = jobs.emplace(lease.job, std::move(*job)).first;
    }
    auto& status = known->second.status;
    if (is_final(status.head.state)) {
      endings.push_back({*unit, {}, {}, nullptr});  // failed with another of these units: this one is over
      continue;
    }
    auto record = record_of(known->second);
    if (!record) {
      return pass_on(record);
    }
    auto follow_up = end_unit(**record, status, unit->unit, how, now_ms);
    if (!follow_up) {
      return pass_on(follow_up);
    }
    endings.push_back({*unit, std::move(*follow_up), {}, nullptr});
  }
  for (auto& ending : endings) {
    write_ending(jobs.at(ending.unit.unit.job), ending);
  }
  for (auto& [id, job] : jobs) {
    close_job(job);
  }
  return static_cast<std::uint32_t>(endings.size());
}

}  // namespace docket
