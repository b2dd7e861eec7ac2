#include "core/lmdb_queue.h"

#include <algorithm>
#include <utility>

namespace docket {
namespace {

Error damaged(std::string detail) {
  return {ErrorCode::bad_record, "the queue is damaged: " + std::move(detail)};
}

/// One entry of `leased`.
std::string lease_value(const Unit& unit) {
  return std::string(Key().raw(unit.job.key()).number(unit.attempt));
}

}  // namespace

QueueCounts pool_counts(TableWriter& tables, std::uint8_t pool) {
  const auto stored = tables.get(tables.t.counters, pool_key(pool));
  return queue_counts_of(stored.value_or(std::string_view()));
}

void count_start(TableWriter& tables, std::uint8_t pool, std::int64_t now_ms) {
  constexpr std::int64_t longest_ms = 60'000;
  constexpr std::uint64_t weight = 8;  // of what was before
  auto counts = pool_counts(tables, pool);
  ++counts.started;
  if (counts.last_start_ms != 0) {
    const auto interval =
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(now_ms - counts.last_start_ms, 0, longest_ms)) * 1000;
    const auto before = counts.start_interval_us != 0 ? counts.start_interval_us : interval;
    counts.start_interval_us = std::max<std::uint64_t>(((weight - 1) * before + interval) / weight, 1);
  }
  counts.last_start_ms = counts.accepted > counts.started ? now_ms : 0;
  tables.put(tables.t.counters, pool_key(pool), bytes_of(counts));
}

void add_to_pool(TableWriter& tables, std::uint8_t pool, std::int64_t accepted, std::int64_t started,
                 std::int64_t waiting) {
  auto counts = pool_counts(tables, pool);
  counts.accepted += static_cast<std::uint64_t>(accepted);
  counts.started += static_cast<std::uint64_t>(started);
  counts.waiting_units += static_cast<std::uint64_t>(waiting);
  tables.put(tables.t.counters, pool_key(pool), bytes_of(counts));
}

Result<std::optional<PlacedUnit>> UnitQueue::first(std::uint8_t pool) {
  std::optional<Head> best;
  for (unsigned from = 0; from <= UINT8_MAX;) {
    auto head = head_of(pool, static_cast<std::uint8_t>(from));
    if (!head) {
      return tl::unexpected(std::move(head.error()));
    }
    if (!*head) {
      break;
    }
    if (!best || (*head)->due_ms < best->due_ms) {
      best = **head;
    }
    from = (*head)->priority + 1U;
  }
  if (!best) {
    return std::nullopt;
  }
  auto unit = find(best->job, best->seq);
  if (!unit) {
    return tl::unexpected(std::move(unit.error()));
  }
  return *unit;
}

/// The unit that is next among those of the first priority at or after `priority` that has any.
Result<std::optional<UnitQueue::Head>> UnitQueue::head_of(std::uint8_t pool, std::uint8_t priority) {
  const auto turn = tables_.at_or_after(tables_.t.ring, Key().number(pool).number(priority));
  if (!turn) {
    return std::nullopt;
  }
  KeyReader ring(turn->key);
  if (ring.number<std::uint8_t>() != pool) {
    return std::nullopt;
  }
  Head head;
  head.priority = ring.number<std::uint8_t>();
  ring.number<std::uint64_t>();
  const auto owner = ring.owner();
  if (!ring.ok()) {
    return tl::unexpected(damaged("a key of the ring has the wrong size"));
  }

  const auto line = line_key(owner, pool, head.priority);
  const auto waiting = tables_.at_or_after(tables_.t.fifo, line);
  if (!waiting || !waiting->key.starts_with(line)) {
    return tl::unexpected(damaged("an owner has a turn and no unit"));
  }
  KeyReader fifo(waiting->key.substr(std::string_view(line).size()));
  fifo.number<std::uint64_t>();
  head.seq = fifo.number<std::uint64_t>();
  const auto job = JobId::from_key(waiting->value);
  if (!fifo.ok() || !job) {
    return tl::unexpected(damaged("an entry of a line has the wrong size"));
  }
  head.job = *job;
  head.due_ms = job->unix_ms() + head.priority * ageing_ms;
  return head;
}

