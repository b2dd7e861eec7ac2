#include "store/recovery/lmdb_rebuild.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_reader.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/lmdb/repair/lmdb_check.h"

namespace docket {
namespace {

using Wrong = std::optional<std::string>;

/// A page that leads back to itself would be walked for ever; 64 GB are read in a fraction of this.
constexpr rlim_t cpu_seconds = 900;
constexpr unsigned entries_a_transaction = 10'000;
/// Tables that a newer version may have added; damage may look like more.
constexpr unsigned max_more_tables = 16;

// How the child ends. What it says goes through a pipe.
constexpr int is_sound = 0;
constexpr int is_wrong = 1;
constexpr int is_unknown = 2;

/// Copies the entries of one table. What is wrong with the old one is the value; errors are the new one's.
Result<Wrong> copy_table(const lmdb::Txn& old_txn, lmdb::Table old_table, lmdb::Env& env, const std::string& name) {
  auto cursor = old_txn.cursor(old_table);
  const auto expected = old_txn.entries(old_table);
  if (!cursor || !expected) {
    return Wrong((cursor ? expected.error() : cursor.error()).detail);
  }
  std::uint64_t count = 0;
  auto found = cursor->first();
  do {
    auto txn = env.begin_write();
    if (!txn) {
      return pass_on(txn);
    }
    const auto table = txn->open_table(name.c_str(), true);
    if (!table) {
      return pass_on(table);
    }
    for (unsigned i = 0; i < entries_a_transaction && found && *found; ++i, ++count, found = cursor->next()) {
      if (count == *expected) {
        return Wrong("table " + name + " has more entries than it counts");
      }
      // Refused if the key is not above the one before.
      if (auto put = txn->append(*table, (*found)->key, (*found)->value); !put) {
        return put.error().code == ErrorCode::store_full
                   ? Result<Wrong>(pass_on(put))
                   : Wrong("table " + name + " is not in order: " + put.error().detail);
      }
    }
    if (auto done = txn->commit(); !done) {
      return pass_on(done);
    }
  } while (found && *found);
  if (!found) {
    return Wrong("table " + name + ": " + found.error().detail);
  }
  if (count != *expected) {
    return Wrong("table " + name + " has " + std::to_string(count) + " entries and counts " +
                 std::to_string(*expected));
  }
  return Wrong();
}

/// Copies all tables.
Result<Wrong> copy_tables(const std::string& from, lmdb::Env& env, std::uint64_t map_size) {
  auto old_env = lmdb::Env::open({.path = from,
                                  .flags = MDB_RDONLY | MDB_NOLOCK,
                                  .map_size = map_size,
                                  .max_tables = table_count + max_more_tables});
  if (!old_env) {
    return Wrong(old_env.error().detail);
  }
  auto old_txn = old_env->begin_read();
  if (!old_txn) {
    return Wrong(old_txn.error().detail);
  }
  const auto names = old_txn->open_table(nullptr, false);
  if (!names) {
    return Wrong(names.error().detail);
  }
  const auto expected = old_txn->entries(*names);
  auto cursor = old_txn->cursor(*names);
  if (!expected || !cursor) {
    return Wrong((expected ? cursor.error() : expected.error()).detail);
  }
  std::uint64_t count = 0;
  auto found = cursor->first();
  for (; found && *found; found = cursor->next()) {
    const std::string name((*found)->key);
    const auto table = old_txn->open_table(name.c_str(), false);
    if (!table) {
      return Wrong(table.error().detail);
    }
    if (auto copied = copy_table(*old_txn, *table, env, name); !copied || *copied) {
      return copied;
    }
    ++count;
  }
  if (!found || count != *expected) {
    return Wrong("tables are missing");
  }
  return Wrong();
}

/// Error: the environment is sound, and of a newer version.
Result<Wrong> check_copy(lmdb::Env env) {
  auto txn = env.begin_write();
  if (!txn) {
    return pass_on(txn);
  }
  const auto meta = txn->open_table("meta", true);
  const auto schema = meta ? txn->get(*meta, schema_key) : pass_on(meta);
  if (!schema) {
    return pass_on(schema);
  }
  const auto version = value_of<std::uint32_t>(schema->value_or(std::string_view()));
  if (!version || *version < schema_version) {  // there has been none before this one
    return Wrong("the schema's version is not there");
  }
  auto tables = open_tables(*txn, true);
  if (!tables) {
    return pass_on(tables);
  }
  if (auto done = txn->commit(); !done) {
    return pass_on(done);
  }
  LmdbEnvironment environment(std::move(env), *tables);
  const auto found = check_tables(environment);
  if (!found) {
    return pass_on(found);
  }
  if (found->empty()) {
    return Wrong();
  }
  return Wrong(found->front() + (found->size() > 1 ? ", and more" : ""));
}

Result<Wrong> rebuild(const std::string& from, const std::string& into, std::uint64_t map_size) {
  auto env = lmdb::Env::open({.path = into, .map_size = map_size, .max_tables = table_count + max_more_tables});
  if (!env) {
    return pass_on(env);
  }
  auto copied = copy_tables(from, *env, map_size);
  if (!copied || *copied) {
    return copied;
  }
  return check_copy(std::move(*env));
}

[[noreturn]] void be_child(int pipe, const std::string& from, const std::string& into, std::uint64_t map_size) {
  // Whatever kills us is the answer, and no matter for a debugger or a log.
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU}) {
    static_cast<void>(std::signal(number, SIG_DFL));
  }
  const rlimit no_core{0, 0};
  const rlimit processor{cpu_seconds, cpu_seconds};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::setrlimit(RLIMIT_CPU, &processor);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC); nothing >= 0) {
    ::dup2(nothing, STDERR_FILENO);  // LMDB's assertions
  }
  int code = is_unknown;
  std::string text;
  try {
    auto result = rebuild(from, into, map_size);
    code = !result ? is_unknown : *result ? is_wrong : is_sound;
    text = !result ? result.error().detail : result->value_or("");
  } catch (const std::exception& error) {
    text = error.what();
  }
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');  // it may quote what is damaged
  text.resize(std::min<std::size_t>(text.size(), PIPE_BUF));
  if (!text.empty() && ::write(pipe, text.data(), text.size()) < 0) {
    code = is_unknown;
  }
  ::_exit(code);
}

