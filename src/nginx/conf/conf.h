// What the directives say, as nginx keeps it: plain structs in the configuration's pool, zeroed and merged by
// nginx/conf/conf.cpp, read-only afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "nginx/conf/callback_conf.h"
#include "nginx/conf/command_conf.h"
#include "nginx/conf/page_conf.h"
#include "nginx/conf/upstream_conf.h"
#include "nginx/core/ngx.h"

namespace docket::http {
struct CorsPolicy;
struct RawOptions;
}  // namespace docket::http

namespace docket::ngx {

class SettingsFile;
class TokenFile;

/// What a location does. One handler a location.
enum class Handler : ngx_uint_t { none = 0, upload, command, pass, result, tasks, events, health, settings, page };

inline constexpr ngx_int_t default_queue_jobs = 100'000;
inline constexpr ngx_int_t default_pass_connections = 64;

/// A pool of commands that has a name of its own.
struct PoolConf {
  ngx_str_t name;
  ngx_uint_t slots;  ///< 0: docket_concurrency
};

struct MainConf {
  ngx_path_t* store;  ///< null: no docket_store
  off_t map_size;
  ngx_flag_t sync;
  off_t max_size;             ///< of the whole store; 0: as large as the disk
  ngx_int_t queue_jobs;       ///< docket_queue: unfinished jobs at once
  ngx_int_t queue_per_owner;  ///< of one owner; 0: half of them
  ngx_str_t engine;
  ngx_str_t launcher;  ///< docket-launch, beside the engine
  ngx_uint_t strict_sandbox;
  ngx_str_t threads_name;
  ngx_str_t io_threads_name;
  ngx_thread_pool_t* threads;
  ngx_thread_pool_t* io_threads;
  ngx_int_t concurrency;        ///< 0: as many as there are cores
  ngx_uint_t uses;              ///< how many locations have a handler of ours
  ngx_uint_t uploads;           ///< how many have docket_upload
  ngx_uint_t commands;          ///< how many have docket_command
  ngx_uint_t passes;            ///< how many have docket_pass
  ngx_int_t pass_connections;   ///< requests to other servers at once, of all workers
  ngx_str_t languages;          ///< of the first upload location: what the engine is warmed with
  ngx_array_t* pools;           ///< PoolConf: those with names, each once
  ngx_array_t* token_files;     ///< TokenFile*: one for each path
  ngx_array_t* settings_files;  ///< SettingsFile*: one for each path
  ngx_array_t* logs;            ///< ngx_open_file_t*: one for each docket_log's path
  SecretFiles* secret_files;    ///< of docket_callback_secret
  ngx_array_t* pages;           ///< PageConf*: those of docket_page
  ngx_int_t request_id;         ///< index of nginx's $request_id, where there are logs
  ngx_str_t tessdata;           ///< folder of the language models; empty: not found
};

struct ServerConf {
  ngx_array_t* result_prefixes;  ///< ngx_str_t: the names of this server's docket_result locations
  ngx_array_t* locations;        ///< ServedLocation: those with a handler of ours
};

struct LocationConf {
  Handler handler;
  ngx_str_t directive;  ///< the handler's, and where it stands: for messages
  u_char* file;
  ngx_uint_t line;
  ngx_uint_t upload_code;
  /// Bits by the rows of value_table() (nginx/conf/values.h), which has the values from here to wait_max, and some of
  /// callbacks, command and upstream: what was said here or around the location.
  std::uint64_t said;
  ngx_uint_t formats;   ///< bits of FormatSet
  ngx_str_t languages;  ///< "eng+deu"
  ngx_uint_t ocr;       ///< OcrMode
  ngx_uint_t dpi;
  ngx_uint_t options;          ///< bits of OptionSet: docket_options
  ngx_uint_t allowed_options;  ///< what this comes to for the location's handler
  http::RawOptions* defaults;  ///< docket_defaults; null: none
  ngx_uint_t types;            ///< bits over MediaType: docket_types
  ngx_uint_t taken_types;      ///< what this comes to for the location's handler
  ngx_uint_t max_files;
  ngx_uint_t max_pages;
  off_t max_pixels;
  size_t max_fields;
  size_t memory_limit;
  time_t cpu_limit;
  ngx_msec_t unit_timeout;
  ngx_uint_t attempts;
  ngx_uint_t fixed_priority;
  ngx_http_complex_value_t* priority;  ///< where it has variables; null: fixed_priority holds
  time_t expire;                       ///< seconds after its end that a job is kept; 0: for ever
  ngx_flag_t keep_input;
  ngx_flag_t dedupe;
  ngx_flag_t abort;
  time_t wait_max;              ///< seconds that an answer is held at the most
  ngx_open_file_t* log;         ///< docket_log; null: off
  SettingsFile* settings_file;  ///< null: none
  ngx_http_complex_value_t* result_url;
  ngx_str_t default_result_url;     ///< the server's only docket_result prefix
  TokenFile* tokens;                ///< null: none
  ngx_http_complex_value_t* owner;  ///< null: docket_tokens, or clients are not distinguished
  http::CorsPolicy* cors;           ///< null: off
  ngx_uint_t anyone;                ///< docket_tasks anyone, docket_events anyone, docket_settings anyone
  ngx_uint_t live;                  ///< docket_health live
  CallbackConf callbacks;
  CommandConf command;
  UpstreamConf upstream;
  PageConf* page;  ///< null: no docket_page
};

inline MainConf* main_conf(ngx_http_request_t* r) noexcept {
  return static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_docket_module));
}

inline LocationConf* location_conf(ngx_http_request_t* r) noexcept {
  return static_cast<LocationConf*>(ngx_http_get_module_loc_conf(r, ngx_http_docket_module));
}

/// What is wrong with docket_defaults for this location: a `return` that is not made here, an `expire` beyond
/// docket_expire. nginx/directives/defaults_directive.cpp.
Result<void> check_defaults(const LocationConf& location);

/// Whether the settings file of a location goes with it, and is there where docket_settings needs one; else says why.
/// The file knows the location from then on. nginx/directives/settings_directives.cpp.
bool check_settings(ngx_conf_t* cf, const LocationConf& location);

/// Whether the models that a location recognises text with are among the installed languages.
bool has_models(std::span<const std::string> installed, const LocationConf& location);

/// Whether the handler takes requests that become jobs.
constexpr bool makes_jobs(Handler handler) noexcept {
  return handler == Handler::upload || handler == Handler::command || handler == Handler::pass;
}

/// The content handler of a location; null for Handler::none.
ngx_http_handler_pt function_of(Handler handler) noexcept;

/// What is wrong with `path`, which ends in a zero, as docket-engine's; null: nothing that can be seen from here.
const char* engine_problem(const ngx_str_t& path) noexcept;

/// Finds docket-launch where there are commands, and docket-engine unless commands are all there is; false after saying
/// what is missing. To be called when all locations are merged; there is a store.
bool find_programs(ngx_conf_t* cf, MainConf& main) noexcept;

/// Whether the store, where there is one, can be used by the user that the cycle's workers will run as; else says why.
/// Makes nothing. To be called when the core module's configuration is complete.
bool check_owner(ngx_cycle_t* cycle, const MainConf& conf) noexcept;

/// Finds the thread pools of docket_threads where there is a store; false after saying which line is missing. When all
/// of the configuration is read: pools may be made below http, too.
bool find_pools(ngx_cycle_t* cycle, MainConf& conf) noexcept;

extern ngx_command_t commands[];          ///< nginx/directives/directives.cpp
extern ngx_http_module_t module_context;  ///< nginx/conf/conf.cpp

}  // namespace docket::ngx
