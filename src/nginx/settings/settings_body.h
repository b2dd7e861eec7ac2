// What docket_settings answers, as JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nginx/settings/settings_file.h"

namespace docket::ngx {

/// The entity tag of a text, with its quotes.
std::string etag_of(std::string_view text);

/// Appends `{"text", "etag", "effective", "problem"}`. `text` is the file's; nothing: it cannot be read. `effective` is
/// what holds where nothing else is said than for `location`, with `settings` in force.
void append_settings(std::string& out, const LocationConf& location, const SettingsFile& file,
                     const std::shared_ptr<const settings::Settings>& settings,
                     const std::optional<std::string_view>& text, const settings::Mistakes& problem);

/// Appends `{"line", "column", "path", "message"}`.
void append_mistake(std::string& out, const settings::Mistake& mistake);
/// The same without its braces.
void append_members(std::string& out, const settings::Mistake& mistake);

/// Appends the problem of a text with mistakes, whose `errors` has all.
void append_mistakes(std::string& out, const settings::Mistakes& mistakes);

/// Appends `{"versions": [{"version", "by", "at", "etag", "current"}, …], "count"}`.
void append_versions(std::string& out, std::span<const settings::Version> versions);

}  // namespace docket::ngx
