#include "work/upstream/upstream_client.h"

#include <chrono>
#include <exception>
#include <utility>

#include "host/blocked_signals.h"

namespace docket {
namespace {

/// How often run() asks whether it is to stop.
constexpr std::chrono::milliseconds stop_interval{100};
/// A wakeup is not lost: this only bounds what an unforeseen error of curl's could do.
constexpr int longest_poll_ms = 10'000;

}  // namespace

UpstreamClient::~UpstreamClient() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  ::curl_multi_wakeup(multi_.get());
  thread_.join();
  for (const auto& [easy, one] : running_) {
    ::curl_multi_remove_handle(multi_.get(), easy);
  }
  running_.clear();
}

Result<void> UpstreamClient::prepare() {
  const std::scoped_lock lock(mutex_);
  if (thread_.joinable()) {
    return {};
  }
  if (!libcurl_) {
    auto libcurl = LibcurlUse::begin();
    if (!libcurl) {
      return pass_on(libcurl);
    }
    libcurl_.emplace(std::move(*libcurl));
  }
  multi_.reset(::curl_multi_init());
  if (!multi_) {
    return fail(ErrorCode::io, "libcurl has no memory");
  }
  try {
    const BlockedSignals blocked;
    thread_ = std::thread([this] { work(); });
  } catch (const std::exception& error) {
    return fail(ErrorCode::io, error.what());
  }
  return {};
}

std::optional<TransferEnd> UpstreamClient::run(std::unique_ptr<UpstreamTransfer> transfer,
                                               const std::function<bool()>& stop) {
  const auto one = std::make_shared<Running>();
  one->transfer = std::move(transfer);
  std::unique_lock lock(mutex_);
  const auto order = [&] {
    orders_.push_back(one);
    ::curl_multi_wakeup(multi_.get());
  };
  order();
  while (!one->ended) {
    if (changed_.wait_for(lock, stop_interval, [&] { return one->ended; }) || one->stopped) {
      continue;
    }
    lock.unlock();  // others may begin and end meanwhile
    const bool is_to_stop = stop();
    lock.lock();
    if (is_to_stop && !one->ended) {
      one->stopped = true;
      order();
    }
  }
  if (one->stopped) {
    return std::nullopt;
  }
  return std::move(one->end);
}

void UpstreamClient::work() noexcept {
  for (;;) {
    try {
      {
        const std::scoped_lock lock(mutex_);
        if (stopping_) {
          return;
        }
      }
      turn();
    } catch (const std::exception&) {  // out of memory: what is under way goes on with the next turn
      std::this_thread::sleep_for(stop_interval);
    }
  }
}

void UpstreamClient::turn() {
  take_orders();
  int running = 0;
  ::curl_multi_perform(multi_.get(), &running);
  collect();
  ::curl_multi_poll(multi_.get(), nullptr, 0, longest_poll_ms, nullptr);
}

void UpstreamClient::take_orders() {
  std::vector<std::shared_ptr<Running>> orders;
  {
    const std::scoped_lock lock(mutex_);
    orders.swap(orders_);
  }
  for (const auto& one : orders) {
    CURL* const easy = one->transfer->handle();
    if (running_.contains(easy)) {  // it was begun before: now it is to end
      ended(easy, CURLE_ABORTED_BY_CALLBACK);
      continue;
    }
    {
      const std::scoped_lock lock(mutex_);
      if (one->ended || one->stopped) {
        one->ended = true;
        changed_.notify_all();
        continue;
      }
    }
    running_.emplace(easy, one);
    if (::curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      ended(easy, CURLE_FAILED_INIT);
    }
  }
}

void UpstreamClient::collect() {
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      ended(message->easy_handle, message->data.result);
    }
  }
}

void UpstreamClient::ended(CURL* easy, CURLcode result) {
  const auto found = running_.find(easy);
  if (found == running_.end()) {
    return;
  }
  const auto one = std::move(found->second);
  running_.erase(found);
  ::curl_multi_remove_handle(multi_.get(), easy);
  auto end = one->transfer->end(result);
  const std::scoped_lock lock(mutex_);
  one->end = std::move(end);
  one->ended = true;
  changed_.notify_all();
}

}  // namespace docket
