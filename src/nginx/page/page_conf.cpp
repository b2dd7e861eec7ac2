#include "nginx/conf/page_conf.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "document/tessdata.h"
#include "http/page/page_body.h"
#include "http/page/relative_reference.h"
#include "nginx/conf/conf.h"
#include "nginx/conf/values.h"
#include "nginx/core/exception.h"
#include "nginx/settings/settings_file.h"

namespace docket::ngx {
namespace {

/// Seconds between the comments of a stream without events (nginx/events/event_stream.cpp).
constexpr std::uint32_t comment_seconds = 15;

std::vector<const ServedLocation*> find_all(const PageConf& page, std::initializer_list<std::string_view> directives) {
  std::vector<const ServedLocation*> found;
  const auto* locations = static_cast<const ServedLocation*>(page.locations->elts);
  for (ngx_uint_t i = 0; i < page.locations->nelts; ++i) {
    const auto directive = view(locations[i].location->directive);
    // Where its path ends in /status, docket_tasks only counts.
    const bool counts = directive == "docket_tasks" && view(locations[i].core->name).ends_with("/status");
    if (!counts && std::ranges::find(directives, directive) != directives.end()) {
      found.push_back(&locations[i]);
    }
  }
  return found;
}

/// Looks for locations of a server and says what is wrong with the page's directive.
class Finder {
 public:
  Finder(ngx_conf_t* cf, const PageConf& page) : log_(cf->log), page_(page) {}

  /// The location of this name that has one of the directives; null after saying that there is none.
  const ServedLocation* named(std::string_view argument, std::initializer_list<std::string_view> directives,
                              const ngx_str_t& name) {
    for (const auto* one : find_all(page_, directives)) {
      if (view(one->core->name) == view(name)) {
        return one;
      }
    }
    say(std::string(argument) + "=" + std::string(view(name)) + " names no location of this server with \"" +
        std::string(*directives.begin()) + "\"");
    return nullptr;
  }

  /// The only one, or the one that is named. Null: there is none, which is said where one is `needed`, or failed()
  const ServedLocation* find(std::string_view argument, std::initializer_list<std::string_view> directives,
                             const ngx_str_t& name, bool needed) {
    if (name.data != nullptr && (needed || name.len != 0)) {
      return named(argument, directives, name);
    }
    const auto found = name.data != nullptr ? std::vector<const ServedLocation*>() : find_all(page_, directives);
    if (found.size() == 1 || (found.empty() && !needed)) {
      return found.empty() ? nullptr : found.front();
    }
    std::string what = found.empty()
                           ? "needs a location with \"" + std::string(*directives.begin()) + "\" in its server"
                           : "is in a server with several locations for it, of which one has to be named:";
    for (const auto* one : found) {
      what += " " + std::string(argument) + "=" + std::string(view(one->core->name));
    }
    say(what);
    return nullptr;
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  void say(const std::string& what) {
    failed_ = true;
    ngx_log_error(NGX_LOG_EMERG, log_, 0, "\"docket_page\" %s in %s:%ui", what.c_str(), page_.location->file,
                  page_.location->line);
  }

  ngx_log_t* log_;
  const PageConf& page_;
  bool failed_ = false;
};

/// As the location's settings file, where it has one, has it now.
http::PageUpload describe(const PageConf& page, const ServedLocation& one, ngx_log_t* log) {
  auto* file = one.location->settings_file;
  std::optional<EffectiveConf> effective;
  if (file != nullptr) {
    effective.emplace(*one.location, file->in_force(log));
  }
  const LocationConf& location = effective ? effective->conf : *one.location;
  http::PageUpload upload;
  upload.url = http::relative_reference(view(page.path), view(one.core->name));
  upload.is_command = location.handler == Handler::command;
  upload.options.bits = static_cast<std::uint32_t>(location.allowed_options);
  upload.formats.bits = static_cast<std::uint32_t>(location.formats);
  upload.languages = view(location.languages);
  upload.ocr = static_cast<OcrMode>(location.ocr);
  upload.types = static_cast<std::uint32_t>(location.taken_types);
  upload.max_size = static_cast<std::uint64_t>(one.core->client_max_body_size);
  upload.max_files = location.max_files;
  upload.access = location.owner != nullptr    ? http::PageAccess::owner
                  : location.tokens != nullptr ? http::PageAccess::token
                                               : http::PageAccess::nobody;
  return upload;
}

bool check_page(ngx_conf_t* cf, const MainConf& main, PageConf& page) {
  Finder finder(cf, page);
  http::PageFacts facts;
  std::vector<const ServedLocation*> uploads;
  const auto* names = static_cast<const ngx_str_t*>(page.uploads->elts);
  for (ngx_uint_t i = 0; i < page.uploads->nelts; ++i) {
    uploads.push_back(finder.named("upload", {"docket_upload", "docket_command"}, names[i]));
  }
  if (uploads.empty()) {
    uploads.push_back(finder.find("upload", {"docket_upload", "docket_command"}, ngx_str_t{}, true));
  }
  const auto address = [&](std::string_view argument, std::string_view directive, const ngx_str_t& name, bool needed) {
    const auto* found = finder.failed() ? nullptr : finder.find(argument, {directive}, name, needed);
    return found != nullptr ? http::relative_reference(view(page.path), view(found->core->name)) : std::string();
  };
  facts.result = address("result", "docket_result", page.result, true);
  facts.tasks = address("tasks", "docket_tasks", page.tasks, true);
  facts.events = address("events", "docket_events", page.events, false);
  facts.settings = address("settings", "docket_settings", page.settings, false);
  if (finder.failed()) {
    return false;
  }
  page.found = ngx_array_create(cf->pool, uploads.size(), sizeof(ServedLocation));
  for (const auto* one : uploads) {
    auto* place = page.found != nullptr ? static_cast<ServedLocation*>(ngx_array_push(page.found)) : nullptr;
    if (place == nullptr) {
      return false;
    }
    *place = *one;
  }
  facts.title = view(page.title);
  facts.languages = installed_languages(std::string(view(main.tessdata)));
  facts.comment_seconds = comment_seconds;
  page.facts = make_in_pool<http::PageFacts>(cf->pool, std::move(facts));
  return page.facts != nullptr;
}

}  // namespace

void append_facts(std::string& out, const PageConf& page, ngx_log_t* log) {
  http::PageFacts facts = *page.facts;
  const auto* found = static_cast<const ServedLocation*>(page.found->elts);
  for (ngx_uint_t i = 0; i < page.found->nelts; ++i) {
    facts.uploads.push_back(describe(page, found[i], log));
  }
  http::append_page_facts(out, facts);
}

bool check_pages(ngx_conf_t* cf, MainConf& main) noexcept try {
  auto** pages = static_cast<PageConf**>(main.pages->elts);
  for (ngx_uint_t i = 0; i < main.pages->nelts; ++i) {
    if (!check_page(cf, main, *pages[i])) {
      return false;
    }
  }
  return true;
} catch (...) {
  log_exception(cf->log, "docket_page");
  return false;
}

}  // namespace docket::ngx
