// The tables of the embedded store: their handles, keys, and the small values that no codec of job/codec.h makes.
// What stands in each table is described at the head of store/lmdb/lmdb_store.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "job/job_event.h"
#include "job/unit.h"
#include "store/backend.h"
#include "store/lmdb/lmdb.h"

namespace docket {

/// Handles of all tables; valid while the environment is open.
struct Tables {
  lmdb::Table meta = 0;
  lmdb::Table jobs = 0;
  lmdb::Table status = 0;
  lmdb::Table fields = 0;
  lmdb::Table secrets = 0;
  lmdb::Table units = 0;
  lmdb::Table fifo = 0;
  lmdb::Table ring = 0;
  lmdb::Table ring_of = 0;
  lmdb::Table leased = 0;
  lmdb::Table delayed = 0;
  lmdb::Table pages = 0;
  lmdb::Table outputs = 0;
  lmdb::Table sizes = 0;
  lmdb::Table by_owner = 0;
  lmdb::Table expiry = 0;
  lmdb::Table counters = 0;
  lmdb::Table changes = 0;
  lmdb::Table once = 0;
  lmdb::Table once_of = 0;
  lmdb::Table originals = 0;
  lmdb::Table callbacks = 0;
  lmdb::Table deliveries = 0;
  lmdb::Table outbox = 0;
  lmdb::Table outbox_heads = 0;
  lmdb::Table sending = 0;
};
inline constexpr unsigned table_count = sizeof(Tables) / sizeof(lmdb::Table);

/// What this version writes. A store that says more is refused.
inline constexpr std::uint32_t schema_version = 1;

/// Where the version stands in `meta`.
inline constexpr std::string_view schema_key = "schema";

/// Opens all tables and compares the schema's version; with `create` makes what is missing, else a store without them
/// is bad_record, as is one of a newer schema. `txn` is to be committed by the caller, and aborted on an error.
Result<Tables> open_tables(lmdb::Txn& txn, bool create);

/// A key being put together; integers big-endian, so that comparing bytes compares numbers.
class Key {
 public:
  static constexpr std::size_t capacity = 48;

  template <class Integer>
  Key& number(Integer value) noexcept {
    for (std::size_t shift = sizeof value * 8; shift != 0; shift -= 8) {
      bytes_[size_++] = static_cast<char>(static_cast<std::uint64_t>(value) >> (shift - 8));
    }
    return *this;
  }
  Key& raw(std::string_view bytes) noexcept {
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }
  /// Every bit the other way round: ascending keys are descending ids.
  Key& inverted(const JobId& id) noexcept {
    for (const auto byte : id.bytes) {
      bytes_[size_++] = static_cast<char>(~byte);
    }
    return *this;
  }

  operator std::string_view() const noexcept { return {bytes_.data(), size_}; }  // NOLINT(google-explicit-constructor)

 private:
  std::array<char, capacity> bytes_{};
  std::size_t size_ = 0;
};

/// Reads a key piece by piece. A key that is too short yields zeros and ok() is false.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) noexcept : rest_(key) {}

