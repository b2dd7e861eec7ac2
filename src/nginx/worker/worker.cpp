#include "nginx/worker/worker.h"

#include <algorithm>

#include "host/pool_names.h"
#include "nginx/worker/maintenance.h"
#include "nginx/worker/runtime.h"

namespace docket::ngx {

Worker* Worker::current() noexcept {
  Runtime* runtime = Runtime::current();
  return runtime != nullptr ? &runtime->worker() : nullptr;
}

Result<Store::Health> Worker::health() const {
  auto store = parts_.store.health();
  if (!store.writable) {
    return fail(ErrorCode::store_unavailable, "The store takes no writes: " + store.detail);
  }
  if (auto probed = parts_.probe.result(); !probed) {
    return pass_on(probed);
  }
  if (const auto engine = parts_.engine.health(); !engine) {
    return fail(ErrorCode::store_unavailable, "No engine can be started: " + engine.error().detail);
  }
  return store;
}

bool Worker::is_stuck() const noexcept {
  return parts_.probe.is_stuck();
}

std::optional<std::uint8_t> Worker::pool_number(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parts_.pools, name);
  return found == parts_.pools.end()
             ? std::nullopt
             : std::optional(static_cast<std::uint8_t>(first_named_pool + (found - parts_.pools.begin())));
}

}  // namespace docket::ngx