/// Waits for the child that reads, and writes its status behind what it said. In a process of its own, because SIGCHLD
/// in ours may be other code's, which collects whatever child it finds.
[[noreturn]] void be_between(int pipe, const std::string& from, const std::string& into, std::uint64_t map_size) {
  static_cast<void>(std::signal(SIGCHLD, SIG_DFL));
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);  // a thread of a pool may have made us: it lets hardly any through
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const pid_t child = ::fork();
  if (child == 0) {
    be_child(pipe, from, into, map_size);
  }
  int status = 0;
  if (child > 0 && ::waitpid(child, &status, 0) == child) {
    std::array<char, sizeof status> bytes{};
    std::memcpy(bytes.data(), &status, sizeof status);
    static_cast<void>(!::write(pipe, bytes.data(), bytes.size()));  // not there: an error to the reader
  }
  ::_exit(0);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 512> bytes{};
  for (;;) {
    const auto size = ::read(fd, bytes.data(), bytes.size());
    if (size > 0) {
      text.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return text;
    }
  }
}

}  // namespace

Result<std::optional<std::string>> rebuild_environment(const std::string& from, const std::string& into,
                                                       std::uint64_t map_size) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail_errno("pipe2", errno);
  }
  const Fd out(ends[0]);
  Fd in(ends[1]);
  const pid_t between = ::fork();
  if (between < 0) {
    return fail_errno("fork", errno);
  }
  if (between == 0) {
    be_between(in.get(), from, into, map_size);
  }
  in.reset();
  auto text = read_all(out.get());
  while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {  // or other code has collected it
  }
  int status = 0;
  if (text.size() < sizeof status) {
    return fail(ErrorCode::io, "the process that checked " + from + " has ended without a word");
  }
  std::memcpy(&status, text.data() + text.size() - sizeof status, sizeof status);
  text.resize(text.size() - sizeof status);
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGKILL || number == SIGTERM) {
      return fail(ErrorCode::io, "the process that checked " + from + " was killed");
    }
    return Wrong("reading it ends with signal " + std::to_string(number));
  }
  switch (WEXITSTATUS(status)) {
    case is_sound:
      return Wrong();
    case is_wrong:
      return Wrong(std::move(text));
    default:
      return fail(ErrorCode::io, from + " cannot be checked: " + text);
  }
}

}  // namespace docket
