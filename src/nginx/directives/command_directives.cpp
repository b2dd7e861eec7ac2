// The directives of commands: docket_command, docket_command_paths.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>

#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

/// The pool of this name, made if it is new; null where memory is short, or where it has other slots already.
bool add_pool(ngx_conf_t* cf, const ngx_str_t& name, ngx_uint_t slots) noexcept {
  auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  for (auto& known : std::span(static_cast<PoolConf*>(main->pools->elts), main->pools->nelts)) {
    if (view(known.name) == view(name)) {
      if (known.slots != slots) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the pool \"%V\" has another number of workers elsewhere", &name);
      }
      return known.slots == slots;
    }
  }
  auto* pool = static_cast<PoolConf*>(ngx_array_push(main->pools));
  if (pool != nullptr) {
    *pool = {name, slots};
  }
  return pool != nullptr;
}

/// What a program with workers=N is known by where it has no pool=NAME: itself and its arguments, as they are written.
ngx_str_t name_of(ngx_pool_t* pool, std::span<const ngx_str_t> values) {
  std::string name = "workers";
  for (const auto& value : values) {
    name.append(" ").append(view(value));
  }
  std::ranges::replace(name, '\n', ' ');
  return copy(pool, name);
}

}  // namespace

void init(CommandConf& conf) noexcept {
  conf.paths = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
}

void merge(CommandConf& conf, const CommandConf& previous) noexcept {
  if (conf.paths == NGX_CONF_UNSET_PTR) {
    conf.paths = previous.paths == NGX_CONF_UNSET_PTR ? nullptr : previous.paths;
  }
}

char* set_command(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto* location = static_cast<LocationConf*>(conf);
  auto& command = location->command;
  auto values = arguments(cf).subspan(1);
  // What follows the program and its arguments; an argument that is to look like one of these comes from a variable.
  for (; values.size() > 1; values = values.first(values.size() - 1)) {
    const auto& last = values.back();
    if (const auto per = after(last, "per")) {
      if (view(*per) != "job" && view(*per) != "file") {
        return refuse(cf, last, "expected per=job or per=file");
      }
      command.per_file = view(*per) == "file" ? 1 : 0;
    } else if (const auto network = after(last, "network")) {
      if (view(*network) != "on" && view(*network) != "off") {
        return refuse(cf, last, "expected network=on or network=off");
      }
      command.network = view(*network) == "on" ? 1 : 0;
    } else if (const auto workers = after(last, "workers")) {
      const auto number = ngx_atoi(workers->data, workers->len);
      if (number < 1 || number > 1000) {
        return refuse(cf, last, "expected workers=N with N from 1 to 1000");
      }
      command.workers = static_cast<ngx_uint_t>(number);
    } else if (const auto pool = after(last, "pool")) {
      if (pool->len == 0) {
        return refuse(cf, last, "expected pool=NAME");
      }
      command.pool = *pool;
    } else {
      break;
    }
  }
  const auto& program = values.front();
  if (program.len == 0 || program.data[0] != '/') {
    return refuse(cf, program, "expected the absolute path of a program");
  }
  if (view(program).find('$') != std::string_view::npos) {
    return refuse(cf, program, "variables may stand in the arguments, not in the program");
  }
  const auto* path = reinterpret_cast<const char*>(program.data);
  struct stat file {};
  if (::stat(path, &file) != 0 || !S_ISREG(file.st_mode) || ::access(path, X_OK) != 0) {
    return refuse(cf, program, "there is no such program, or it is not executable");
  }
  if (command.workers != 0 && command.per_file != 0) {
    return refuse(cf, program, "workers=N takes jobs as a whole: per=file does not go with it");
  }
  if (command.workers != 0 && command.pool.len == 0) {
    command.pool = name_of(cf->pool, values);
  }
  if (command.pool.len != 0 && !add_pool(cf, command.pool, command.workers)) {
    return conf_error;
  }
  command.arguments = ngx_array_create(cf->pool, values.size(), sizeof(ngx_http_complex_value_t));
  if (command.arguments == nullptr) {
    return conf_error;
  }
  for (const auto& value : values) {
    auto* argument = static_cast<ngx_http_complex_value_t*>(ngx_array_push(command.arguments));
    if (argument == nullptr || !compile(cf, value, argument)) {
      return conf_error;
    }
  }
  return take_location(cf, location, Handler::command);
} catch (...) {
  return refuse_exception(cf);
}

char* set_command_paths(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
  auto& command = static_cast<LocationConf*>(conf)->command;
  if (command.paths != NGX_CONF_UNSET_PTR) {
    return duplicate;
  }
  const auto values = arguments(cf).subspan(1);
  command.paths = ngx_array_create(cf->pool, values.size(), sizeof(ngx_str_t));
  if (command.paths == nullptr) {
    return conf_error;
  }
  for (const auto& value : values) {
    if (value.len == 0 || value.data[0] != '/') {
      return refuse(cf, value, "expected absolute paths");
    }
    *static_cast<ngx_str_t*>(ngx_array_push(command.paths)) = value;  // there is room for all
  }
  return conf_ok;
}

}  // namespace docket::ngx
