#include "store/lmdb/lmdb_outbox.h"

#include <string>
#include <utility>

namespace docket {

std::optional<CallbackState> Outbox::callback(const JobId& id) {
  // Of a damaged callback nothing can be sent; the job is not changed by that.
  auto callback = decode_callback(tables_.get(tables_.t.callbacks, id.key()).value_or(std::string_view()));
  if (!callback) {
    return std::nullopt;
  }
  auto delivery = decode_delivery(tables_.get(tables_.t.deliveries, id.key()).value_or(std::string_view()));
  return CallbackState{std::move(*callback), delivery ? std::optional(std::move(*delivery)) : std::nullopt};
}

void Outbox::put_delivery(const JobId& id, const CallbackState& state, const Delivery& now) {
  leave(id, state);
  if (now.state == DeliveryState::waiting) {
    enter_line({receiver_of(state.callback.url), now.due_ms, id});
  } else if (now.state == DeliveryState::sending) {
    tables_.put(tables_.t.sending, sending_key(now.holder, id), {});
  }
  tables_.put(tables_.t.deliveries, id.key(), encode(now));
}

/// Takes the job's delivery out of the index it stands in.
void Outbox::leave(const JobId& id, const CallbackState& state) {
  const auto& delivery = state.delivery;
  if (delivery && delivery->state == DeliveryState::waiting) {
    leave_line({receiver_of(state.callback.url), delivery->due_ms, id});
  } else if (delivery && delivery->state == DeliveryState::sending) {
    tables_.erase(tables_.t.sending, sending_key(delivery->holder, id));
  }
}

void Outbox::erase(const JobId& id) {
  if (const auto state = callback(id)) {
    leave(id, *state);
  }
  tables_.erase_any(tables_.t.callbacks, id.key());
  tables_.erase_any(tables_.t.deliveries, id.key());
}

/// The first of a receiver's line.
std::optional<Outbox::Due> Outbox::head_of_line(Receiver receiver) {
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

void Outbox::enter_line(const Due& due) {
  const auto head = head_of_line(due.receiver);
  tables_.put(tables_.t.outbox, outbox_key(due.receiver, due.due_ms, due.job), {});
  move_head(due.receiver, head);
}

void Outbox::leave_line(const Due& due) {
  const auto head = head_of_line(due.receiver);
  tables_.erase(tables_.t.outbox, outbox_key(due.receiver, due.due_ms, due.job));
  move_head(due.receiver, head);
}

/// The line has changed; its head was `before`.
void Outbox::move_head(Receiver receiver, const std::optional<Due>& before) {
  const auto now = head_of_line(receiver);
  if (before && (!now || now->due_ms != before->due_ms)) {
    tables_.erase(tables_.t.outbox_heads, outbox_head_key(before->due_ms, receiver));
  }
  if (now && (!before || now->due_ms != before->due_ms)) {
    tables_.put(tables_.t.outbox_heads, outbox_head_key(now->due_ms, receiver), {});
  }
}

Result<std::vector<DueDelivery>> Outbox::take_due(SendingRoom room, std::int64_t now_ms,
                                                  const std::function<void(Delivery&)>& begin) {
  std::vector<DueDelivery> taken;
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
    if (due_ms > now_ms) {
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
    if (auto one = take(*head, begin)) {
      ++room.busy[receiver];
      taken.push_back(std::move(*one));
    }
  }
  return taken;
}

std::optional<DueDelivery> Outbox::take(const Due& due, const std::function<void(Delivery&)>& begin) {
  auto state = callback(due.job);
  if (!state || receiver_of(state->callback.url) != due.receiver || !state->delivery ||
      state->delivery->state != DeliveryState::waiting || state->delivery->due_ms != due.due_ms) {
    leave_line(due);  // damaged: it would stay for ever
    return std::nullopt;
  }
  auto delivery = *state->delivery;
  begin(delivery);
  put_delivery(due.job, *state, delivery);
  return DueDelivery{due.job, due.receiver, std::move(state->callback), std::move(delivery)};
}

std::vector<SentDelivery> Outbox::sent_by(const Holder& holder) {
  std::vector<JobId> jobs;
  tables_.each_with_prefix(tables_.t.sending, holder.key(), [&](const lmdb::Entry& entry) {
    KeyReader key(entry.key);
    static_cast<void>(key.holder());
    jobs.push_back(key.id());
    return true;
  });
  std::vector<SentDelivery> sent;
  for (const auto& id : jobs) {
    auto state = callback(id);
    if (!state || !state->delivery || state->delivery->state != DeliveryState::sending ||
        state->delivery->holder != holder) {
      tables_.erase(tables_.t.sending, sending_key(holder, id));  // damaged
      continue;
    }
    sent.push_back({id, std::move(*state)});
  }
  return sent;
}

}  // namespace docket
