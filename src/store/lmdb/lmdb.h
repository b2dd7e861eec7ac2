// LMDB (0.9) with owners and errors as values; nothing here knows what is stored. See lmdb.h of liblmdb for the rules
// this follows: one environment per path and process, none across fork, a write transaction begins and ends on one
// thread, read transactions are not tied to threads (MDB_NOTLS).
#pragma once

#include <lmdb.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket::lmdb {

/// What LMDB's or errno's number `rc` means for `call`: store_full (map, transaction or disk full), store_unavailable
/// (a failed sync, a damaged environment), bad_record (no LMDB file of this version), else io.
Error error_of(std::string_view call, int rc);

/// A named table of an environment; valid as long as that is open.
using Table = MDB_dbi;

/// Views into the map: valid until the transaction ends or, in a write transaction, until its next write.
struct Entry {
  std::string_view key;
  std::string_view value;
};

/// A place in a table. Owned by who walks, on the transaction's thread; destroyed before its transaction ends.
class Cursor {
 public:
  using Found = Result<std::optional<Entry>>;  ///< nothing: past the end

  explicit Cursor(MDB_cursor* cursor) noexcept : cursor_(cursor) {}

  Found first() { return go(MDB_FIRST); }
  Found last() { return go(MDB_LAST); }
  Found next() { return go(MDB_NEXT); }
  Found previous() { return go(MDB_PREV); }
  /// The first entry whose key is not below `key`.
  Found at_or_after(std::string_view key);
  /// Removes the entry the cursor is at; next() then goes to the one that followed it.
  Result<void> erase();

 private:
  Found go(MDB_cursor_op operation);

  struct Close {
    void operator()(MDB_cursor* cursor) const noexcept { mdb_cursor_close(cursor); }
  };
  std::unique_ptr<MDB_cursor, Close> cursor_;
};

/// A transaction; aborted when destroyed uncommitted. A write transaction stays on the thread that began it, a read
/// transaction is used by one thread at a time. Destroyed before its environment.
class Txn {
 public:
  explicit Txn(MDB_txn* txn) noexcept : txn_(txn) {}

  /// The table called `name`; made if it is missing and `create` is set, else not_found. Only while the environment
  /// is being opened: LMDB allows one thread at a time here.
  Result<Table> open_table(const char* name, bool create);

  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const;
  Result<void> put(Table table, std::string_view key, std::string_view value);
  /// Writes an entry whose key is above all others of the table: pages are filled up instead of halved.
  Result<void> append(Table table, std::string_view key, std::string_view value);
  /// False, and nothing is written, if there is such a key.
  Result<bool> insert(Table table, std::string_view key, std::string_view value);
  /// False if there is no such key.
  Result<bool> erase(Table table, std::string_view key);
  Result<Cursor> cursor(Table table) const;
  Result<std::uint64_t> entries(Table table) const;

  /// Makes the writes durable as the environment's flags say. The transaction is over, whatever the result.
  Result<void> commit();

  /// Lets go of a read transaction's snapshot and keeps its reader slot, until renew().
  void reset() noexcept { mdb_txn_reset(txn_.get()); }
  Result<void> renew();

 private:
  struct Abort {
    void operator()(MDB_txn* txn) const noexcept { mdb_txn_abort(txn); }
  };
  std::unique_ptr<MDB_txn, Abort> txn_;
};

struct EnvOptions {
  std::string path;          ///< the folder of data.mdb and lock.mdb
  unsigned flags = 0;        ///< MDB_NOTLS is always set
  mode_t mode = 0600;        ///< of files that are made
  std::size_t map_size = 0;  ///< address space in bytes; 0: as large as the environment says itself
  unsigned max_readers = 126;
  unsigned max_tables = 0;
};

/// How much of the map is in use, from the last commit's meta page: no lock, no walk.
struct MapUse {
  std::uint64_t map_bytes = 0;
  std::uint64_t reached_bytes = 0;  ///< up to the last page ever used; free pages below it count
};

/// An open environment. One per folder and process (the second open() fails, since closing either would drop the
/// file locks of both). Opened after fork: a forked child neither uses nor closes its parent's. Destroyed after all
/// its transactions.
class Env {
 public:
  static Result<Env> open(const EnvOptions& options);

  Result<Txn> begin_read();
  /// Waits for the writer's lock, which is one for all processes.
  Result<Txn> begin_write();

  /// Frees the slots of readers that died with their process; returns how many.
  Result<int> clear_dead_readers();

  [[nodiscard]] MapUse map_use() const;
  /// Bytes that its file system has left for us.
  Result<std::uint64_t> disk_room() const;
  /// Bytes in pages that can be used again; walks the list of free pages' heads in a read transaction.
  Result<std::uint64_t> free_bytes();

 private:
  /// Closes the environment and takes its folder off the list of those open, in the process that opened it.
  struct Close {
    pid_t process = 0;
    dev_t device = 0;
    ino_t inode = 0;
    void operator()(MDB_env* env) const noexcept;
  };
  explicit Env(std::unique_ptr<MDB_env, Close> env) noexcept : env_(std::move(env)) {}

  std::unique_ptr<MDB_env, Close> env_;
};

}  // namespace docket::lmdb
