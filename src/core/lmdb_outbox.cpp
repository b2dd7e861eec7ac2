// The outbox of the embedded store: written with a job's final state, and taken from in turns by receivers. Tables
// callbacks, deliveries, outbox, sending.
#include <limits>
#include <utility>

#include "core/lmdb_changes.h"

namespace docket {
namespace {

/// How many receivers' lines one taking looks at; the next one goes on behind them.
constexpr unsigned max_lines = 1000;

}  // namespace

void ChangeWriter::apply(TakeDeliveries& change) {
  change.result = take(change);
}
void ChangeWriter::apply(EndDelivery& change) {
  change.result = end_delivery(change);
}
void ChangeWriter::apply(ResendDelivery& change) {
  change.result = resend(change);
}

std::optional<Callback> ChangeWriter::callback_of(const JobId& id) {
  // Of a damaged one nothing can be sent; the job is none the worse for it.
  const auto stored = tables_.get(tables_.t.callbacks, id.key());
  auto callback = decode_callback(stored.value_or(std::string_view()));
  return callback ? std::optional(std::move(*callback)) : std::nullopt;
}

std::optional<Delivery> ChangeWriter::delivery_of(const JobId& id) {
  const auto stored = tables_.get(tables_.t.deliveries, id.key());
  auto delivery = decode_delivery(stored.value_or(std::string_view()));
  return delivery ? std::optional(std::move(*delivery)) : std::nullopt;
}

/// A job is final: whoever is to know it will be told.
void ChangeWriter::post_callback(const JobId& id, std::int64_t now_ms) {
  if (const auto callback = callback_of(id)) {
    move_delivery(id, *callback, std::nullopt, begin_delivery(*callback, now_ms));
  }
}

/// Writes a delivery, and moves it from where it stood to where it stands now.
void ChangeWriter::move_delivery(const JobId& id, const Callback& callback, const std::optional<Delivery>& from,
                                 const Delivery& to) {
  leave_outbox(id, callback, from);
  if (to.state == DeliveryState::waiting) {
    tables_.put(tables_.t.outbox, outbox_key(receiver_of(callback.url), to.due_ms, id), {});
    posted_ = true;
  } else if (to.state == DeliveryState::sending) {
    tables_.put(tables_.t.sending, sending_key(to.holder, id), {});
  }
  tables_.put(tables_.t.deliveries, id.key(), encode(to));
}

void ChangeWriter::leave_outbox(const JobId& id, const Callback& callback, const std::optional<Delivery>& from) {
  if (from && from->state == DeliveryState::waiting) {
    tables_.erase(tables_.t.outbox, outbox_key(receiver_of(callback.url), from->due_ms, id));
  } else if (from && from->state == DeliveryState::sending) {
    tables_.erase(tables_.t.sending, sending_key(from->holder, id));
  }
}

/// The job is removed.
void ChangeWriter::forget_callback(const JobId& id) {
  if (const auto callback = callback_of(id)) {
    leave_outbox(id, *callback, delivery_of(id));
  }
  tables_.erase_any(tables_.t.callbacks, id.key());
  tables_.erase_any(tables_.t.deliveries, id.key());
}

Result<std::vector<DueDelivery>> ChangeWriter::take(TakeDeliveries& change) {
  std::vector<DueDelivery> taken;
  const auto begin = change.behind + 1;  // behind the last one there is: the first
  Receiver at = begin;
  bool from_front = begin == 0;
  for (unsigned i = 0; i < max_lines && taken.size() < change.room.deliveries; ++i) {
    auto first = first_due(at);
    if (!first || (from_front && begin != 0 && first->receiver >= begin)) {
      if (from_front) {
        break;
      }
      from_front = true;
      at = 0;
      continue;
    }
    const auto receiver = first->receiver;
    auto left = change.room.left_for(receiver);
    for (; first && first->receiver == receiver && first->due_ms <= change.now_ms && left > 0 &&
           taken.size() < change.room.deliveries;
         first = first_due(receiver), --left) {
      take_one(change.holder, *first, taken);
    }
    change.behind = receiver;
    if (receiver == std::numeric_limits<Receiver>::max()) {
      if (from_front) {
        break;
      }
      from_front = true;
    }
    at = receiver + 1;
  }
  return taken;
}

std::optional<ChangeWriter::Due> ChangeWriter::first_due(Receiver from) {
  const auto entry = tables_.at_or_after(tables_.t.outbox, Key().number(from));
  if (!entry) {
    return std::nullopt;
  }
  KeyReader key(entry->key);
  Due due;
  due.receiver = key.number<Receiver>();
  due.due_ms = key.number<std::int64_t>();
  due.job = key.id();
  if (!key.ok()) {
    tables_.fail_with({ErrorCode::bad_record, "an entry of `outbox` has the wrong size"});
    return std::nullopt;
  }
  return due;
}

void ChangeWriter::take_one(const Holder& holder, const Due& due, std::vector<DueDelivery>& taken) {
  auto callback = callback_of(due.job);
  const auto before = delivery_of(due.job);
  if (!callback || !before || before->state != DeliveryState::waiting || before->due_ms != due.due_ms) {
    tables_.erase(tables_.t.outbox, outbox_key(due.receiver, due.due_ms, due.job));  // damaged: it would stay for ever
    return;
  }
  auto delivery = *before;
  begin_try(delivery, holder);
  move_delivery(due.job, *callback, before, delivery);
  taken.push_back({due.job, due.receiver, std::move(*callback), std::move(delivery)});
}

Result<void> ChangeWriter::end_delivery(const EndDelivery& change) {
  const auto before = delivery_of(change.job);
  const auto callback = callback_of(change.job);
  if (!before || !callback || before->state != DeliveryState::sending || before->holder != change.holder ||
      before->number != change.number) {
    return fail(ErrorCode::lease_lost, "the delivery is not held so any more");
  }
  auto delivery = *before;
  if (change.attempt) {
    end_try(*callback, delivery, *change.attempt, change.retry_after_ms, change.random, change.now_ms);
  } else {
    abandon_try(delivery, false, change.now_ms);
  }
  move_delivery(change.job, *callback, before, delivery);
  return {};
}

Result<Delivery> ChangeWriter::resend(const ResendDelivery& change) {
  const auto job = open_job_of(change.owner, change.job);
  if (!job) {
    return tl::unexpected(job.error());
  }
  const auto callback = callback_of(change.job);
  if (!callback) {
    return fail(ErrorCode::bad_request, "This job has no callback.");
  }
  const auto before = delivery_of(change.job);
  if (!before) {
    return fail(ErrorCode::bad_request, "The job is not final: there is nothing to be sent yet.");
  }
  auto delivery = *before;
  begin_again(delivery, change.now_ms);
  move_delivery(change.job, *callback, before, delivery);
  return delivery;
}

/// What a dead sender had waits again.
void ChangeWriter::recover_deliveries(const Holder& holder, std::int64_t now_ms) {
  std::vector<JobId> jobs;
  tables_.each_with_prefix(tables_.t.sending, holder.key(), [&](const lmdb::Entry& entry) {
    KeyReader key(entry.key);
    static_cast<void>(key.holder());
    jobs.push_back(key.id());
    return true;
  });
  for (const auto& id : jobs) {
    const auto before = delivery_of(id);
    const auto callback = callback_of(id);
    if (!before || !callback || before->state != DeliveryState::sending || before->holder != holder) {
      tables_.erase(tables_.t.sending, sending_key(holder, id));  // damaged
      continue;
    }
    auto delivery = *before;
    abandon_try(delivery, true, now_ms);
    move_delivery(id, *callback, before, delivery);
  }
}

}  // namespace docket
