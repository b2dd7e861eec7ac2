// A write transaction over the store's tables in which the first failure is remembered, so that who makes a change of
// many writes asks once, at its end, whether they all were made.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_tables.h"

namespace docket {

/// Owned by one LmdbStore::commit() at a time, on its thread. After a failure reads find nothing, writes do nothing and
/// commit() gives the failure; destroyed uncommitted, it leaves no trace.
class TableWriter {
 public:
  TableWriter(lmdb::Txn txn, const Tables& tables) noexcept : t(tables), txn_(std::move(txn)) {}

  const Tables& t;

  // Views are valid until the next write.
  std::optional<std::string_view> get(lmdb::Table table, std::string_view key);
  std::optional<lmdb::Entry> at_or_after(lmdb::Table table, std::string_view key);
  std::optional<lmdb::Entry> last(lmdb::Table table);

  void put(lmdb::Table table, std::string_view key, std::string_view value);
  /// `key` is above all others of the table.
  void append(lmdb::Table table, std::string_view key, std::string_view value);
  /// Writes nothing where there is such a key.
  void insert(lmdb::Table table, std::string_view key, std::string_view value);
  /// That there is such a key is the caller's knowledge: its absence is a failure (a damaged index).
  void erase(lmdb::Table table, std::string_view key);
  /// There may or may not be such a key.
  void erase_any(lmdb::Table table, std::string_view key);
  void erase_prefix(lmdb::Table table, std::string_view prefix);

  /// Calls `visit(Entry)` for each entry whose key begins so, in order; `visit` returns false to stop, and writes
  /// nothing.
  template <class Visit>
  void each_with_prefix(lmdb::Table table, std::string_view prefix, Visit&& visit) {
    auto cursor = open_cursor(table);
    if (!cursor) {
      return;
    }
    auto found = cursor->at_or_after(prefix);
    for (; found && *found && (*found)->key.starts_with(prefix); found = cursor->next()) {
      if (!visit(**found)) {
        return;
      }
    }
    if (!found) {
      fail_with(std::move(found.error()));
    }
  }

  void fail_with(Error error);
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

  Result<void> commit();

 private:
  std::optional<lmdb::Cursor> open_cursor(lmdb::Table table);
  template <class Seek>
  std::optional<lmdb::Entry> find(lmdb::Table table, Seek seek);

  lmdb::Txn txn_;
  std::optional<Error> failure_;
};

}  // namespace docket
