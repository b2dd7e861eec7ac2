#include "nginx/worker/store_opening.h"

#include <unistd.h>

#include <span>
#include <string>
#include <utility>

#include "host/pool_names.h"
#include "host/store_place.h"
#include "nginx/core/log_lines.h"
#include "nginx/worker/log_files.h"

namespace docket::ngx {
namespace {

Result<OpenStore> open_parts(StoreOpening opening, const std::function<bool()>& stop) {
  const auto& folder = opening.options.location;
  auto spool = Spool::open(folder, opening.options.sync);
  if (!spool) {
    return pass_on(spool);
  }
  const std::string run_folder = folder + "/run";
  auto membership = LeaseMembership::join(run_folder, pid_namespace());
  if (!membership) {
    return pass_on(membership);
  }
  auto placed = check_file_system(folder);
  if (placed) {
    placed = check_pid_namespaces(run_folder);
  }
  if (!placed) {
    return pass_on(placed);
  }
  auto recovered = open_store_to_serve(opening.options, opening.report, stop);
  if (!recovered) {
    return pass_on(recovered);
  }
  auto secrets = SecretBox::open(run_folder);
  if (!secrets) {
    return pass_on(secrets);
  }
  auto notifications = Notifications::open(run_folder);
  if (!notifications) {
    return pass_on(notifications);
  }
  auto pools = register_pools(folder, opening.pools);
  if (!pools) {
    return pass_on(pools);
  }
  return OpenStore{.spool = std::move(*spool),
                   .job_log = std::move(opening.job_log),
                   .recovered = std::move(*recovered),
                   .secrets = *secrets,
                   .notifications = std::move(*notifications),
                   .membership = std::move(*membership),
                   .pools = std::move(*pools)};
}

}  // namespace

StoreOpening::StoreOpening(const MainConf& conf, ngx_log_t* log)
    : job_log(std::make_unique<http::JobLog>(true, log_lines(log, NGX_LOG_WARN))), report(log_lines(log, NGX_LOG_ERR)) {
  options.location = view(conf.store->name);
  options.map_size = static_cast<std::uint64_t>(conf.map_size);
  options.sync = conf.sync != 0;
  options.told = [log = job_log.get()](std::span<const StateTransition> changes) { log->tell(changes); };
  for (const auto& pool : std::span(static_cast<const PoolConf*>(conf.pools->elts), conf.pools->nelts)) {
    pools.emplace_back(view(pool.name));
  }
  keep_logs(conf, job_log->files());
}

Result<OpenStore> open_store(StoreOpening opening, const std::function<bool()>& stop) {
  const auto folder = opening.options.location;
  auto opened = open_parts(std::move(opening), stop);
  if (!opened) {
    if (const auto owned = check_store_owner(folder, ::geteuid()); !owned) {
      opened.error().detail += "; " + owned.error().detail;
    }
  }
  return opened;
}

}  // namespace docket::ngx
