#include "nginx/conf/values.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "document/format.h"
#include "document/media_type.h"
#include "document/tessdata.h"
#include "http/form/option.h"
#include "job/options.h"
#include "nginx/core/exception.h"
#include "nginx/directives/directive.h"
#include "nginx/directives/setters.h"

namespace docket::ngx {
namespace {

using settings::Kind;
using settings::Scope;
using settings::Setting;
using settings::Value;

// ---- Names.

using Words = std::span<const std::string_view>;

Words format_names() {
  static const auto names = [] {
    std::array<std::string_view, all_formats.size()> made;
    std::ranges::transform(all_formats, made.begin(), &FormatInfo::name);
    return made;
  }();
  return names;
}

Words type_names() {
  static const auto names = [] {
    std::array<std::string_view, all_media_types.size()> made;
    std::ranges::transform(all_media_types, made.begin(), &MediaTypeInfo::name);
    made[static_cast<std::size_t>(MediaType::unknown)] = {};
    return made;
  }();
  return names;
}

Words options_to_allow() {
  static const auto names = [] {
    auto made = http::option_names;
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (!http::options_to_allow().has(static_cast<http::Option>(i))) {
        made[i] = {};
      }
    }
    return made;
  }();
  return names;
}

Words ocr_modes() {
  static const std::array names{to_string(OcrMode::automatic), to_string(OcrMode::force), to_string(OcrMode::off)};
  return names;
}

// ---- Where a value is kept.

struct Slot {
  void (*put)(LocationConf& conf, const Value& value) noexcept;
  Value (*get)(const LocationConf& conf);
};

/// The member that a path of members leads to: at<&LocationConf::command, &CommandConf::log_size>(conf).
template <auto... path>
auto& at(auto& conf) noexcept {
  return (conf.*....*path);
}

template <auto... path>
constexpr Slot slot() noexcept {
  using Member = std::remove_cvref_t<decltype(at<path...>(std::declval<LocationConf&>()))>;
  if constexpr (std::is_same_v<Member, ngx_str_t>) {
    return {[](LocationConf& conf, const Value& value) noexcept { at<path...>(conf) = str(value.text); },
            [](const LocationConf& conf) { return Value{.text = std::string(view(at<path...>(conf)))}; }};
  } else {
    return {
        [](LocationConf& conf, const Value& value) noexcept { at<path...>(conf) = static_cast<Member>(value.number); },
        [](const LocationConf& conf) {
          return Value{.number = static_cast<std::uint64_t>(at<path...>(conf)), .text = {}};
        }};
  }
}

// ---- The table.

struct Row {
  Setting setting;
  std::uint64_t usual;  ///< what is not said; of a list `usual_text`
  Slot slot;
  std::string_view usual_text = {};
};

constexpr std::uint64_t kb = 1024;
constexpr std::uint64_t mb = 1024 * kb;
constexpr std::uint64_t gb = 1024 * mb;
constexpr std::uint64_t day_s = 86'400;
constexpr std::uint64_t every_type = ((std::uint64_t{1} << all_media_types.size()) - 1) & ~std::uint64_t{1};
constexpr Limits limits;

constexpr std::array rows{
    Row{{.name = "formats", .kind = Kind::words, .names = format_names, .what = "known formats are"},
        default_formats().bits,
        slot<&LocationConf::formats>()},
    Row{{.name = "languages",
         .kind = Kind::list,
         .what = "no such tessdata is installed (Debian: tesseract-ocr-LANGUAGE)"},
        0,
        slot<&LocationConf::languages>(),
        "eng"},
    Row{{.name = "ocr", .kind = Kind::word, .names = ocr_modes}, 0, slot<&LocationConf::ocr>()},
    Row{{.name = "dpi", .low = 70, .high = 1200, .part_of = "ocr"}, 300, slot<&LocationConf::dpi>()},
    Row{{.name = "types", .kind = Kind::words, .names = type_names, .what = "known types are"},
        every_type,
        slot<&LocationConf::types>()},
    Row{{.name = "options",
         .kind = Kind::words,
         .names = options_to_allow,
         .none = "none",
         .what = "options that can be allowed are"},
        http::default_options().bits,
        slot<&LocationConf::options>()},
    Row{{.name = "max_files", .low = 1, .high = 1000}, 32, slot<&LocationConf::max_files>()},
    Row{{.name = "max_pages", .low = 1, .high = 100'000}, limits.max_pages, slot<&LocationConf::max_pages>()},
    Row{{.name = "max_pixels", .kind = Kind::size, .low = 10'000, .high = 4'000'000'000},
        limits.max_pixels,
        slot<&LocationConf::max_pixels>()},
    Row{{.name = "max_fields", .kind = Kind::size, .high = 16 * mb}, 64 * kb, slot<&LocationConf::max_fields>()},
    Row{{.name = "memory_limit", .kind = Kind::size, .low = 64 * mb},
        limits.memory,
        slot<&LocationConf::memory_limit>()},
    Row{{.name = "cpu_limit", .kind = Kind::seconds, .low = 1, .high = day_s},
        limits.cpu_seconds,
        slot<&LocationConf::cpu_limit>()},
    Row{{.name = "unit_timeout", .kind = Kind::milliseconds, .low = 1000, .high = day_s * 1000},
        limits.unit_ms,
        slot<&LocationConf::unit_timeout>()},
    Row{{.name = "attempts", .low = 1, .high = 100}, limits.attempts, slot<&LocationConf::attempts>()},
    Row{{.name = "priority", .high = 9, .what = "expected a number from 0 (first) to 9 (last)"},
        5,
        slot<&LocationConf::fixed_priority>()},
    Row{{.name = "expire", .kind = Kind::seconds, .low = 1, .none = "never"}, 7 * day_s, slot<&LocationConf::expire>()},
    Row{{.name = "keep_input", .kind = Kind::flag}, 1, slot<&LocationConf::keep_input>()},
    Row{{.name = "dedupe", .kind = Kind::flag}, 0, slot<&LocationConf::dedupe>()},
    Row{{.name = "abort", .kind = Kind::flag}, 0, slot<&LocationConf::abort>()},
    Row{{.name = "command_log", .kind = Kind::size, .low = 4 * kb, .high = gb},
        mb,
        slot<&LocationConf::command, &CommandConf::log_size>()},
    Row{{.name = "command_output", .kind = Kind::size, .low = 4 * kb},
        gb,
        slot<&LocationConf::command, &CommandConf::output_size>()},
    Row{{.name = "pass_response", .kind = Kind::size, .low = 4 * kb},
        4 * gb,
        slot<&LocationConf::upstream, &UpstreamConf::response_size>()},
    // What answers to later requests depend on, and who may be reached: the configuration's alone.
    Row{{.name = "wait_max", .kind = Kind::seconds, .scope = Scope::configuration, .high = day_s},
        50,
        slot<&LocationConf::wait_max>()},
    Row{{.name = "callback_from_client", .kind = Kind::flag, .scope = Scope::configuration},
        0,
        slot<&LocationConf::callbacks, &CallbackConf::from_client>()},
};
static_assert(rows.size() <= 64, "LocationConf::said has a bit for each");

constexpr auto table = [] {
  std::array<Setting, rows.size()> made;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    made[i] = rows[i].setting;
  }
  return made;
}();

/// rows.size() where there is none.
constexpr std::size_t index_of(std::string_view name) noexcept {
  std::size_t index = 0;
  while (index < rows.size() && rows[index].setting.name != name) {
    ++index;
  }
  return index;
}

constexpr std::size_t options_row = index_of("options");
constexpr std::size_t types_row = index_of("types");
constexpr std::size_t priority_row = index_of("priority");
static_assert(options_row < rows.size() && types_row < rows.size() && priority_row < rows.size());

constexpr std::uint64_t bit(std::size_t index) noexcept {
  return std::uint64_t{1} << index;
}

void put_usual(LocationConf& conf, const Row& row) noexcept {
  if (row.setting.kind == Kind::list) {
    conf.languages = str(row.usual_text);
  } else {
    row.slot.put(conf, Value{.number = row.usual, .text = {}});
  }
}

/// Reads the words of one value, and says what is wrong with them.
bool take(ngx_conf_t* cf, LocationConf& location, std::size_t index, std::span<const ngx_str_t> given) {
  const auto* main = static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_docket_module));
  const auto languages = rows[index].setting.kind == Kind::list ? installed_languages(std::string(view(main->tessdata)))
                                                                : std::vector<std::string>();
  std::vector<std::string_view> words;
  std::ranges::transform(given, std::back_inserter(words), view);
  auto value = settings::parse(rows[index].setting, words, {.languages = languages});
  if (!value) {
    const auto& row = rows[index].setting;
    const auto of_part = row.part_of.empty() ? std::string() : std::string(row.name) + ": ";
    refuse(cf, given[value.error().index], (of_part + value.error().expected).c_str());
    return false;
  }
  const auto text = copy(cf->pool, value->text);
  if (text.data == nullptr) {
    return false;
  }
  if (rows[index].setting.kind == Kind::list) {
    location.languages = text;
  } else {
    rows[index].slot.put(location, *value);
  }
  location.said |= bit(index);
  return true;
}

}  // namespace

