#include "store/lmdb/lmdb_writer.h"

#include <string>

namespace docket {

void TableWriter::fail_with(Error error) {
  if (!failure_) {
    failure_ = std::move(error);
  }
}

std::optional<std::string_view> TableWriter::get(lmdb::Table table, std::string_view key) {
  if (failure_) {
    return std::nullopt;
  }
  auto found = txn_.get(table, key);
  if (!found) {
    fail_with(std::move(found.error()));
    return std::nullopt;
  }
  return *found;
}

std::optional<lmdb::Cursor> TableWriter::open_cursor(lmdb::Table table) {
  if (failure_) {
    return std::nullopt;
  }
  auto cursor = txn_.cursor(table);
  if (!cursor) {
    fail_with(std::move(cursor.error()));
    return std::nullopt;
  }
  return std::move(*cursor);
}

std::optional<lmdb::Entry> TableWriter::at_or_after(lmdb::Table table, std::string_view key) {
  return find(table, [key](lmdb::Cursor& cursor) { return cursor.at_or_after(key); });
}

std::optional<lmdb::Entry> TableWriter::last(lmdb::Table table) {
  return find(table, [](lmdb::Cursor& cursor) { return cursor.last(); });
}

template <class Seek>
std::optional<lmdb::Entry> TableWriter::find(lmdb::Table table, Seek seek) {
  auto cursor = open_cursor(table);
  if (!cursor) {
    return std::nullopt;
  }
  auto found = seek(*cursor);
  if (!found) {
    fail_with(std::move(found.error()));
    return std::nullopt;
  }
  return *found;
}

void TableWriter::put(lmdb::Table table, std::string_view key, std::string_view value) {
  if (!failure_) {
    if (auto done = txn_.put(table, key, value); !done) {
      fail_with(std::move(done.error()));
    }
  }
}

void TableWriter::append(lmdb::Table table, std::string_view key, std::string_view value) {
  if (!failure_) {
    if (auto done = txn_.append(table, key, value); !done) {
      fail_with(std::move(done.error()));
    }
  }
}

void TableWriter::insert(lmdb::Table table, std::string_view key, std::string_view value) {
  if (!failure_) {
    if (auto done = txn_.insert(table, key, value); !done) {
      fail_with(std::move(done.error()));
    }
  }
}

void TableWriter::erase(lmdb::Table table, std::string_view key) {
  if (failure_) {
    return;
  }
  auto erased = txn_.erase(table, key);
  if (!erased) {
    fail_with(std::move(erased.error()));
  } else if (!*erased) {
    fail_with({ErrorCode::bad_record, "the store is damaged: an index entry is missing"});
  }
}

void TableWriter::erase_any(lmdb::Table table, std::string_view key) {
  if (!failure_) {
    if (auto erased = txn_.erase(table, key); !erased) {
      fail_with(std::move(erased.error()));
    }
  }
}

void TableWriter::erase_prefix(lmdb::Table table, std::string_view prefix) {
  auto cursor = open_cursor(table);
  if (!cursor) {
    return;
  }
  auto found = cursor->at_or_after(prefix);
  while (found && *found && (*found)->key.starts_with(prefix)) {
    if (auto erased = cursor->erase(); !erased) {
      fail_with(std::move(erased.error()));
      return;
    }
    found = cursor->next();
  }
  if (!found) {
    fail_with(std::move(found.error()));
  }
}

Result<void> TableWriter::commit() {
  if (failure_) {
    return fail(*failure_);
  }
  return txn_.commit();
}

}  // namespace docket
