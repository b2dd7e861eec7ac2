// The outbox of the embedded store: written with a job's final state. Each receiver's deliveries stand in a line; what
// is taken is the oldest head of a line whose receiver there is room for, so that nothing here walks a queue. Tables
// callbacks, deliveries, outbox, outbox_heads, sending.
#include <utility>

#include "store/lmdb/lmdb_transaction.h"

namespace docket {
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
    enter_line({receiver_of(callback.url), to.due_ms, id});
    posted_ = true;
  } else if (to.state == DeliveryState::sending) {
    tables_.put(tables_.t.sending, sending_key(to.holder, id), {});
  }
  tables_.put(tables_.t.deliveries, id.key(), encode(to));
}

void ChangeWriter::leave_outbox(const JobId& id, const Callback& callback, const std::optional<Delivery>& from) {
  if (from && from->state == DeliveryState::waiting) {
    leave_line({receiver_of(callback.url), from->due_ms, id});
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

/// The first of a receiver's line.
std::optional<ChangeWriter::Due> ChangeWriter::head_of_line(Receiver receiver) {
  const auto entry = tables_.at_or_after(tables_.t.outbox, Key().number(receiver));
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
  return due.receiver == receiver ? std::optional(due) : std::nullopt;
}

void ChangeWriter::enter_line(const Due& due) {
  const auto head = head_of_line(due.receiver);
  tables_.put(tables_.t.outbox, outbox_key(due.receiver, due.due_ms, due.job), {});
  move_head(due.receiver, head);
}

void ChangeWriter::leave_line(const Due& due) {
  const auto head = head_of_line(due.receiver);
  tables_.erase(tables_.t.outbox, outbox_key(due.receiver, due.due_ms, due.job));
  move_head(due.receiver, head);
}

/// The line has changed, whose head this was.
void ChangeWriter::move_head(Receiver receiver, const std::optional<Due>& before) {
  const auto now = head_of_line(receiver);
  if (before && (!now || now->due_ms != before->due_ms)) {
    tables_.erase(tables_.t.outbox_heads, outbox_head_key(before->due_ms, receiver));
  }
  if (now && (!before || now->due_ms != before->due_ms)) {
    tables_.put(tables_.t.outbox_heads, outbox_head_key(now->due_ms, receiver), {});
  }
}

Result<std::vector<DueDelivery>> ChangeWriter::take(const TakeDeliveries& change) {
  std::vector<DueDelivery> taken;
  auto room = change.room;
  std::string from;
  while (taken.size() < room.deliveries) {
    const auto entry = tables_.at_or_after(tables_.t.outbox_heads, from);
    if (!entry) {
      break;
    }
    const std::string at(entry->key);
    KeyReader key(at);
    const auto due_ms = key.number<std::int64_t>();
    const auto receiver = key.number<Receiver>();
    if (due_ms > change.now_ms) {
      break;
    }
    const auto head = head_of_line(receiver);
    if (!head || head->due_ms != due_ms) {
      return fail(ErrorCode::bad_record, "the store is damaged: an entry of `outbox_heads` is of no line");
    }
    if (room.left_for(receiver) == 0) {
      from = at + '\0';  // the one behind it
      continue;
    }
    if (auto one = take_one(change.holder, *head)) {
      ++room.busy[receiver];
      taken.push_back(std::move(*one));
    }
  }
  return taken;
}

std::optional<DueDelivery> ChangeWriter::take_one(const Holder& holder, const Due& due) {
  auto callback = callback_of(due.job);
  const auto before = delivery_of(due.job);
  if (!callback || receiver_of(callback->url) != due.receiver || !before || before->state != DeliveryState::waiting ||
      before->due_ms != due.due_ms) {
    leave_line(due);  // damaged: it would stay for ever
    return std::nullopt;
  }
  auto delivery = *before;
  begin_try(delivery, holder);
  move_delivery(due.job, *callback, before, delivery);
  return DueDelivery{due.job, due.receiver, std::move(*callback), std::move(delivery)};
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
  const auto job = open_job_of(change.owner, change.job, change.condition);
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