std::span<const Setting> value_table() noexcept {
  return table;
}

bool is_said(const LocationConf& conf, std::string_view name) noexcept {
  return is_said(conf, index_of(name));
}

void put_value(LocationConf& conf, std::size_t index, const Value& value) noexcept {
  rows[index].slot.put(conf, value);
}

Value value_of(const LocationConf& conf, std::size_t index) {
  return rows[index].slot.get(conf);
}

void merge_values(LocationConf& conf, const LocationConf& previous) noexcept {
  const auto own = conf.said;
  if ((own & bit(priority_row)) == 0) {
    conf.priority = previous.priority;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((own & bit(i)) != 0) {
      continue;
    }
    // What one directive says is inherited together.
    const auto whole = rows[i].setting.part_of.empty() ? rows.size() : index_of(rows[i].setting.part_of);
    const bool is_replaced = whole < rows.size() && (own & bit(whole)) != 0;
    if (is_replaced || !is_said(previous, i)) {
      put_usual(conf, rows[i]);
    } else if (rows[i].setting.kind == Kind::list) {
      conf.languages = previous.languages;
      conf.said |= bit(i);
    } else {
      rows[i].slot.put(conf, rows[i].slot.get(previous));
      conf.said |= bit(i);
    }
  }
}

/// Other work than documents has fields and files of any kind, and no options of documents.
void finish_values(LocationConf& conf) noexcept {
  const bool is_other_work = conf.handler == Handler::command || conf.handler == Handler::pass;
  conf.allowed_options = is_other_work && !is_said(conf, options_row) ? 0 : conf.options;
  conf.taken_types = is_other_work && !is_said(conf, types_row) ? every_type | 1 : conf.types;
}

