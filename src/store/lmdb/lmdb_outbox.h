// The outbox of the embedded store: which deliveries wait, and who sends which. Each receiver's deliveries stand in a
// line; the next one taken is the oldest head of a line whose receiver there is room for, so that nothing here walks a
// queue. Tables callbacks, deliveries, outbox, outbox_heads, sending.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "store/backend.h"
#include "store/lmdb/lmdb_writer.h"

namespace docket {

/// The operations on deliveries (BackendTransaction has what they do). Lives as long as the transaction, on its thread;
/// failures stick in the TableWriter.
class Outbox {
 public:
  explicit Outbox(TableWriter& tables) noexcept : tables_(tables) {}

  std::optional<CallbackState> callback(const JobId& id);
  void put_delivery(const JobId& id, const CallbackState& state, const Delivery& now);
  Result<std::vector<DueDelivery>> take_due(SendingRoom room, std::int64_t now_ms,
                                            const std::function<void(Delivery&)>& begin);
  std::vector<SentDelivery> sent_by(const Holder& holder);
  /// Removes a job's callback, and its delivery wherever it is.
  void erase(const JobId& id);

 private:
  /// A delivery that waits, in the line of its receiver.
  struct Due {
    Receiver receiver = 0;
    std::int64_t due_ms = 0;
    JobId job;
  };
  std::optional<DueDelivery> take(const Due& due, const std::function<void(Delivery&)>& begin);
  void leave(const JobId& id, const CallbackState& state);

  std::optional<Due> head_of_line(Receiver receiver);
  void enter_line(const Due& due);
  void leave_line(const Due& due);
  void move_head(Receiver receiver, const std::optional<Due>& before);

  TableWriter& tables_;
};

}  // namespace docket
