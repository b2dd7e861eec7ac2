#include "store/lmdb/lmdb_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace docket {
namespace {

Error damaged(std::string detail) {
  return {ErrorCode::bad_record, "the queue is damaged: " + std::move(detail)};
}

/// Of an entry of `delayed`; 0 for one that is damaged, so that it is looked at.
std::int64_t due_s_of(const lmdb::Entry& entry) noexcept {
  return KeyReader(entry.key).number<std::uint32_t>();
}

/// One entry of `leased`.
std::string lease_value(const Unit& unit) {
  return std::string(Key().raw(unit.job.key()).number(unit.attempt));
}

}  // namespace

Result<std::optional<PlacedUnit>> UnitQueue::first(std::uint8_t pool) {
  constexpr auto never = std::numeric_limits<std::int64_t>::max();
  std::optional<Head> best;
  auto others_due_ms = never;  // of the other priorities
  for (unsigned from = 0; from <= UINT8_MAX;) {
    auto head = head_of(pool, static_cast<std::uint8_t>(from));
    if (!head) {
      return pass_on(head);
    }
    if (!*head) {
      break;
    }
    if (!best || (*head)->oldest.due_ms < best->oldest.due_ms) {
      others_due_ms = best ? best->oldest.due_ms : never;
      best = **head;
    } else {
      others_due_ms = std::min(others_due_ms, (*head)->oldest.due_ms);
    }
    from = (*head)->priority + 1U;
  }
  if (!best) {
    return std::nullopt;
  }
  const auto& next = best->in_turn.due_ms <= others_due_ms ? best->in_turn : best->oldest;
  auto unit = find(next.job, next.seq);
  if (!unit) {
    return pass_on(unit);
  }
  return *unit;
}

/// What is next among the units of the first priority at or after `priority` that has any.
Result<std::optional<UnitQueue::Head>> UnitQueue::head_of(std::uint8_t pool, std::uint8_t priority) {
  const auto first = tables_.at_or_after(tables_.t.ring, Key().number(pool).number(priority));
  if (!first) {
    return std::nullopt;
  }
  KeyReader ring(first->key);
  if (ring.number<std::uint8_t>() != pool) {
    return std::nullopt;
  }
  Head head;
  head.priority = ring.number<std::uint8_t>();
  ring.number<std::uint64_t>();
  const auto taker = ring.owner();
  if (!ring.ok()) {
    return fail(damaged("a key of the ring has the wrong size"));
  }

  const auto line = line_key(taker, pool, head.priority);
  const auto turn = turn_of(line);
  if (!turn) {
    return fail(damaged("a line stands in the ring and has no turn"));
  }
  const auto oldest = waiting_from(line, head.priority, 0);
  if (!oldest) {
    return pass_on(oldest);
  }
  if (!*oldest) {
    return fail(damaged("a line has a turn and no unit"));
  }
  head.oldest = head.in_turn = **oldest;
  if (turn->last > 0) {  // where the round ends, the next one begins with the oldest
    const auto next = waiting_from(line, head.priority, turn->last + 1);
    if (!next) {
      return pass_on(next);
    }
    if (*next && turn->goes_on_with((*next)->place)) {
      head.in_turn = **next;
    }
  }
  return head;
}

/// The first unit of a line whose job stands at `place` or behind it.
Result<std::optional<UnitQueue::Waiting>> UnitQueue::waiting_from(const Key& line, std::uint8_t priority,
                                                                  std::uint64_t place) {
  const auto entry = tables_.at_or_after(tables_.t.fifo, Key(line).number(place));
  if (!entry || !entry->key.starts_with(line)) {
    return std::nullopt;
  }
  KeyReader key(entry->key.substr(std::string_view(line).size()));
  Waiting waiting;
  waiting.place = key.number<std::uint64_t>();
  waiting.seq = key.number<std::uint64_t>();
  const auto job = JobId::from_key(entry->value);
  if (!key.ok() || !job) {
    return fail(damaged("an entry of a line has the wrong size"));
  }
  waiting.job = *job;
  waiting.due_ms = job->unix_ms() + priority * ageing_ms;
  return waiting;
}

std::optional<LineTurn> UnitQueue::turn_of(std::string_view line) {
  const auto stored = tables_.get(tables_.t.ring_of, line);
  return stored ? decode_line_turn(*stored) : std::nullopt;
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
  if (unit.unit.not_before_s != 0) {
    tables_.put(tables_.t.delayed, delayed_key(unit.unit), unit.unit.job.key());
    count_waiting(unit.unit.pool, +1);
    return;
  }
  link(unit);
  const auto line = line_of(unit);
  if (const auto before = turn_of(line)) {
    auto turn = *before;
    turn.release(unit.place);
    if (turn != *before) {
      tables_.put(tables_.t.ring_of, line, encode(turn));
    }
  }
}