EffectiveConf::EffectiveConf(const LocationConf& location, std::shared_ptr<const settings::Settings> of_file)
    : settings(std::move(of_file)), conf(location) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (const auto& entry = settings->entries[i]) {
      rows[i].slot.put(conf, entry->value);
      conf.said |= bit(i);
    }
  }
  if (settings->entries[priority_row]) {
    conf.priority = nullptr;
  }
  conf.command.settings = str(settings->command);
  finish_values(conf);
}

char* set_value(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept try {
  auto& location = *static_cast<LocationConf*>(conf);
  const auto name = view(arguments(cf).front()).substr(std::string_view("docket_").size());
  const auto index = index_of(name);
  if (is_said(location, index)) {
    return duplicate;
  }
  const auto given = arguments(cf).subspan(1);
  const bool has_parts = std::ranges::any_of(table, [&](const Setting& row) { return row.part_of == name; });
  if (!take(cf, location, index, has_parts ? given.first(1) : given)) {
    return conf_error;
  }
  for (const auto& word : has_parts ? given.subspan(1) : std::span<const ngx_str_t>()) {
    const auto part = std::ranges::find_if(
        table, [&](const Setting& row) { return row.part_of == name && after(word, row.name).has_value(); });
    if (part == table.end()) {
      std::string parts;
      for (const auto& row : table) {
        parts += row.part_of == name ? " " + std::string(row.name) + "=N" : "";
      }
      return refuse(cf, word, ("expected" + parts).c_str());
    }
    const auto value = *after(word, part->name);
    if (!take(cf, location, static_cast<std::size_t>(part - table.begin()), {&value, 1})) {
      return conf_error;
    }
  }
  return conf_ok;
} catch (...) {
  return refuse_exception(cf);
}

/// A number is a value like the others; what variables make is known at each request.
char* set_priority(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
  auto& location = *static_cast<LocationConf*>(conf);
  const auto& value = arguments(cf)[1];
  if (view(value).find('$') == std::string_view::npos) {
    return set_value(cf, command, conf);
  }
  if (is_said(location, priority_row)) {
    return duplicate;
  }
  location.priority = static_cast<ngx_http_complex_value_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
  if (location.priority == nullptr || !compile(cf, value, location.priority)) {
    return conf_error;
  }
  location.fixed_priority = rows[priority_row].usual;
  location.said |= bit(priority_row);
  return conf_ok;
}

}  // namespace docket::ngx
