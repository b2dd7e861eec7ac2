#include "store/lmdb/lmdb_tables.h"

#include <utility>

#include "base/bytes.h"
#include "base/sha256.h"
#include "job/codec/codec.h"

namespace docket {
namespace {

constexpr std::uint8_t unit_version = 1;
constexpr std::uint8_t change_version = 2;
constexpr std::uint8_t one_change = 1;  // the version without a length, which one change is still written in

constexpr std::array<std::pair<const char*, lmdb::Table Tables::*>, table_count> names{{
    {"meta", &Tables::meta},           {"jobs", &Tables::jobs},
    {"status", &Tables::status},       {"fields", &Tables::fields},
    {"secrets", &Tables::secrets},     {"units", &Tables::units},
    {"fifo", &Tables::fifo},           {"ring", &Tables::ring},
    {"ring_of", &Tables::ring_of},     {"leased", &Tables::leased},
    {"pages", &Tables::pages},         {"outputs", &Tables::outputs},
    {"sizes", &Tables::sizes},         {"by_owner", &Tables::by_owner},
    {"expiry", &Tables::expiry},       {"counters", &Tables::counters},
    {"changes", &Tables::changes},     {"once", &Tables::once},
    {"once_of", &Tables::once_of},     {"originals", &Tables::originals},
    {"callbacks", &Tables::callbacks}, {"deliveries", &Tables::deliveries},
    {"outbox", &Tables::outbox},       {"outbox_heads", &Tables::outbox_heads},
    {"sending", &Tables::sending},     {"delayed", &Tables::delayed},
}};

/// Compares the version that stands in `meta`; writes this one's into a new store.
Result<void> check_schema(lmdb::Txn& txn, lmdb::Table meta, bool create) {
  const auto stored = txn.get(meta, schema_key);
  if (!stored) {
    return pass_on(stored);
  }
  if (!*stored) {
    return create ? txn.put(meta, schema_key, bytes_of(schema_version))
                  : Result<void>(fail(ErrorCode::bad_record, "the store has no schema version: not a store of Docket"));
  }
  const auto version = value_of<std::uint32_t>(**stored);
  if (!version) {
    return fail(ErrorCode::bad_record, "the store's schema version cannot be read");
  }
  if (*version != schema_version) {
    return fail(ErrorCode::bad_record, "the store's schema is version " + std::to_string(*version) +
                                           ", this program knows " + std::to_string(schema_version));
  }
  return {};
}

}  // namespace

Result<Tables> open_tables(lmdb::Txn& txn, bool create) {
  Tables tables;
  for (const auto& [name, member] : names) {
    const auto table = txn.open_table(name, create);
    if (!table) {
      return table.error().code == ErrorCode::not_found
                 ? fail(ErrorCode::bad_record, "not a store of Docket: " + table.error().detail)
                 : pass_on(table);
    }
    tables.*member = *table;
    if (member == &Tables::meta) {  // the first one: a newer store is left before anything else is looked at
      if (const auto checked = check_schema(txn, tables.meta, create); !checked) {
        return pass_on(checked);
      }
    }
  }
  return tables;
}

OwnerKey OwnerKey::of(std::string_view owner) {
  OwnerKey key;
  if (!owner.empty()) {
    const auto digest = sha256(owner);
    std::memcpy(key.bytes.data(), digest.data(), key.bytes.size());
  }
  return key;
}

std::string encode(const PlacedUnit& unit) {
  ByteWriter writer;
  writer.put(unit_version);
  writer.put(static_cast<std::uint8_t>(unit.holder ? 1 : 0));
  writer.put(unit.holder.value_or(Holder{}).bytes);
  writer.put(unit.taker.bytes);
  writer.put(unit.place);
  writer.put_string(encode(unit.unit));
  return writer.take();
}

Result<PlacedUnit> decode_placed_unit(std::string_view bytes) {
  ByteReader reader(bytes);
  if (const auto version = reader.get<std::uint8_t>(); version != unit_version) {
    return fail(ErrorCode::bad_record, "a unit's place is of version " + std::to_string(version));
  }
  PlacedUnit unit;
  const auto leased = reader.get<std::uint8_t>();
  Holder holder;
  holder.bytes = reader.get<decltype(holder.bytes)>();
  if (leased != 0) {
    unit.holder = holder;
  }
  unit.taker.bytes = reader.get<decltype(unit.taker.bytes)>();
  unit.place = reader.get<std::uint64_t>();
  const auto inner = reader.get_string();
  if (!reader.ok() || !reader.at_end()) {
    return fail(ErrorCode::bad_record, "a unit's place is cut short");
  }
  auto decoded = decode_unit(inner);
  if (!decoded) {
    return pass_on(decoded);
  }
  unit.unit = *decoded;
  return unit;
}

void LineTurn::take(std::uint64_t place, std::uint64_t last_seq) noexcept {
  if (last == 0 || place <= last || last > limit) {
    limit = last_seq;
  }
  last = place;
}

void LineTurn::release(std::uint64_t place) noexcept {
  if (place == last) {
    last = place <= limit ? place - 1 : limit;  // where goes_on_with() finds it first
  }
}

Key encode(const LineTurn& turn) noexcept {
  return Key().number(turn.turn).number(turn.last).number(turn.limit);
}

std::optional<LineTurn> decode_line_turn(std::string_view bytes) noexcept {
  const bool first_version = bytes.size() == sizeof(LineTurn::turn);
  KeyReader reader(bytes);
  LineTurn turn;
  turn.turn = reader.number<std::uint64_t>();
  if (!first_version) {
    turn.last = reader.number<std::uint64_t>();
    turn.limit = reader.number<std::uint64_t>();
  }
  return reader.ok() ? std::optional(turn) : std::nullopt;
}

std::string encode(const ChangeRun& run) {
  const auto& change = run.first;
  ByteWriter writer;
  writer.put(run.length == 1 ? one_change : change_version);
  writer.put(change.kind);
  writer.put(change.file);
  writer.put(change.page);
  writer.put(change.owner.bytes);
  writer.put(change.job.bytes);
  if (run.length != 1) {
    writer.put(run.length);
  }
  return writer.take();
}

Result<ChangeRun> decode_changes(const lmdb::Entry& entry) {
  ByteReader reader(entry.value);
  const auto version = reader.get<std::uint8_t>();
  if (version != one_change && version != change_version) {
    return fail(ErrorCode::bad_record, "a change is of version " + std::to_string(version));
  }
  ChangeRun run;
  auto& change = run.first;
  change.kind = reader.get<JobEventKind>();
  change.file = reader.get<std::uint16_t>();
  change.page = reader.get<std::uint32_t>();
  change.owner.bytes = reader.get<decltype(change.owner.bytes)>();
  change.job.bytes = reader.get<decltype(change.job.bytes)>();
  if (version != one_change) {
    run.length = reader.get<std::uint32_t>();
  }
  KeyReader key(entry.key);
  const auto number = key.number<std::uint64_t>();
  if (!reader.ok() || !reader.at_end() || !key.ok() || run.length == 0 || run.length > number) {
    return fail(ErrorCode::bad_record, "a change is cut short");
  }
  return run;
}

Result<Lease> decode_lease(const lmdb::Entry& entry) {
  KeyReader key(entry.key);
  KeyReader value(entry.value);
  Lease lease{.holder = key.holder(), .seq = key.number<std::uint64_t>(), .attempt = 0, .job = value.id()};
  lease.attempt = value.number<std::uint32_t>();
  if (!key.ok() || !value.ok()) {
    return fail(ErrorCode::bad_record, "an entry of `leased` has the wrong size");
  }
  return lease;
}

}  // namespace docket
