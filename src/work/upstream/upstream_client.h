// Sends requests to other servers: one thread with one curl_multi handle, for all that this worker has in hand.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "callback/libcurl.h"
#include "work/upstream/upstream_transfer.h"

namespace docket {

/// Owned by the worker, made after the fork; its thread starts with the first request. run() is for any thread; the
/// destructor for the one that owns it, when no other is in run().
class UpstreamClient {
 public:
  UpstreamClient() noexcept = default;
  UpstreamClient(const UpstreamClient&) = delete;
  UpstreamClient& operator=(const UpstreamClient&) = delete;
  ~UpstreamClient();

  /// Starts the thread, unless it runs. io if libcurl, or the thread, cannot be had.
  Result<void> prepare();

  /// Sends a request after prepare() and blocks until its end. Asks `stop` several times a second: true ends it, and
  /// then nothing is returned.
  std::optional<TransferEnd> run(std::unique_ptr<UpstreamTransfer> transfer, const std::function<bool()>& stop);

 private:
  /// A request as run() and the thread share it.
  struct Running {
    std::unique_ptr<UpstreamTransfer> transfer;
    bool stopped = false;  ///< run() wants no more of it
    bool ended = false;
    TransferEnd end{};
  };

  void work() noexcept;
  void turn();
  void take_orders();
  void collect();
  void ended(CURL* easy, CURLcode result);

  std::mutex mutex_;  ///< for what follows
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Running>> orders_;  ///< to be begun, or ended
  bool stopping_ = false;

  // The thread's own.
  std::map<CURL*, std::shared_ptr<Running>> running_;
  std::optional<LibcurlUse> libcurl_;
  CurlMulti multi_;
  std::thread thread_;
};

}  // namespace docket
