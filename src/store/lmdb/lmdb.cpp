#include "store/lmdb/lmdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/fd.h"

namespace docket::lmdb {
namespace {

MDB_val to_val(std::string_view bytes) noexcept {
  // LMDB takes a pointer to non-const and does not write through it.
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& val) noexcept {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

tl::unexpected<Error> fail_lmdb(std::string_view call, int rc) {
  return fail(error_of(call, rc));
}

/// The folders whose environments are open in this process. The process's id stands with them, because a forked child
/// inherits the list but not the right to the environments.
class OpenFolders {
 public:
  using Name = std::tuple<pid_t, dev_t, ino_t>;

  bool add(const Name& name) {
    const std::lock_guard lock(mutex_);
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
      return false;
    }
    names_.push_back(name);
    return true;
  }

  void remove(const Name& name) noexcept {
    const std::lock_guard lock(mutex_);
    std::erase(names_, name);
  }

 private:
  std::mutex mutex_;
  std::vector<Name> names_;
};

OpenFolders& open_folders() {
  static OpenFolders folders;
  return folders;
}

/// Gives the lock file its blocks. LMDB makes it as a hole and writes to it through memory: on a full disk that is
/// SIGBUS, when it is made or whenever a reader's slot lies on a new page. Before the environment is open in this
/// process: closing the descriptor drops the file's locks of all of it.
Result<void> reserve_lock_file(const EnvOptions& options) {
  constexpr off_t slot = 64;      // MDB_reader, padded to a cache line
  constexpr off_t header = 1024;  // MDB_txninfo, and room for a larger one
  const auto path = options.path + "/lock.mdb";
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, options.mode));
  if (!file) {
    return fail_lmdb("open " + path, errno);
  }
  const int rc = ::posix_fallocate(file.get(), 0, slot * static_cast<off_t>(options.max_readers) + header);
  // A file system that cannot do it is asked for the same by LMDB, which then takes what comes.
  return rc == 0 || rc == EOPNOTSUPP ? Result<void>() : fail_lmdb("posix_fallocate " + path, rc);
}

}  // namespace

Error error_of(std::string_view call, int rc) {
  auto code = ErrorCode::io;
  switch (rc) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
      code = ErrorCode::store_full;
      break;
    case EIO:
    case MDB_PANIC:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      code = ErrorCode::store_unavailable;
      break;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      code = ErrorCode::bad_record;
      break;
    default:
      break;
  }
  // mdb_strerror() goes through strerror(), which shares its buffer between threads, for all but LMDB's own numbers.
  const auto text = rc > 0 ? std::generic_category().message(rc) : std::string(mdb_strerror(rc));
  return {code, std::string(call) + ": " + text};
}

Cursor::Found Cursor::go(MDB_cursor_op operation) {
  MDB_val key{};
  MDB_val value{};
  const int rc = mdb_cursor_get(cursor_.get(), &key, &value, operation);
  if (rc == MDB_NOTFOUND) {
    return std::nullopt;
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_cursor_get", rc);
  }
  return Entry{to_view(key), to_view(value)};
}

Cursor::Found Cursor::at_or_after(std::string_view wanted) {
  if (wanted.empty()) {
    return first();
  }
  auto key = to_val(wanted);
  MDB_val value{};
  const int rc = mdb_cursor_get(cursor_.get(), &key, &value, MDB_SET_RANGE);
  if (rc == MDB_NOTFOUND) {
    return std::nullopt;
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_cursor_get", rc);
  }
  return Entry{to_view(key), to_view(value)};
}

Result<void> Cursor::erase() {
  if (const int rc = mdb_cursor_del(cursor_.get(), 0); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_cursor_del", rc);
  }
  return {};
}

Result<Table> Txn::open_table(const char* name, bool create) {
  Table table = 0;
  const int rc = mdb_dbi_open(txn_.get(), name, create ? MDB_CREATE : 0U, &table);
  if (rc == MDB_NOTFOUND) {
    return fail(ErrorCode::not_found, std::string("there is no table ") + name);
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_dbi_open", rc);
  }
  return table;
}

Result<std::optional<std::string_view>> Txn::get(Table table, std::string_view wanted) const {
  auto key = to_val(wanted);
  MDB_val value{};
  const int rc = mdb_get(txn_.get(), table, &key, &value);
  if (rc == MDB_NOTFOUND) {
    return std::nullopt;
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_get", rc);
  }
  return to_view(value);
}

Result<void> Txn::put(Table table, std::string_view key_bytes, std::string_view value_bytes) {
  auto key = to_val(key_bytes);
  auto value = to_val(value_bytes);
  if (const int rc = mdb_put(txn_.get(), table, &key, &value, 0); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_put", rc);
  }
  return {};
}

Result<void> Txn::append(Table table, std::string_view key_bytes, std::string_view value_bytes) {
  auto key = to_val(key_bytes);
  auto value = to_val(value_bytes);
  if (const int rc = mdb_put(txn_.get(), table, &key, &value, MDB_APPEND); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_put", rc);
  }
  return {};
}

Result<bool> Txn::insert(Table table, std::string_view key_bytes, std::string_view value_bytes) {
  auto key = to_val(key_bytes);
  auto value = to_val(value_bytes);
  const int rc = mdb_put(txn_.get(), table, &key, &value, MDB_NOOVERWRITE);
  if (rc != MDB_SUCCESS && rc != MDB_KEYEXIST) {
    return fail_lmdb("mdb_put", rc);
  }
  return rc == MDB_SUCCESS;
}

