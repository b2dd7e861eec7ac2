#include "callback/callback_sender.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "base/clock.h"
#include "callback/callback_transfer.h"
#include "callback/libcurl.h"
#include "host/blocked_signals.h"

namespace docket {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// The fallback for a wakeup that was lost; also, how soon a store that cannot write is asked again.
constexpr std::int64_t look_again_ms = 1000;

}  // namespace

/// What the thread works with. Made and destroyed by the sender while the thread does not run.
class CallbackSender::Loop {
 public:
  Loop(Parts parts, LibcurlUse libcurl, CurlMulti multi)
      : parts_(std::move(parts)),
        reader_(parts_.store.reader()),
        libcurl_(std::move(libcurl)),
        multi_(std::move(multi)),
        random_(std::random_device{}()) {}
  ~Loop() {
    for (const auto& [easy, one] : sending_) {
      ::curl_multi_remove_handle(multi_.get(), easy);
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void stop() noexcept {
    stopping_ = true;
    ::curl_multi_wakeup(multi_.get());
  }

  void run() noexcept {
    while (!stopping_) {
      try {
        turn(true);
        wait(next_look_ms_ - unix_ms());
      } catch (const std::exception& error) {  // out of memory
        log(error.what());
        std::this_thread::sleep_for(milliseconds(look_again_ms));
      }
    }
    try {
      end();
    } catch (const std::exception& error) {
      log(error.what());
    }
  }

 private:
  struct Sending {
    DueDelivery due;
    std::unique_ptr<CallbackTransfer> transfer;
  };

  void log(std::string_view line) const {
    if (parts_.log) {
      parts_.log(line);
    }
  }

  /// Moves everything on as far as it goes without waiting.
  void turn(bool take) {
    int running = 0;
    ::curl_multi_perform(multi_.get(), &running);
    collect();
    const bool look = take && (unix_ms() >= next_look_ms_);
    if (look || (!ends_.empty() && unix_ms() >= write_again_ms_)) {
      commit(look);
    }
  }

  /// Takes what has ended out of curl's hands.
  void collect() {
    int left = 0;
    while (const CURLMsg* message = ::curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      CURL* const easy = message->easy_handle;
      const auto result = message->data.result;  // the message is gone with the handle
      const auto found = sending_.find(easy);
      if (found == sending_.end()) {
        continue;
      }
      const auto& one = found->second;
      ended(one.due, one.transfer->attempt(result), one.transfer->retry_after_ms());
      ::curl_multi_remove_handle(multi_.get(), easy);
      sending_.erase(found);
      next_look_ms_ = 0;
    }
  }

  void ended(const DueDelivery& due, std::optional<DeliveryAttempt> attempt, std::uint64_t retry_after_ms = 0) {
    leave(due.receiver);
    ends_.push_back({.job = due.job,
                     .holder = parts_.holder,
                     .number = due.delivery.number,
                     .attempt = attempt,
                     .retry_after_ms = retry_after_ms,
                     .random = std::uniform_real_distribution<double>(0, 1)(random_),
                     .now_ms = unix_ms()});
  }

  void leave(Receiver receiver) {
    if (const auto found = busy_.find(receiver); found != busy_.end() && --found->second == 0) {
      busy_.erase(found);
    }
  }

  [[nodiscard]] SendingRoom room() const {
    const auto used = sending_.size() + ends_.size();
    return {.deliveries = used < parts_.connections ? static_cast<std::uint32_t>(parts_.connections - used) : 0,
            .per_receiver = parts_.per_receiver,
            .busy = busy_};
  }

  /// What has ended is written down and, if `look`, what is due is taken, as one change.
  void commit(bool look) {
    std::vector<Command> changes;
    for (auto& end : ends_) {
      changes.emplace_back(&end);
    }
    TakeDeliveries take{.holder = parts_.holder, .room = room(), .now_ms = unix_ms()};
    if (look && is_due(take)) {
      changes.emplace_back(&take);
    }
    if (!changes.empty()) {
      parts_.committer.commit(changes);
    }
    if (!ends_.empty() || (take.result && !take.result->empty())) {
      next_look_ms_ = 0;  // there is room, or there may be more than one taking brings
    }
    // A store that cannot write keeps what is ours: if we go before it can, others will find it.
    std::erase_if(ends_, [](const EndDelivery& end) { return end.result || !is_transient(end.result.error().code); });
    if (!ends_.empty()) {
      next_look_ms_ = unix_ms() + look_again_ms;
      write_again_ms_ = next_look_ms_;
    }
    if (!take.result) {
      next_look_ms_ = unix_ms() + look_again_ms;
    } else {
      for (auto& due : *take.result) {
        send(std::move(due));
      }
    }
  }

  /// Whether something is, that there is room for; sets when to look next if there is not.
  bool is_due(const TakeDeliveries& take) {
    const auto next = reader_->next_delivery(take.room);
    const auto due_ms = next && *next ? **next : INT64_MAX;
    next_look_ms_ = std::min(std::max(due_ms, take.now_ms + 1), take.now_ms + look_again_ms);
    return due_ms <= take.now_ms;
  }

  void send(DueDelivery due) {
    ++busy_[due.receiver];
    auto request = request_for(due);
    if (!request) {
      return ended(due, failed(request.error()));
    }
    auto transfer = CallbackTransfer::make(std::move(*request));
    if (!transfer) {
      const bool bad = transfer.error().code == ErrorCode::bad_option;
      return ended(due, failed(bad ? DeliveryError::bad_url : DeliveryError::internal));
    }
    CURL* const easy = (*transfer)->handle();
    const auto [place, made] = sending_.try_emplace(easy, Sending{std::move(due), std::move(*transfer)});
    if (made && ::curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      const auto one = std::move(place->second);
      sending_.erase(place);
      ended(one.due, failed(DeliveryError::internal));
    }
  }

  static DeliveryAttempt failed(DeliveryError error) {
    return {.at_ms = unix_ms(), .took_ms = 0, .code = 0, .error = error};
  }

  tl::expected<CallbackRequest, DeliveryError> request_for(const DueDelivery& due) {
    auto message = parts_.message(*reader_, due.job);
    if (!message) {
      // The job was removed: the end of this try has nowhere to be recorded.
      if (message.error().code != ErrorCode::not_found) {
        log("the callback of " + due.job.text() + " cannot be made: " + message.error().detail);
      }
      return tl::unexpected(DeliveryError::internal);
    }
    constexpr std::int64_t ms = 1000;
    const auto timestamp = unix_ms() / ms;
    const auto id = due.job.text() + "-" + message->event;
    CallbackRequest request{.url = due.callback.url,
                            .headers = std::move(message->headers),
                            .body = std::move(message->body),
                            .trusted = due.callback.trusted,
                            .filter = AddressFilter(due.callback.allow_only, due.callback.allow),
                            .timeout_ms = parts_.timeout_ms};
    request.headers.emplace_back("Content-Type: application/json");
    request.headers.push_back("webhook-id: " + id);
    request.headers.push_back("webhook-timestamp: " + std::to_string(timestamp));
    if (!due.callback.secret_file.empty()) {
      const auto secrets = parts_.secrets.secrets(due.callback.secret_file);
      if (!secrets) {
        log("the callback of " + due.job.text() + " cannot be signed: " + due.callback.secret_file + ": " +
            secrets.error().detail);
        return tl::unexpected(DeliveryError::secret);
      }
      request.headers.push_back("webhook-signature: " + webhook_signature(*secrets, id, timestamp, request.body));
    }
    return request;
  }

  void wait(std::int64_t longest_ms) {
    const int wakeup = parts_.wakeup.listen();
    curl_waitfd extra{.fd = wakeup, .events = CURL_WAIT_POLLIN, .revents = 0};
    const auto timeout = static_cast<int>(std::clamp<std::int64_t>(longest_ms, 0, look_again_ms));
    ::curl_multi_poll(multi_.get(), &extra, wakeup >= 0 ? 1 : 0, timeout, nullptr);
    if (extra.revents != 0) {
      parts_.wakeup.drain();
      next_look_ms_ = 0;
    }
  }

  /// What is under way may end; what does not in time is handed back.
  void end() {
    const auto until = steady_clock::now() + parts_.grace;
    while (!sending_.empty() && steady_clock::now() < until) {
      turn(false);
      const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()).count();
      int ignored = 0;
      if (!sending_.empty()) {
        ::curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(left, 0, 50)), &ignored);
      }
    }
    for (const auto& [easy, one] : sending_) {
      ::curl_multi_remove_handle(multi_.get(), easy);
      ended(one.due, std::nullopt);
    }
    sending_.clear();
    commit(false);
  }

  Parts parts_;
  std::unique_ptr<StoreReader> reader_;
  LibcurlUse libcurl_;
  CurlMulti multi_;
  std::map<CURL*, Sending> sending_;
  std::map<Receiver, std::uint32_t> busy_;  ///< how many of `sending_` go there
  std::vector<EndDelivery> ends_;           ///< to be written down
  std::int64_t next_look_ms_ = 0;
  std::int64_t write_again_ms_ = 0;  ///< not sooner: the store did not take it
  std::minstd_rand random_;
  std::atomic<bool> stopping_{false};
};

CallbackSender::CallbackSender(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {
  const BlockedSignals blocked;
  thread_ = std::thread([&work = *loop_] { work.run(); });
}

Result<std::unique_ptr<CallbackSender>> CallbackSender::start(Parts parts) {
  auto libcurl = LibcurlUse::begin();
  if (!libcurl) {
    return pass_on(libcurl);
  }
  CurlMulti multi(::curl_multi_init());
  if (!multi) {
    return fail(ErrorCode::io, "libcurl has no memory");
  }
  try {
    auto loop = std::make_unique<Loop>(std::move(parts), std::move(*libcurl), std::move(multi));
    return std::unique_ptr<CallbackSender>(new CallbackSender(std::move(loop)));
  } catch (const std::exception& error) {
    return fail(ErrorCode::io, error.what());
  }
}

CallbackSender::~CallbackSender() {
  loop_->stop();
  thread_.join();
}

}  // namespace docket
