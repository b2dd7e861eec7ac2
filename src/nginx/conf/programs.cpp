// The programs that do the work: where they are, and whether they can be started.

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"

namespace docket::ngx {
namespace {

/// The program `name` in the folder of the file `path`.
ngx_str_t beside(ngx_pool_t* pool, const ngx_str_t& path, const char* name) {
  return copy(pool, (std::filesystem::path(view(path)).parent_path() / name).string());
}

/// A program beside the module: where dladdr(3) says that this very code was loaded from.
ngx_str_t beside_module(ngx_pool_t* pool, const char* program) noexcept {
  Dl_info found{};
  if (::dladdr(reinterpret_cast<const void*>(&beside_module), &found) == 0 || found.dli_fname == nullptr) {
    return {0, nullptr};
  }
  try {
    return beside(pool, str(found.dli_fname), program);
  } catch (...) {
    log_exception(pool->log, "the look for a program");
    return {0, nullptr};
  }
}

}  // namespace

const char* engine_problem(const ngx_str_t& path) noexcept {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::path(view(path)), ignored)) {
    return "there is no such program; docket_engine names docket-engine's path";
  }
  return ::access(reinterpret_cast<const char*>(path.data), X_OK) == 0 ? nullptr : "it is not executable";
}

bool find_programs(ngx_conf_t* cf, MainConf& main) noexcept try {
  main.launcher = main.engine.data != nullptr ? beside(cf->pool, main.engine, "docket-launch")
                                              : beside_module(cf->pool, "docket-launch");
  if (main.commands != 0) {
    if (main.launcher.data == nullptr || ::access(reinterpret_cast<const char*>(main.launcher.data), X_OK) != 0) {
      ngx_log_error(
          NGX_LOG_EMERG, cf->log, 0,
          "\"docket_command\" needs docket-launch, which is looked for beside docket-engine, at \"%V\": there is "
          "no such program, or it is not executable",
          &main.launcher);
      return false;
    }
  }
  const bool needs_engine = main.uploads != 0 || (main.commands == 0 && main.passes == 0);
  if (main.engine.data == nullptr && needs_engine) {
    main.engine = beside_module(cf->pool, "docket-engine");
    const char* problem =
        main.engine.data == nullptr ? "the module's own path is not known" : engine_problem(main.engine);
    if (problem != nullptr) {
      ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                    "docket-engine is looked for beside the module, at \"%V\": %s; set \"docket_engine\" in %s:%ui",
                    &main.engine, problem, main.store->conf_file, main.store->line);
      return false;
    }
  }
  return true;
} catch (...) {
  log_exception(cf->log, "the look for programs");
  return false;
}

}  // namespace docket::ngx
