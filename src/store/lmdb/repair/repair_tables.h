// The tables under repair, and what a repair does to a table as a whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/lmdb/lmdb_writer.h"

namespace docket {

/// Owned by the repair; lives as long as its write transaction, on its thread.
class RepairTables {
 public:
  using Entries = std::map<std::string, std::string>;

  RepairTables(lmdb::Txn txn, const Tables& tables) : t(tables), writer(std::move(txn), tables) {}

  const Tables& t;
  TableWriter writer;
  std::vector<std::string> mended;  ///< what was mended, one sentence each
  std::uint64_t entries = 0;        ///< smaller things that were mended

  bool has(lmdb::Table table, std::string_view key) { return writer.get(table, key).has_value(); }

  template <class Visit>
  void each(lmdb::Table table, Visit&& visit) {
    writer.each_with_prefix(table, {}, [&](const lmdb::Entry& entry) {
      visit(entry);
      return true;
    });
  }

  /// Removes the entries that are not `kept(entry)`; returns how many.
  template <class Kept>
  std::uint64_t erase_unless(lmdb::Table table, std::string_view prefix, Kept&& kept) {
    std::vector<std::string> keys;
    writer.each_with_prefix(table, prefix, [&](const lmdb::Entry& entry) {
      if (!kept(entry)) {
        keys.emplace_back(entry.key);
      }
      return true;
    });
    for (const auto& key : keys) {
      writer.erase(table, key);
    }
    return keys.size();
  }

  /// Makes a table hold `wanted` and nothing else; writes only what differs.
  void make_equal(lmdb::Table table, const Entries& wanted) {
    entries += erase_unless(table, {}, [&](const auto& entry) { return wanted.contains(std::string(entry.key)); });
    for (const auto& [key, value] : wanted) {
      put_if_other(table, key, value);
    }
  }
  void put_if_other(lmdb::Table table, std::string_view key, std::string_view value) {
    if (writer.get(table, key) != value) {
      writer.put(table, key, value);
      ++entries;
    }
  }

  void say(const JobId& id, const std::string& sentence) { mended.push_back("job " + id.text() + ": " + sentence); }
};

}  // namespace docket