  template <class Integer>
  Integer number() noexcept {
    std::uint64_t value = 0;
    for (const char c : raw(sizeof(Integer))) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return static_cast<Integer>(value);
  }
  std::string_view raw(std::size_t size) noexcept {
    if (rest_.size() < size) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  JobId id() noexcept { return JobId::from_key(raw(sizeof(JobId))).value_or(JobId{}); }
  JobId inverted_id() noexcept {
    auto job = id();
    for (auto& byte : job.bytes) {
      byte = static_cast<std::uint8_t>(~byte);
    }
    return job;
  }
  OwnerKey owner() noexcept {
    OwnerKey owner;
    const auto bytes = raw(owner.bytes.size());
    std::copy(bytes.begin(), bytes.end(), owner.bytes.begin());  // nothing, of a key that is too short
    return owner;
  }
  Holder holder() noexcept { return Holder::from_key(raw(sizeof(Holder))).value_or(Holder{}); }

  /// The key had all that was read and nothing more.
  [[nodiscard]] bool ok() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// The bytes of a padding-free struct as a value, and back; nothing for a value of another size.
template <class T>
requires std::is_trivially_copyable_v<T> std::string_view bytes_of(const T& value)
noexcept {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <class T>
requires std::is_trivially_copyable_v<T> std::optional<T> value_of(std::string_view bytes)
noexcept {
  T value{};
  if (bytes.size() != sizeof value) {
    return std::nullopt;
  }
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// The last number given out of each kind, in `counters`.
struct Numbers {
  std::uint64_t seq = 0;
  std::uint64_t turn = 0;
  std::uint64_t change = 0;

  friend bool operator==(const Numbers&, const Numbers&) = default;
};
inline Key numbers_key() noexcept {
  return Key().raw("n");
}

/// A pool's QueueCounts, in `counters`.
inline Key pool_key(std::uint8_t pool) noexcept {
  return Key().raw("p").number(pool);
}
static_assert(sizeof(QueueCounts) == 40, "stored as it is");
/// The stored counts; those of the first version had no times. Zeros for a value of another size.
inline QueueCounts queue_counts_of(std::string_view bytes) noexcept {
  constexpr std::size_t first_size = 24;
  QueueCounts counts;
  if (bytes.size() == sizeof counts || bytes.size() == first_size) {
    std::memcpy(&counts, bytes.data(), bytes.size());
  }
  return counts;
}

/// How many bytes the files of all jobs have (u64), in `counters`.
inline Key bytes_key() noexcept {
  return Key().raw("b");
}

/// The StateCounts of one owner, and of all, in `counters`.
inline Key owner_counts_key(const OwnerKey& owner) noexcept {
  return Key().raw("o").raw(owner.key());
}
inline Key all_counts_key() noexcept {
  return Key().raw("a");
}

/// A value of `units`.
std::string encode(const PlacedUnit& unit);
Result<PlacedUnit> decode_placed_unit(std::string_view bytes);

inline Key unit_key(const JobId& job, std::uint64_t seq) noexcept {
  return Key().raw(job.key()).number(seq);
}
inline Key delayed_key(const Unit& unit) noexcept {
  return Key().number(unit.not_before_s).number(unit.seq);
}
inline Key leased_key(const Holder& holder, std::uint64_t seq) noexcept {
  return Key().raw(holder.key()).number(seq);
}
/// An entry of `leased`; bad_record for one of the wrong size.
Result<Lease> decode_lease(const lmdb::Entry& entry);
inline Key page_key(const JobId& job, std::uint16_t file, std::uint32_t page) noexcept {
  return Key().raw(job.key()).number(file).number(page);
}
inline Key by_owner_key(const OwnerKey& owner, const JobId& job) noexcept {
  return Key().raw(owner.key()).inverted(job);
}
inline Key expiry_key(std::int64_t expires_ms, const JobId& job) noexcept {
  return Key().number(expires_ms).raw(job.key());
}

inline Key outbox_key(Receiver receiver, std::int64_t due_ms, const JobId& job) noexcept {
  return Key().number(receiver).number(due_ms).raw(job.key());
}
inline Key outbox_head_key(std::int64_t due_ms, Receiver receiver) noexcept {
  return Key().number(due_ms).number(receiver);
}
inline Key sending_key(const Holder& holder, const JobId& job) noexcept {
  return Key().raw(holder.key()).raw(job.key());
}

/// The line of a taker of turns, in a pool and priority: key of `ring_of`, and how keys of `fifo` begin.
inline Key line_key(const OwnerKey& taker, std::uint8_t pool, std::uint8_t priority) noexcept {
  return Key().raw(taker.key()).number(pool).number(priority);
}
inline Key line_of(const PlacedUnit& unit) noexcept {
  return line_key(unit.taker, unit.unit.pool, unit.unit.priority);
}
inline Key fifo_key(const PlacedUnit& unit) noexcept {
  return line_of(unit).number(unit.place).number(unit.unit.seq);
}
inline Key ring_key(std::uint8_t pool, std::uint8_t priority, std::uint64_t turn, const OwnerKey& taker) noexcept {
  return Key().number(pool).number(priority).number(turn).raw(taker.key());
}

/// Whose turn it is: of the lines, and of the jobs in this one. A value in `ring_of`.
///
/// The jobs of a line have a turn each in the order of their places, then a new round begins with the first one. A
/// round is of the jobs there were when it began, and at its end of the first one that came since: so a job that comes
/// alone waits for one turn of the others at most, and a stream of new jobs keeps none from its next turn.
struct LineTurn {
  std::uint64_t turn = 0;   ///< of the line in the ring
  std::uint64_t last = 0;   ///< place of the job that had the last turn in the line; 0: none yet
  std::uint64_t limit = 0;  ///< the last seq that was given out when the round began: jobs behind it are new

  /// Whether the round goes on with a job at `place`, the first one behind `last`.
  [[nodiscard]] bool goes_on_with(std::uint64_t place) const noexcept { return place <= limit || last <= limit; }
  /// A job has its turn; `last_seq` is the last seq that was given out.
  void take(std::uint64_t place, std::uint64_t last_seq) noexcept;
  /// It has made nothing of it: if it was the last one to have a turn, it has the next one as well.
  void release(std::uint64_t place) noexcept;

  friend bool operator==(const LineTurn&, const LineTurn&) = default;
};
Key encode(const LineTurn& turn) noexcept;
/// Nothing for bytes of another size. The first version wrote the line's turn only: no job has had one then.
std::optional<LineTurn> decode_line_turn(std::string_view bytes) noexcept;

/// A value of `changes`: one change, or as many as a file's pages, one after the other, that were appended at once. Its
/// key is the number of the last one; those before it have the numbers before that.
struct ChangeRun {
  JobEvent first;
  std::uint32_t length = 1;  ///< more than 1 of pages only

  friend bool operator==(const ChangeRun&, const ChangeRun&) = default;
};
std::string encode(const ChangeRun& run);
/// bad_record also for a run that is longer than the number it ends with.
Result<ChangeRun> decode_changes(const lmdb::Entry& entry);

/// The number of the first change of a run that ends with `last`.
constexpr std::uint64_t first_number(const ChangeRun& run, std::uint64_t last) noexcept {
  return last - (run.length - 1);
}

}  // namespace docket
