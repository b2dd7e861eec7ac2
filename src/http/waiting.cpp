#include "http/waiting.h"

#include <algorithm>
#include <limits>
#include <string>

#include "http/submit_options.h"
#include "http/text.h"

namespace docket::http {
namespace {

std::uint32_t bounded(std::uint64_t seconds, std::uint32_t longest) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, longest));
}

/// The number of seconds that `value` is, an empty one being none.
Result<std::optional<std::uint64_t>> seconds_of(std::string_view value) {
  if (value.empty()) {
    return std::nullopt;
  }
  const auto seconds = parse_number(value);
  if (!seconds) {
    return bad_value(Option::wait, value, "it has to be a number of seconds");
  }
  return *seconds;
}

}  // namespace

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
  const auto asked = seconds_of(query.find(word(Option::wait)).value_or(std::string()));
  if (!asked) {
    return tl::unexpected<Error>(asked.error());
  }
  if (*asked) {
    return Waiting{.seconds = bounded(**asked, longest)};
  }
  const auto preferred = preferred_wait(prefer);
  return Waiting{.seconds = bounded(preferred.value_or(0), longest), .preferred = preferred.has_value()};
}

Result<Waiting> waiting_of(const RawOptions& options, const Query& query, std::string_view prefer, FormatSet formats,
                           std::uint32_t longest) {
  const auto given = [&](Option option) {
    const auto& value = options[option];
    return value.empty() ? query.find(word(option)).value_or(std::string()) : value;
  };
  const auto wait = seconds_of(given(Option::wait));
  if (!wait) {
    return tl::unexpected<Error>(wait.error());
  }
  const auto sync_text = given(Option::sync);
  const auto sync = sync_text.empty() ? std::optional(false) : parse_boolean(sync_text);
  if (!sync) {
    return bad_value(Option::sync, sync_text, "it has to be true or false");
  }
  Waiting waiting;
  if (const auto name = given(Option::return_); !name.empty()) {
    waiting.result = format_of(name);
    if (!waiting.result || !formats.has(*waiting.result)) {
      return bad_value(Option::return_, name, "it has to be one of the formats that are made of the document");
    }
  }
  const auto preferred = preferred_wait(prefer);
  if (*wait) {
    waiting.seconds = bounded(**wait, longest);
  } else if (preferred && !*sync) {
    waiting.seconds = bounded(*preferred, longest);
    waiting.preferred = true;
  } else if (*sync || (waiting.result && sync_text.empty())) {
    waiting.seconds = longest;
  }
  return waiting;
}

}  // namespace docket::http
