// Sends the callbacks that are due: one thread with one curl_multi handle.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "callback/secret_files.h"
#include "host/wakeup.h"
#include "job/delivery.h"
#include "store/committer.h"
#include "store/store.h"

namespace docket {

/// What a receiver is told of a job.
struct CallbackMessage {
  std::string event;  ///< the end of webhook-id: the same over retries and resends
  std::string body;
  std::vector<std::string> headers;  ///< lines beyond those of every callback, such as "traceparent: …"
};

/// Owned by the worker, made after the fork; start() and destructor on the event loop, all else on its own thread. What
/// it has in hand when it ends, or is killed, waits in the store for another one.
class CallbackSender {
 public:
  struct Parts {
    Store& store;
    Committer& committer;
    Wakeup& wakeup;  ///< notified when callbacks wait; listened to by the sender only
    Holder holder;
    /// Makes a job's message, on the sender's thread; not_found if the job has gone.
    std::function<Result<CallbackMessage>(StoreReader&, const JobId&)> message;
    SecretFiles secrets;
    std::function<void(std::string_view)> log;  ///< a line for the operator; may be empty
    std::uint32_t connections = 64;             ///< at once
    std::uint32_t per_receiver = 4;             ///< of these, to one host and port
    std::uint32_t timeout_ms = 20'000;          ///< of a try
    std::chrono::milliseconds grace{500};       ///< how long what is under way may go on at the end
  };

  /// io if curl, or the thread, cannot be had.
  static Result<std::unique_ptr<CallbackSender>> start(Parts parts);

  CallbackSender(const CallbackSender&) = delete;
  CallbackSender& operator=(const CallbackSender&) = delete;
  ~CallbackSender();  ///< ends the thread and waits for it: `grace`, and a transaction

 private:
  class Loop;
  explicit CallbackSender(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace docket
