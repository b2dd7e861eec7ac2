// The queue of the embedded store: which units wait, whose turn it is, who holds what. Tables units, fifo, ring,
// ring_of, leased, delayed, and the counts of units that wait.
#pragma once

#include <cstdint>
#include <optional>

#include "store/backend.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/lmdb/lmdb_writer.h"

namespace docket {

/// The operations on units. Each moves a unit from one of three places (nowhere, waiting, held) to another and keeps
/// the tables in step: a line (taker, pool, priority) stands in the ring exactly while a unit of it waits.
/// Lives as long as the transaction; failures stick in the TableWriter.
class UnitQueue {
 public:
  UnitQueue(TableWriter& tables, Numbers& numbers) noexcept : tables_(tables), numbers_(numbers) {}

  /// The unit whose turn it is in `pool`; nothing if none waits. Of each priority that is one of the owner, or client,
  /// whose turn it is. Of these lines it is the one whose oldest job is due first: a job is due when it was made and
  /// ageing_ms later for each step of its priority, so that none waits for ever. In the line it is the first unit of
  /// the job whose turn it is; of the oldest, where that one is due later than another priority's.
  Result<std::optional<PlacedUnit>> first(std::uint8_t pool);
  /// Units whose time has come go back to their lines: as many as one claim has time for. True if that was all.
  bool let_due_wait(std::int64_t now_ms);
  /// A unit that is not over; not_found if there is none of this number.
  Result<PlacedUnit> find(const JobId& job, std::uint64_t seq);
  /// The unit this lease is for; lease_lost if it is no longer held so.
  Result<PlacedUnit> held(const Lease& lease);

  /// Gives `unit` its number and makes it wait.
  void add(PlacedUnit& unit);
  /// A waiting unit goes to `holder`: its line, and its job in the line, have had their turn.
  void lease(PlacedUnit& unit, const Holder& holder);
  /// A held unit waits again, in the place it had; its job keeps the turn, if no other one has had one since. Or in
  /// `delayed`, where it is counted among those that wait.
  void put_back(PlacedUnit& unit);
  /// A unit changed where it is.
  void save(const PlacedUnit& unit);
  /// The unit is over, wherever it is.
  void remove(const PlacedUnit& unit);

 private:
  struct Waiting {
    JobId job;
    std::uint64_t place = 0;
    std::uint64_t seq = 0;
    std::int64_t due_ms = 0;
  };
  /// Of a line.
  struct Head {
    std::uint8_t priority = 0;
    Waiting oldest;
    Waiting in_turn;
  };
  Result<std::optional<Head>> head_of(std::uint8_t pool, std::uint8_t priority);
  Result<std::optional<Waiting>> waiting_from(const Key& line, std::uint8_t priority, std::uint64_t place);

  enum class Turn : std::uint8_t { keep, end };  ///< of the line and the job, when a unit leaves

  void end_delay(const lmdb::Entry& entry);
  void link(const PlacedUnit& unit);
  void count_waiting(std::uint8_t pool, std::int64_t more);
  void unlink(const PlacedUnit& unit, Turn turn);
  std::optional<LineTurn> turn_of(std::string_view line);
  void enter_ring(const PlacedUnit& unit, LineTurn turn);

  TableWriter& tables_;
  Numbers& numbers_;
};

}  // namespace docket
