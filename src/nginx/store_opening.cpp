#include "nginx/store_opening.h"

#include <unistd.h>

#include <span>
#include <string>
#include <utility>

#include "host/store_place.h"
#include "nginx/worker/log_files.h"

namespace docket::ngx {
namespace {

Result<OpenStore> open_parts(StoreOpening opening, const std::function<bool()>& stop) {
  const auto& folder = opening.options.folder;
  auto spool = Spool::open(folder, opening.options.sync);
  if (!spool) {
    return pass_on(spool);
  }
  const std::string run_folder = folder + "/run";
  auto lease = LeaseFile::create(run_folder, pid_namespace());
  if (!lease) {
    return pass_on(lease);
  }
  auto placed = check_file_system(folder);
  if (placed) {
    placed = check_pid_namespaces(run_folder);
  }
  if (!placed) {
    return pass_on(placed);
  }
  auto recovered = open_recovered_store(opening.options, opening.say, stop);
  if (!recovered) {
    return pass_on(recovered);
  }
  auto secrets = SecretBox::open(run_folder);
  if (!secrets) {
    return pass_on(secrets);
  }
  auto work = Bell::open(run_folder, "work");
  auto changes = Bell::open(run_folder, "changes");
  if (!work || !changes) {
    return work ? pass_on(changes) : pass_on(work);
  }
  return OpenStore{.spool = std::move(*spool),
                   .job_log = std::move(opening.job_log),
                   .recovered = std::move(*recovered),
                   .secrets = *secrets,
                   .work_bell = std::move(*work),
                   .change_bell = std::move(*changes),
                   .lease = std::move(*lease)};
}

}  // namespace

std::function<void(std::string_view)> log_lines(ngx_log_t* log, ngx_uint_t level) {
  return [log, level](std::string_view line) { ngx_log_error(level, log, 0, "docket: %*s", line.size(), line.data()); };
}

StoreOpening::StoreOpening(const MainConf& conf, ngx_log_t* log)
    : job_log(std::make_unique<http::JobLog>(true, log_lines(log, NGX_LOG_WARN))), say(log_lines(log, NGX_LOG_ERR)) {
  options.folder = view(conf.store->name);
  options.map_size = static_cast<std::uint64_t>(conf.map_size);
  options.sync = conf.sync != 0;
  options.told = [log = job_log.get()](std::span<const StateChange> changes) { log->tell(changes); };
  keep_logs(conf, job_log->files());
}

Result<OpenStore> open_store(StoreOpening opening, const std::function<bool()>& stop) {
  const auto folder = opening.options.folder;
  auto opened = open_parts(std::move(opening), stop);
  if (!opened) {
    if (const auto owned = check_store_owner(folder, ::geteuid()); !owned) {
      opened.error().detail += "; " + owned.error().detail;
    }
  }
  return opened;
}

}  // namespace docket::ngx