Result<bool> Txn::erase(Table table, std::string_view key_bytes) {
  auto key = to_val(key_bytes);
  const int rc = mdb_del(txn_.get(), table, &key, nullptr);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) {
    return fail_lmdb("mdb_del", rc);
  }
  return rc == MDB_SUCCESS;
}

Result<Cursor> Txn::cursor(Table table) const {
  MDB_cursor* cursor = nullptr;
  if (const int rc = mdb_cursor_open(txn_.get(), table, &cursor); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_cursor_open", rc);
  }
  return Cursor(cursor);
}

Result<std::uint64_t> Txn::entries(Table table) const {
  MDB_stat stat{};
  if (const int rc = mdb_stat(txn_.get(), table, &stat); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_stat", rc);
  }
  return stat.ms_entries;
}

Result<void> Txn::commit() {
  if (const int rc = mdb_txn_commit(txn_.release()); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_txn_commit", rc);
  }
  return {};
}

Result<void> Txn::renew() {
  if (const int rc = mdb_txn_renew(txn_.get()); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_txn_renew", rc);
  }
  return {};
}

void Env::Close::operator()(MDB_env* env) const noexcept {
  // Closed by a forked child, the environment would free its parent's reader slots: there it is left as it is.
  if (process == ::getpid()) {
    mdb_env_close(env);
    open_folders().remove({process, device, inode});
  }
}

Result<Env> Env::open(const EnvOptions& options) {
  struct stat folder {};
  if (::stat(options.path.c_str(), &folder) != 0) {
    return fail_errno("stat " + options.path, errno);
  }
  const Close close{::getpid(), folder.st_dev, folder.st_ino};
  if (!open_folders().add({close.process, close.device, close.inode})) {
    return fail(ErrorCode::io, options.path + " is already open in this process");
  }
  if ((options.flags & (MDB_RDONLY | MDB_NOLOCK)) == 0) {
    if (auto reserved = reserve_lock_file(options); !reserved) {
      open_folders().remove({close.process, close.device, close.inode});
      return pass_on(reserved);
    }
  }
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != MDB_SUCCESS) {
    open_folders().remove({close.process, close.device, close.inode});
    return fail_lmdb("mdb_env_create", rc);
  }
  std::unique_ptr<MDB_env, Close> env(raw, close);

  int rc = mdb_env_set_maxdbs(env.get(), options.max_tables);
  if (rc == MDB_SUCCESS) {
    rc = mdb_env_set_maxreaders(env.get(), options.max_readers);
  }
  if (rc == MDB_SUCCESS) {
    rc = mdb_env_set_mapsize(env.get(), options.map_size);
  }
  if (rc == MDB_SUCCESS) {
    rc = mdb_env_open(env.get(), options.path.c_str(), options.flags | MDB_NOTLS, options.mode);
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_env_open " + options.path, rc);
  }

  // LMDB opens its lock file and its second descriptor of the data with O_CLOEXEC, this one without.
  int fd = -1;
  rc = mdb_env_get_fd(env.get(), &fd);
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_env_get_fd", rc);
  }
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return fail_errno("fcntl F_SETFD", errno);
  }
  return Env(std::move(env));
}

Result<Txn> Env::begin_read() {
  MDB_txn* txn = nullptr;
  int rc = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn);
  if (rc == MDB_READERS_FULL) {
    if (const auto cleared = clear_dead_readers(); cleared && *cleared > 0) {
      rc = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn);
    }
  }
  if (rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_txn_begin", rc);
  }
  return Txn(txn);
}

Result<Txn> Env::begin_write() {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env_.get(), nullptr, 0, &txn); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_txn_begin", rc);
  }
  return Txn(txn);
}

Result<int> Env::clear_dead_readers() {
  int dead = 0;
  if (const int rc = mdb_reader_check(env_.get(), &dead); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_reader_check", rc);
  }
  return dead;
}

MapUse Env::map_use() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  if (mdb_env_info(env_.get(), &info) != MDB_SUCCESS || mdb_env_stat(env_.get(), &stat) != MDB_SUCCESS) {
    return {};
  }
  return {info.me_mapsize, (info.me_last_pgno + 1) * stat.ms_psize};
}

Result<std::uint64_t> Env::disk_room() const {
  int fd = -1;
  if (const int rc = mdb_env_get_fd(env_.get(), &fd); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_env_get_fd", rc);
  }
  struct statvfs disk {};
  if (::fstatvfs(fd, &disk) != 0) {
    return fail_errno("fstatvfs", errno);
  }
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

Result<std::uint64_t> Env::free_bytes() {
  constexpr Table free_list = 0;  // LMDB's own table: number of a transaction → count and numbers of freed pages
  MDB_stat stat{};
  if (const int rc = mdb_env_stat(env_.get(), &stat); rc != MDB_SUCCESS) {
    return fail_lmdb("mdb_env_stat", rc);
  }
  auto txn = begin_read();
  if (!txn) {
    return pass_on(txn);
  }
  auto cursor = txn->cursor(free_list);
  if (!cursor) {
    return pass_on(cursor);
  }
  std::uint64_t pages = 0;
  auto found = cursor->first();
  for (; found && found->has_value(); found = cursor->next()) {
    std::size_t count = 0;
    if ((*found)->value.size() >= sizeof count) {
      std::memcpy(&count, (*found)->value.data(), sizeof count);
      pages += count;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  return pages * stat.ms_psize;
}

}  // namespace docket::lmdb
