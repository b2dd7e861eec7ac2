#include "store/lmdb/repair/repair_queue.h"

#include <algorithm>
#include <set>
#include <string>

namespace docket {
namespace {

/// Every line that had a turn keeps it; the others come after all that were given out.
void repair_turns(RepairTables& tables, const std::set<std::string>& lines, Numbers& numbers) {
  RepairTables::Entries known;
  tables.each(tables.t.ring_of, [&](const lmdb::Entry& entry) {
    const auto turn = decode_line_turn(entry.value);
    if (turn && lines.contains(std::string(entry.key)) && turn->last <= numbers.seq && turn->limit <= numbers.seq) {
      known[std::string(entry.key)] = std::string(entry.value);
      numbers.turn = std::max(numbers.turn, turn->turn);
    }
  });
  RepairTables::Entries ring;
  RepairTables::Entries ring_of;
  for (const auto& line : lines) {
    KeyReader key(line);
    const auto taker = key.owner();
    const auto pool = key.number<std::uint8_t>();
    const auto priority = key.number<std::uint8_t>();
    const auto found = known.find(line);
    ring_of[line] = found != known.end() ? found->second : std::string(encode(LineTurn{.turn = ++numbers.turn}));
    ring[std::string(ring_key(pool, priority, decode_line_turn(ring_of[line])->turn, taker))] = {};
  }
  tables.make_equal(tables.t.ring, ring);
  tables.make_equal(tables.t.ring_of, ring_of);
}

}  // namespace

WaitingUnits repair_queue(RepairTables& tables, const UnitsOfJobs& units_of_jobs, Numbers& numbers) {
  WaitingUnits waiting{};
  RepairTables::Entries fifo;
  RepairTables::Entries leased;
  RepairTables::Entries delayed;
  std::set<std::string> lines;
  for (const auto& [id, units] : units_of_jobs) {
    for (const auto& unit : units) {
      tables.put_if_other(tables.t.units, unit_key(id, unit.unit.seq), encode(unit));
      if (unit.holder) {
        leased[std::string(leased_key(*unit.holder, unit.unit.seq))] =
            std::string(Key().raw(id.key()).number(unit.unit.attempt));
      } else if (unit.unit.not_before_s != 0) {
        delayed[std::string(delayed_key(unit.unit))] = std::string(id.key());
        ++waiting[unit.unit.pool];
      } else {
        fifo[std::string(fifo_key(unit))] = std::string(id.key());
        lines.insert(std::string(line_of(unit)));
        ++waiting[unit.unit.pool];
      }
    }
  }
  tables.make_equal(tables.t.fifo, fifo);
  tables.make_equal(tables.t.leased, leased);
  tables.make_equal(tables.t.delayed, delayed);
  repair_turns(tables, lines, numbers);
  return waiting;
}

}  // namespace docket
