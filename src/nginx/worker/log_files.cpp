#include "nginx/worker/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>
#include <string>
#include <utility>

#include "nginx/worker/runtime.h"

namespace docket::ngx {
namespace {

std::span<ngx_open_file_t* const> logs_of(const MainConf& conf) noexcept {
  return {static_cast<ngx_open_file_t* const*>(conf.logs->elts), conf.logs->nelts};
}

}  // namespace

void reopen_log(ngx_open_file_t* file, ngx_log_t*) noexcept try {
  // Called by the master, too, which writes nothing, and where the configuration goes.
  if (Runtime* runtime = Runtime::current()) {
    runtime->job_log().files().reopen(std::string(view(file->name)));
  }
} catch (...) {
  log_exception(ngx_cycle->log, "the opening of a log anew");
}

void keep_logs(const MainConf& conf, LineFiles& files) {
  for (const auto* log : logs_of(conf)) {
    if (Fd own(::fcntl(log->fd, F_DUPFD_CLOEXEC, 0)); own) {
      files.keep(std::string(view(log->name)), std::move(own));
    }
  }
}

void give_logs_to_workers(ngx_cycle_t* cycle, const MainConf& conf) noexcept {
  const auto* core = reinterpret_cast<const ngx_core_conf_t*>(ngx_get_conf(cycle->conf_ctx, ngx_core_module));
  if (::geteuid() != 0 || core->user == static_cast<ngx_uid_t>(NGX_CONF_UNSET_UINT)) {
    return;
  }
  for (const auto* log : logs_of(conf)) {
    struct stat info {};
    if (::fstat(log->fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid == core->user) {
      continue;  // a pipe or a terminal is everybody's
    }
    if (::fchown(log->fd, core->user, static_cast<gid_t>(-1)) != 0) {
      ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno, "docket: \"%V\" is not given to the workers' user",
                    &log->name);
    }
  }
}

}  // namespace docket::ngx
