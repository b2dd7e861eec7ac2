#include "store/lmdb/lmdb_listing.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "store/lmdb/lmdb_environment.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;

bool matches(const ListQuery& query, const StatusView& view) {
  return (query.states >> static_cast<unsigned>(view.head.state) & 1U) != 0 &&
         (!query.owner || view.owner == *query.owner);
}

}  // namespace

Result<bool> list_on(const lmdb::Txn& txn, const Tables& t, Listing& listing) {
  const auto opened = Clock::now();
  auto cursor = txn.cursor(listing.owner ? t.by_owner : t.status);
  if (!cursor) {
    return pass_on(cursor);
  }
  // by_owner holds an owner's ids inverted and is walked forwards, `status` is walked backwards: both newest first.
  const auto step = [&] { return listing.owner ? cursor->next() : cursor->previous(); };
  const auto begin = [&]() -> lmdb::Cursor::Found {
    const auto& before = listing.looked_at;
    if (listing.owner) {
      const auto at = before ? by_owner_key(*listing.owner, *before) : Key().raw(listing.owner->key());
      auto found = cursor->at_or_after(at);
      return before && found && *found && (*found)->key == std::string_view(at) ? cursor->next() : std::move(found);
    }
    if (!before) {
      return cursor->last();
    }
    auto found = cursor->at_or_after(before->key());
    return found && !*found ? cursor->last() : (found ? cursor->previous() : std::move(found));
  };

  auto found = begin();
  for (; found && *found; found = step()) {
    const auto& entry = **found;
    if (listing.owner && !entry.key.starts_with(listing.owner->key())) {
      return true;
    }
    if (listing.looks == StoreReader::max_looked_at) {
      listing.go_on_before = listing.looked_at;
      return true;
    }
    KeyReader key(listing.owner ? entry.key.substr(listing.owner->key().size()) : entry.key);
    const auto id = listing.owner ? key.inverted_id() : key.id();
    std::optional<std::string_view> stored = entry.value;
    if (listing.owner) {
      auto status = txn.get(t.status, id.key());
      if (!status) {
        return pass_on(status);
      }
      stored = *status;
    }
    ++listing.looks;
    if (!stored) {
      return fail(ErrorCode::bad_record, "the store is damaged: a job of by_owner has no status");
    }
    auto view = StatusView::parse(*stored);
    if (!view) {
      return pass_on(view);
    }
    if (matches(listing.query, *view)) {
      if (listing.visits == listing.query.limit) {
        listing.go_on_before = listing.visited;  // there is one more: only now is it known that there is a next page
        return true;
      }
      listing.visit(id, *view);
      ++listing.visits;
      listing.visited = id;
    }
    listing.looked_at = id;
    if (Clock::now() - opened >= longest_snapshot) {
      return false;
    }
  }
  if (!found) {
    return pass_on(found);
  }
  return true;
}

}  // namespace docket
