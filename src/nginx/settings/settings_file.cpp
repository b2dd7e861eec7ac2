#include "nginx/settings/settings_file.h"

#include <algorithm>
#include <span>
#include <utility>

#include "job/options.h"
#include "nginx/conf/values.h"
#include "nginx/core/exception.h"

namespace docket::ngx {
namespace {

using settings::Mistake;
using settings::Mistakes;
using settings::Settings;

/// Where a text says one of these, else its begin.
Mistake at_setting(const Settings& settings, std::initializer_list<std::string_view> names, std::string message) {
  const auto table = value_table();
  for (const auto name : names) {
    const auto row = std::ranges::find(table, name, &settings::Setting::name) - table.begin();
    if (const auto& entry = settings.entries[static_cast<std::size_t>(row)]) {
      return {.at = entry->at, .path = std::string(name), .message = std::move(message)};
    }
  }
  return {.at = {}, .path = {}, .message = std::move(message)};
}

std::string place_of(const LocationConf& location) {
  return std::string(view(location.directive)) + " in " + reinterpret_cast<const char*>(location.file) + ":" +
         std::to_string(location.line);
}

}  // namespace

SettingsFile::SettingsFile(std::string path, std::vector<std::string> languages)
    : file_(path),
      reread_(std::move(path), settings::VersionedFile::max_size, RereadFile::Replaced::whole),
      languages_(std::move(languages)) {
  auto none = std::make_shared<Settings>();
  none->entries.resize(value_table().size());
  in_force_ = std::move(none);
}

std::string_view SettingsFile::name() const noexcept {
  const std::string_view path = file_.path();
  return path.substr(path.rfind('/') + 1);
}

bool SettingsFile::read() {
  auto text = reread_.read();
  if (!text && !reread_.exists()) {
    text = std::string();
  }
  if (!text) {
    problem_ = {{.at = {}, .path = {}, .message = text.error().detail}};
    return false;
  }
  auto checked = check(*text);
  if (!checked) {
    problem_ = std::move(checked.error());
    return false;
  }
  in_force_ = std::make_shared<const Settings>(std::move(*checked));
  problem_.clear();
  return true;
}

void SettingsFile::read_again(ngx_log_t* log) {
  if (read()) {
    ngx_log_error(NGX_LOG_NOTICE, log, 0, "docket: the settings in \"%s\" were read again", file_.path().c_str());
    return;
  }
  ngx_log_error(NGX_LOG_ERR, log, 0, "docket: the settings in \"%s\" have changed and are wrong, those before hold: %s",
                file_.path().c_str(), text_of(name(), problem_.front()).c_str());
}

const std::shared_ptr<const Settings>& SettingsFile::in_force(ngx_log_t* log) {
  if (reread_.is_due()) {
    read_again(log);
  }
  return in_force_;
}

tl::expected<Settings, Mistakes> SettingsFile::check(std::string_view text) const {
  auto read = settings::read_settings(text, value_table(), installed());
  if (!read) {
    return read;
  }
  // The locations are only looked at, so that this thread need not be the event loop's.
  const auto candidate = std::make_shared<const Settings>(*read);
  Mistakes mistakes;
  for (const auto* location : locations_) {
    if (auto wrong = check(*location, candidate)) {
      mistakes.push_back(std::move(*wrong));
    }
  }
  if (!mistakes.empty()) {
    return tl::unexpected(std::move(mistakes));
  }
  return read;
}

/// What the directives of a location find wrong with their own values is found in settings, too.
std::optional<Mistake> SettingsFile::check(const LocationConf& location,
                                           const std::shared_ptr<const Settings>& settings) const {
  if (location.handler != Handler::upload) {
    return std::nullopt;
  }
  const EffectiveConf effective(location, settings);
  if (const auto fits = check_defaults(effective.conf); !fits) {
    return at_setting(*settings, {"formats", "expire"},
                      "docket_defaults does not go with it for " + place_of(location) + ": " + fits.error().detail);
  }
  if (effective.conf.ocr != static_cast<ngx_uint_t>(OcrMode::off) && !has_models(languages_, effective.conf)) {
    return at_setting(*settings, {"ocr", "languages"},
                      "no tessdata of \"" + std::string(view(effective.conf.languages)) + "\" is installed for " +
                          place_of(location));
  }
  return std::nullopt;
}

std::optional<Mistake> SettingsFile::add(const LocationConf& location) {
  locations_.push_back(&location);
  return check(location, in_force_);
}

const LocationConf* effective_conf(ngx_http_request_t* r) {
  const LocationConf* location = location_conf(r);
  if (location->settings_file == nullptr) {
    return location;
  }
  const auto* effective =
      make_in_pool<EffectiveConf>(r->pool, *location, location->settings_file->in_force(r->connection->log));
  return effective != nullptr ? &effective->conf : nullptr;
}

void look_at_settings(const MainConf& conf, ngx_log_t* log) noexcept {
  for (auto* file : std::span(static_cast<SettingsFile**>(conf.settings_files->elts), conf.settings_files->nelts)) {
    guard(log, "the look at the settings", [&] { static_cast<void>(file->in_force(log)); });
  }
}

std::string text_of(std::string_view file, const Mistake& mistake) {
  std::string text(file);
  text += ":" + std::to_string(mistake.at.line) + ":" + std::to_string(mistake.at.column) + ": ";
  return text + (mistake.path.empty() ? "" : mistake.path + ": ") + mistake.message;
}

}  // namespace docket::ngx