Result<PlacedUnit> UnitQueue::find(const JobId& job, std::uint64_t seq) {
  const auto stored = tables_.get(tables_.t.units, unit_key(job, seq));
  if (!stored) {
    return fail(ErrorCode::not_found, "there is no such unit");
  }
  return decode_placed_unit(*stored);
}

Result<PlacedUnit> UnitQueue::held(const Lease& lease) {
  const auto stored = tables_.get(tables_.t.leased, leased_key(lease.holder, lease.seq));
  if (!stored || *stored != std::string_view(Key().raw(lease.job.key()).number(lease.attempt))) {
    return fail(ErrorCode::lease_lost, "the unit is no longer held by this worker in this try");
  }
  return find(lease.job, lease.seq);
}

void UnitQueue::add(PlacedUnit& unit) {
  unit.unit.seq = ++numbers_.seq;
  if (unit.place == 0) {
    unit.place = unit.unit.seq;
  }
  unit.holder.reset();
  save(unit);
  link(unit);
}

void UnitQueue::lease(PlacedUnit& unit, const Holder& holder) {
  unlink(unit, Turn::end);
  unit.holder = holder;
  save(unit);
  tables_.put(tables_.t.leased, leased_key(holder, unit.unit.seq), lease_value(unit.unit));
}

void UnitQueue::put_back(PlacedUnit& unit) {
  if (unit.holder) {
    tables_.erase(tables_.t.leased, leased_key(*unit.holder, unit.unit.seq));
    unit.holder.reset();
  }
  save(unit);
  link(unit);
}

void UnitQueue::save(const PlacedUnit& unit) {
  tables_.put(tables_.t.units, unit_key(unit.unit.job, unit.unit.seq), encode(unit));
}

void UnitQueue::remove(const PlacedUnit& unit) {
  if (unit.holder) {
    tables_.erase(tables_.t.leased, leased_key(*unit.holder, unit.unit.seq));
  } else {
    unlink(unit, Turn::keep);
  }
  tables_.erase(tables_.t.units, unit_key(unit.unit.job, unit.unit.seq));
}

void UnitQueue::link(const PlacedUnit& unit) {
  tables_.put(tables_.t.fifo, fifo_key(unit), unit.unit.job.key());
  if (!tables_.get(tables_.t.ring_of, line_key(unit.owner, unit.unit.pool, unit.unit.priority))) {
    enter_ring(unit);
  }
  add_to_pool(tables_, unit.unit.pool, 0, 0, +1);
}

void UnitQueue::unlink(const PlacedUnit& unit, Turn turn) {
  tables_.erase(tables_.t.fifo, fifo_key(unit));
  add_to_pool(tables_, unit.unit.pool, 0, 0, -1);

  const auto line = line_key(unit.owner, unit.unit.pool, unit.unit.priority);
  const auto next = tables_.at_or_after(tables_.t.fifo, line);
  const bool others_wait = next && next->key.starts_with(line);
  if (others_wait && turn == Turn::keep) {
    return;
  }
  const auto stored = tables_.get(tables_.t.ring_of, line);
  if (!stored) {
    tables_.fail_with(damaged("a unit waited and its owner had no turn"));
    return;
  }
  const auto old_turn = KeyReader(*stored).number<std::uint64_t>();
  tables_.erase(tables_.t.ring, ring_key(unit.unit.pool, unit.unit.priority, old_turn, unit.owner));
  if (others_wait) {
    enter_ring(unit);
  } else {
    tables_.erase(tables_.t.ring_of, line);
  }
}

void UnitQueue::enter_ring(const PlacedUnit& unit) {
  const auto turn = ++numbers_.turn;
  tables_.put(tables_.t.ring, ring_key(unit.unit.pool, unit.unit.priority, turn, unit.owner), {});
  tables_.put(tables_.t.ring_of, line_key(unit.owner, unit.unit.pool, unit.unit.priority), Key().number(turn));
}

}  // namespace docket
