#include "store/lmdb/repair/repair_indexes.h"

#include <optional>
#include <string>

#include "job/codec/codec.h"
#include "job/delivery.h"
#include "job/idempotency.h"
#include "job/progress/progress.h"

namespace docket {

void repair_job_indexes(RepairTables& tables) {
  tables.entries += tables.erase_unless(tables.t.by_owner, {}, [&](const auto& entry) {
    KeyReader key(entry.key);
    const auto owner = key.owner();
    const auto status = tables.writer.get(tables.t.status, key.inverted_id().key());
    const auto view = StatusView::parse(status.value_or(std::string_view()));
    return key.ok() && view && OwnerKey::of(view->owner) == owner;
  });
  tables.entries += tables.erase_unless(tables.t.expiry, {}, [&](const auto& entry) {
    KeyReader key(entry.key);
    const auto time = key.number<std::int64_t>();
    const auto status = tables.writer.get(tables.t.status, key.id().key());
    const auto view = StatusView::parse(status.value_or(std::string_view()));
    return key.ok() && view && view->head.expires_ms == time;
  });
}

void repair_requests(RepairTables& tables) {
  RepairTables::Entries once_of;
  tables.entries += tables.erase_unless(tables.t.once, {}, [&](const auto& entry) {
    KeyReader value(entry.value);
    const auto id = value.id();
    value.raw(sizeof(IdempotentRequest::content));
    return value.ok() && entry.key.size() == sizeof(IdempotencyKey) && tables.has(tables.t.status, id.key()) &&
           once_of.try_emplace(std::string(id.key()), entry.key).second;
  });
  tables.make_equal(tables.t.once_of, once_of);
}

void repair_dedupe_sources(RepairTables& tables) {
  tables.entries += tables.erase_unless(tables.t.originals, {}, [&](const auto& entry) {
    const auto status = decode_status(tables.writer.get(tables.t.status, entry.value).value_or(std::string_view()));
    const auto job = decode_job(tables.writer.get(tables.t.jobs, entry.value).value_or(std::string_view()));
    return status && is_dedupe_source(*status) && job && job->fingerprint && bytes_of(*job->fingerprint) == entry.key;
  });
}

void repair_outbox(RepairTables& tables, std::int64_t now_ms) {
  RepairTables::Entries callbacks;
  tables.entries += tables.erase_unless(tables.t.callbacks, {}, [&](const auto& entry) {
    return decode_callback(entry.value) && callbacks.try_emplace(std::string(entry.key), entry.value).second;
  });
  RepairTables::Entries deliveries;
  RepairTables::Entries waiting;
  RepairTables::Entries sending;
  for (const auto& [key, value] : callbacks) {
    const auto id = JobId::from_key(key).value_or(JobId{});
    const auto status = StatusView::parse(tables.writer.get(tables.t.status, key).value_or(std::string_view()));
    if (!status || !is_final(status->head.state)) {
      continue;
    }
    const auto callback = decode_callback(value);
    const auto stored = decode_delivery(tables.writer.get(tables.t.deliveries, key).value_or(std::string_view()));
    const auto delivery = stored ? *stored : begin_delivery(*callback, now_ms);
    deliveries[key] = encode(delivery);
    if (delivery.state == DeliveryState::waiting) {
      waiting[std::string(outbox_key(receiver_of(callback->url), delivery.due_ms, id))] = {};
    } else if (delivery.state == DeliveryState::sending) {
      sending[std::string(sending_key(delivery.holder, id))] = {};
    }
  }
  tables.make_equal(tables.t.deliveries, deliveries);
  RepairTables::Entries heads;
  std::optional<Receiver> last;
  for (const auto& [key, nothing] : waiting) {
    KeyReader reader(key);
    const auto receiver = reader.number<Receiver>();
    if (receiver != last) {
      heads[std::string(outbox_head_key(reader.number<std::int64_t>(), receiver))] = {};
    }
    last = receiver;
  }
  tables.make_equal(tables.t.outbox, waiting);
  tables.make_equal(tables.t.outbox_heads, heads);
  tables.make_equal(tables.t.sending, sending);
}

}  // namespace docket
