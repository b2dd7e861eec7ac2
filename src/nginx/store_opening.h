// Opening the store: at once, or as long as a recovery takes.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "host/wakeup.h"
#include "host/lease.h"
#include "host/secret_box.h"
#include "store/spool/spool.h"
#include "store/recovery/store_recovery.h"
#include "http/body/job_log.h"
#include "nginx/conf/conf.h"

namespace docket::ngx {

/// The store with all that a worker has open of its folder. Movable; destroyed it is closed, on any thread.
struct OpenStore {
  Spool spool;
  std::unique_ptr<http::JobLog> job_log;  ///< hears of the store's changes
  RecoveredStore recovered;
  SecretBox secrets;
  Bell work_bell;
  Bell change_bell;
  LeaseFile lease;
};

/// What one opening needs. Made on the event loop, for nginx's open files change there; used up by open_store().
struct StoreOpening {
  StoreOpening(const MainConf& conf, ngx_log_t* log);

  LmdbOptions options;
  std::unique_ptr<http::JobLog> job_log;
  std::function<void(std::string_view)> say;  ///< gets a sentence on whatever was lost
};

/// Blocks, on any thread, while another process opens the store, and for a recovery. One at a time in a process: LMDB
/// must not have an environment open twice. store_unavailable where `stop()`, which is asked while it waits for others,
/// says so.
Result<OpenStore> open_store(StoreOpening opening, const std::function<bool()>& stop);

/// For threads, too: nginx writes a line with one call.
std::function<void(std::string_view)> log_lines(ngx_log_t* log, ngx_uint_t level);

}  // namespace docket::ngx
