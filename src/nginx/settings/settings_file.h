// A file of docket_settings_file, read again when it changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reread_file.h"
#include "nginx/conf/conf.h"
#include "nginx/core/ngx.h"
#include "settings/settings.h"
#include "settings/versioned_file.h"

namespace docket::ngx {

/// Made while the configuration is read, by the master; lives in the configuration's pool. From the fork on each worker
/// has its own, on its event loop; check() may be called on any thread.
class SettingsFile {
 public:
  /// `languages` are the installed ones. Reads nothing.
  SettingsFile(std::string path, std::vector<std::string> languages);
  SettingsFile(const SettingsFile&) = delete;
  SettingsFile& operator=(const SettingsFile&) = delete;
  ~SettingsFile() = default;

  /// Reads the file; true if what it says is in force now. A file that is not there says nothing. Otherwise what was in
  /// force remains, and problem() says why.
  bool read();

  /// What is in force: looks whether the file has changed, and reads it when it has come to rest. Never null.
  const std::shared_ptr<const settings::Settings>& in_force(ngx_log_t* log);

  /// The same, but reads the file in any case.
  void read_again(ngx_log_t* log);

  /// What is wrong with the file as it was read last; empty: it is in force.
  [[nodiscard]] const settings::Mistakes& problem() const noexcept { return problem_; }

  /// A text's settings, or what is wrong with it, for the locations that use the file, too.
  [[nodiscard]] tl::expected<settings::Settings, settings::Mistakes> check(std::string_view text) const;

  /// Notes a location that makes jobs by this file's settings; what is wrong with them there. The configuration keeps
  /// the location for as long as this.
  std::optional<settings::Mistake> add(const LocationConf& location);

  [[nodiscard]] const settings::VersionedFile& file() const noexcept { return file_; }
  [[nodiscard]] settings::Installed installed() const noexcept { return {.languages = languages_}; }
  /// The file's name without its folder, for those who are not to know where that is.
  [[nodiscard]] std::string_view name() const noexcept;

 private:
  [[nodiscard]] std::optional<settings::Mistake> check(const LocationConf& location,
                                                       const std::shared_ptr<const settings::Settings>& settings) const;

  settings::VersionedFile file_;
  RereadFile reread_;
  std::vector<std::string> languages_;
  std::vector<const LocationConf*> locations_;
  std::shared_ptr<const settings::Settings> in_force_;
  settings::Mistakes problem_;
};

/// The location's values with its settings over them: `*location_conf(r)`, or an object in the request's pool. Null
/// when memory is short.
const LocationConf* effective_conf(ngx_http_request_t* r);

/// Has all files looked at, so that a worker without requests does not miss when they came to rest.
void look_at_settings(const MainConf& conf, ngx_log_t* log) noexcept;

/// "FILE:LINE:COLUMN: PATH: MESSAGE", without what is not there.
std::string text_of(std::string_view file, const settings::Mistake& mistake);

}  // namespace docket::ngx
