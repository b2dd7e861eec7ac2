#include "http/form/wait.h"

#include <algorithm>
#include <limits>
#include <string>

#include "http/field/text.h"
#include "http/form/submit_options.h"

namespace docket::http {
namespace {

std::uint32_t bounded(std::uint64_t seconds, std::uint32_t longest) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, longest));
}

/// The number of seconds that `value` is, such as "30" or "5.0", rounded up; an empty one is none.
Result<std::optional<std::uint64_t>> seconds_of(std::string_view value) {
  if (value.empty()) {
    return std::nullopt;
  }
  const auto point = std::min(value.find('.'), value.size());
  const auto whole = parse_number(value.substr(0, point));
  const auto fraction = value.substr(std::min(point + 1, value.size()));
  if (!whole || fraction.find_first_not_of("0123456789") != std::string_view::npos) {
    return bad_value(Option::wait, value, "it has to be a number of seconds");
  }
  const bool is_more = fraction.find_first_not_of('0') != std::string_view::npos;
  return *whole + (is_more && *whole != std::numeric_limits<std::uint64_t>::max() ? 1 : 0);
}

/// An option that is true or false; an empty one is false.
Result<bool> boolean_of(const RawOptions& options, Option option) {
  const auto& text = options[option];
  const auto value = text.empty() ? std::optional(false) : parse_boolean(text);
  if (!value) {
    return bad_value(option, text, "it has to be true or false");
  }
  return *value;
}

}  // namespace

bool prefers_async(std::string_view prefer) {
  bool found = false;
  each_item(prefer, ",", [&](std::string_view preference) {
    found = equal_ignoring_case(trim(preference.substr(0, preference.find(';'))), "respond-async");
    return !found;
  });
  return found;
}

std::optional<std::uint32_t> preferred_wait(std::string_view prefer) {
  std::optional<std::uint32_t> wait;
  each_item(prefer, ",", [&](std::string_view preference) {
    preference = trim(preference.substr(0, preference.find(';')));  // parameters: none of `wait` is known
    const auto equals = preference.find('=');
    if (!equal_ignoring_case(trim(preference.substr(0, equals)), "wait")) {
      return true;
    }
    auto value = equals == std::string_view::npos ? std::string_view() : trim(preference.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (const auto seconds = parse_number(value)) {
      wait = bounded(*seconds, std::numeric_limits<std::uint32_t>::max());
    }
    return false;  // the first of a name counts
  });
  return wait;
}

Result<Waiting> waiting_of(const Query& query, std::string_view prefer, std::uint32_t longest) {
  const auto asked = seconds_of(query.find(to_string(Option::wait)).value_or(std::string()));
  if (!asked) {
    return pass_on(asked);
  }
  if (*asked) {
    return Waiting{.seconds = bounded(**asked, longest)};
  }
  const auto preferred = preferred_wait(prefer);
  return Waiting{.seconds = bounded(preferred.value_or(0), longest), .preferred = preferred.has_value()};
}

Result<bool> wants_raw(const Query& query) {
  RawOptions options;
  options[Option::raw] = query.find(to_string(Option::raw)).value_or(std::string());
  return boolean_of(options, Option::raw);
}

Result<Waiting> waiting_of(const RawOptions& options, std::string_view prefer, FormatSet formats,
                           std::uint32_t longest) {
  const auto wait = seconds_of(options[Option::wait]);
  if (!wait) {
    return pass_on(wait);
  }
  const auto sync = boolean_of(options, Option::sync);
  const auto raw = boolean_of(options, Option::raw);
  const auto dry_run = boolean_of(options, Option::dry_run);
  for (const auto* flag : {&sync, &raw, &dry_run}) {
    if (!*flag) {
      return pass_on(*flag);
    }
  }
  Waiting waiting;
  waiting.raw = *raw;
  waiting.dry_run = *dry_run;
  if (const auto& name = options[Option::return_]; !name.empty()) {
    const bool has_formats = formats != FormatSet{};
    waiting.result = has_formats ? format_of(name) : std::nullopt;
    waiting.output = !has_formats && name == "result";
    if (!waiting.output && (!waiting.result || !formats.has(*waiting.result))) {
      return bad_value(Option::return_, name,
                       has_formats ? "it has to be one of the formats that are made of the document"
                                   : "it has to be result, which a command has and no format");
    }
  }
  const auto preferred = preferred_wait(prefer);
  if (*wait) {
    waiting.seconds = bounded(**wait, longest);
  } else if (preferred && !*sync) {
    waiting.seconds = bounded(*preferred, longest);
    waiting.preferred = true;
  } else if (*sync || ((waiting.result || waiting.output) && options[Option::sync].empty())) {
    waiting.seconds = longest;
  }
  return waiting;
}

}  // namespace docket::http