bool UnitQueue::let_due_wait(std::int64_t now_ms) {
  constexpr int most_at_once = 64;
  constexpr std::int64_t second = 1000;
  constexpr std::int64_t no_pause = 172'800;  // two days: then the clock was set back since
  const auto now_s = now_ms / second;
  for (int i = 0; i < most_at_once; ++i) {
    const auto first = tables_.at_or_after(tables_.t.delayed, {});
    if (!first) {
      return true;
    }
    if (due_s_of(*first) <= now_s) {
      end_delay(*first);
    } else if (const auto last = tables_.last(tables_.t.delayed); last && due_s_of(*last) > now_s + no_pause) {
      end_delay(*last);
    } else {
      return true;
    }
  }
  return false;
}

void UnitQueue::end_delay(const lmdb::Entry& entry) {
  KeyReader rest(entry.key);
  rest.number<std::uint32_t>();
  const auto seq = rest.number<std::uint64_t>();
  const auto job = JobId::from_key(entry.value);
  if (!rest.ok() || !job) {
    return tables_.fail_with(damaged("an entry of `delayed` has the wrong size"));
  }
  auto unit = find(*job, seq);
  if (!unit) {
    return tables_.fail_with(damaged("an entry of `delayed` has no unit"));
  }
  tables_.erase(tables_.t.delayed, delayed_key(unit->unit));
  count_waiting(unit->unit.pool, -1);  // link() counts it again
  unit->unit.not_before_s = 0;
  save(*unit);
  link(*unit);
}

void UnitQueue::save(const PlacedUnit& unit) {
  tables_.put(tables_.t.units, unit_key(unit.unit.job, unit.unit.seq), encode(unit));
}

void UnitQueue::remove(const PlacedUnit& unit) {
  if (unit.holder) {
    tables_.erase(tables_.t.leased, leased_key(*unit.holder, unit.unit.seq));
  } else if (unit.unit.not_before_s != 0) {
    tables_.erase(tables_.t.delayed, delayed_key(unit.unit));
    count_waiting(unit.unit.pool, -1);
  } else {
    unlink(unit, Turn::keep);
  }
  tables_.erase(tables_.t.units, unit_key(unit.unit.job, unit.unit.seq));
}

void UnitQueue::count_waiting(std::uint8_t pool, std::int64_t more) {
  auto counts = queue_counts_of(tables_.get(tables_.t.counters, pool_key(pool)).value_or(std::string_view()));
  counts.waiting_units += static_cast<std::uint64_t>(more);
  tables_.put(tables_.t.counters, pool_key(pool), bytes_of(counts));
}

void UnitQueue::link(const PlacedUnit& unit) {
  tables_.put(tables_.t.fifo, fifo_key(unit), unit.unit.job.key());
  if (!tables_.get(tables_.t.ring_of, line_of(unit))) {
    enter_ring(unit, {});
  }
  count_waiting(unit.unit.pool, +1);
}

void UnitQueue::unlink(const PlacedUnit& unit, Turn turn) {
  tables_.erase(tables_.t.fifo, fifo_key(unit));
  count_waiting(unit.unit.pool, -1);

  const auto line = line_of(unit);
  const auto next = tables_.at_or_after(tables_.t.fifo, line);
  const bool others_wait = next && next->key.starts_with(line);
  if (others_wait && turn == Turn::keep) {
    return;
  }
  auto line_turn = turn_of(line);
  if (!line_turn) {
    tables_.fail_with(damaged("a unit waited and its line had no turn"));
    return;
  }
  tables_.erase(tables_.t.ring, ring_key(unit.unit.pool, unit.unit.priority, line_turn->turn, unit.taker));
  if (others_wait) {
    line_turn->take(unit.place, numbers_.seq);
    enter_ring(unit, *line_turn);
  } else {
    tables_.erase(tables_.t.ring_of, line);
  }
}

/// The unit's line stands behind all others.
void UnitQueue::enter_ring(const PlacedUnit& unit, LineTurn turn) {
  turn.turn = ++numbers_.turn;
  tables_.put(tables_.t.ring, ring_key(unit.unit.pool, unit.unit.priority, turn.turn, unit.taker), {});
  tables_.put(tables_.t.ring_of, line_of(unit), encode(turn));
}

}  // namespace docket
