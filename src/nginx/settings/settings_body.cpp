#include "nginx/settings/settings_body.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "http/body/problem.h"
#include "http/body/status_body.h"
#include "nginx/conf/values.h"
#include "settings/json.h"

namespace docket::ngx {
namespace {

std::string quoted(std::string_view sum) {
  return "\"" + std::string(sum) + "\"";
}

void append_string_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_effective(std::string& out, const LocationConf& location, const SettingsFile& file,
                      const std::shared_ptr<const settings::Settings>& settings) {
  const EffectiveConf effective(location, settings);
  const auto table = value_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].scope != settings::Scope::settings) {
      continue;
    }
    append_json_string(out, table[i].name);
    out += R"(:{"value":)";
    if (table[i].name == "priority" && effective.conf.priority != nullptr) {
      append_json_string(out, view(effective.conf.priority->value));  // with its variables
    } else {
      append_value(out, table[i], value_of(effective.conf, i));
    }
    out += R"(,"from":)";
    out += settings->entries[i] ? R"("settings")" : is_said(location, i) ? R"("configuration")" : R"("default")";
    out += R"(,"allowed":)";
    append_allowed(out, table[i], file.installed());
    out += "},";
  }
  out += R"("command":{"value":)";
  out += settings->command.empty() ? "{}" : settings->command;
  out += R"(,"from":)";
  out += settings->command.empty() ? R"("default")" : R"("settings")";
  out += R"(,"allowed":null})";
}

}  // namespace

std::string etag_of(std::string_view text) {
  return quoted(settings::text_sum(text));
}

void append_settings(std::string& out, const LocationConf& location, const SettingsFile& file,
                     const std::shared_ptr<const settings::Settings>& settings,
                     const std::optional<std::string_view>& text, const settings::Mistakes& problem) {
  out += R"({"text":)";
  if (text) {
    append_json_string(out, *text);
    out += R"(,"etag":)";
    append_json_string(out, etag_of(*text));
  } else {
    out += R"(null,"etag":null)";
  }
  out += R"(,"effective":{)";
  append_effective(out, location, file, settings);
  out += R"(},"problem":)";
  if (problem.empty()) {
    out += "null";
  } else {
    append_mistake(out, problem.front());
  }
  out += '}';
}

void append_mistake(std::string& out, const settings::Mistake& mistake) {
  out += '{';
  append_members(out, mistake);
  out += '}';
}

void append_members(std::string& out, const settings::Mistake& mistake) {
  out += R"("line":)";
  append_json_number(out, mistake.at.line);
  out += R"(,"column":)";
  append_json_number(out, mistake.at.column);
  out += R"(,"path":)";
  append_json_string(out, mistake.path);
  out += R"(,"message":)";
  append_json_string(out, mistake.message);
}

void append_mistakes(std::string& out, const settings::Mistakes& mistakes) {
  http::append_problem(out,
                       Error{ErrorCode::bad_settings, "The settings have " + counted(mistakes.size(), "mistake") +
                                                          "; the first: " + text_of("line", mistakes.front()) + "."});
  out.pop_back();
  out += R"(,"errors":[)";
  for (std::size_t i = 0; i < mistakes.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_mistake(out, mistakes[i]);
  }
  out += "]}";
}

void append_versions(std::string& out, std::span<const settings::Version> versions) {
  out += R"({"versions":[)";
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto& version = versions[i];
    out += i == 0 ? R"({"version":)" : R"(,{"version":)";
    out += version.number == 0 ? "null" : std::to_string(version.number);
    out += R"(,"by":)";
    append_string_or_null(out, version.by);
    out += R"(,"at":")";
    http::append_time(out, version.at_ms);
    out += R"(","etag":)";
    append_json_string(out, quoted(version.sum));
    out += version.current ? R"(,"current":true})" : R"(,"current":false})";
  }
  out += R"(],"count":)";
  append_json_number(out, versions.size());
  out += '}';
}

}  // namespace docket::ngx
