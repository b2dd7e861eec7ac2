// Opening the store, which may take as long as a recovery.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "host/membership.h"
#include "host/secret_box.h"
#include "http/body/job_log.h"
#include "nginx/conf/conf.h"
#include "store/notifications.h"
#include "store/open_store.h"
#include "store/spool/spool.h"

namespace docket::ngx {

/// The store with all that a worker has open of its folder. Movable; destroyed it is closed, on any thread.
struct OpenStore {
  Spool spool;
  std::unique_ptr<http::JobLog> job_log;  ///< gets the store's changes
  RecoveredStore recovered;
  SecretBox secrets;
  Notifications notifications;
  LeaseMembership membership;
  std::vector<std::string> pools;  ///< register_pools()
};

/// What one opening needs. Made on the event loop, for nginx's open files change there; used up by open_store().
struct StoreOpening {
  StoreOpening(const MainConf& conf, ngx_log_t* log);

  StoreOptions options;
  std::vector<std::string> pools;  ///< those of the configuration
  std::unique_ptr<http::JobLog> job_log;
  std::function<void(std::string_view)> report;  ///< gets a sentence on all that was lost
};

/// Blocks, on any thread, while another process opens the store, and for a recovery. One at a time in a process: LMDB
/// must not have an environment open twice. store_unavailable where `stop()`, which is asked while it waits for others,
/// says so.
Result<OpenStore> open_store(StoreOpening opening, const std::function<bool()>& stop);

}  // namespace docket::ngx
