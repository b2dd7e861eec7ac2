#include "http/form/submit_options.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "http/field/text.h"
#include "http/form/callback_url.h"

namespace docket::http {
namespace {

constexpr std::string_view list_separators = ", +";

constexpr bool is_list(Option option) noexcept {
  return option == Option::formats || option == Option::languages;
}

/// Seconds, of no more than a hundred years; nothing for what is no time.
std::optional<std::uint64_t> parse_duration(std::string_view value) {
  constexpr std::array<std::pair<char, std::uint64_t>, 5> units{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}}};
  std::uint64_t unit = 1;
  for (const auto& [letter, seconds] : units) {
    if (value.ends_with(letter)) {
      unit = seconds;
      value.remove_suffix(1);
      break;
    }
  }
  constexpr std::uint64_t longest = std::uint64_t{100} * 366 * 86'400;
  const auto number = parse_number(value);
  return number && *number <= longest / unit ? std::optional(*number * unit) : std::nullopt;
}

Result<void> check_allowed(const RawOptions& raw, const OptionPolicy& policy) {
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    const auto option = static_cast<Option>(i);
    if (raw[option].empty() || options_of_answer().has(option)) {
      continue;
    }
    if (!policy.allowed.has(option) && option == Option::callback_url) {
      return fail(ErrorCode::forbidden_option,
                  "The option callback_url may not be set here; docket_callback_from_client would allow it.");
    }
    if (!policy.allowed.has(option)) {
      return fail(ErrorCode::forbidden_option, "The option " + std::string(to_string(option)) +
                                                   " may not be set here; docket_options lists those that may.");
    }
  }
  return {};
}

Result<FormatSet> parse_formats(std::string_view value, FormatSet possible) {
  FormatSet formats;
  std::string_view wrong;
  each_item(value, list_separators, [&](std::string_view name) {
    const auto format = format_of(name);
    if (!format || !possible.has(*format)) {
      wrong = name;
      return false;
    }
    formats.add(*format);
    return true;
  });
  if (!wrong.empty() || formats.bits == 0) {
    return bad_value(Option::formats, wrong.empty() ? value : wrong, "there are " + names_of(possible));
  }
  return formats;
}

/// In Tesseract's notation, each language once, in the order given (the first is the main one).
Result<std::string> parse_languages(std::string_view value, std::span<const std::string> installed) {
  std::string languages;
  std::string_view wrong;
  each_item(value, list_separators, [&](std::string_view name) {
    if (std::find(installed.begin(), installed.end(), name) == installed.end()) {
      wrong = name;
      return false;
    }
    bool is_new = true;
    each_item(languages, "+", [&](std::string_view before) { return is_new = before != name; });
    if (is_new) {
      languages += languages.empty() ? "" : "+";
      languages += name;
    }
    return true;
  });
  if (!wrong.empty() || languages.empty()) {
    std::string names;
    for (const auto& name : installed) {
      names += names.empty() ? "" : ", ";
      names += name;
    }
    return bad_value(Option::languages, wrong.empty() ? value : wrong, "there are " + names);
  }
  return languages;
}

}  // namespace

tl::unexpected<Error> bad_value(Option option, std::string_view value, std::string_view wanted) {
  std::string detail = "The option " + std::string(to_string(option)) + " is " + quoted_for_detail(value) + "; ";
  detail += wanted;
  detail += '.';
  return fail(ErrorCode::bad_option, std::move(detail));
}

Result<void> apply_options(const RawOptions& raw, const OptionPolicy& policy, Options& options) {
  if (auto allowed = check_allowed(raw, policy); !allowed) {
    return allowed;
  }
  auto changed = options;
  if (const auto& value = raw[Option::formats]; !value.empty()) {
    const auto formats = parse_formats(value, policy.formats);
    if (!formats) {
      return pass_on(formats);
    }
    changed.formats = *formats;
  }
  if (const auto& value = raw[Option::languages]; !value.empty()) {
    auto languages = parse_languages(value, policy.languages);
    if (!languages) {
      return pass_on(languages);
    }
    changed.languages = std::move(*languages);
  }
  if (const auto& value = raw[Option::ocr]; !value.empty()) {
    const auto mode = ocr_mode_of(lower(value));
    if (!mode) {
      return bad_value(Option::ocr, value, "it has to be auto, force or off");
    }
    changed.ocr = *mode;
  }
  if (const auto& value = raw[Option::page_separator]; !value.empty()) {
    if (value.size() > max_page_separator || !is_valid_utf8(value)) {
      return bad_value(Option::page_separator, value,
                       "it has to be UTF-8 of at most " + std::to_string(max_page_separator) + " bytes");
    }
    changed.page_separator = value;
  }
  if (const auto& value = raw[Option::pages]; !value.empty()) {
    auto pages = PageSet::parse(value);
    if (!pages) {
      return bad_value(Option::pages, value, "it has to be page numbers and ranges of them, such as 1-3,7,12-");
    }
    changed.pages = std::move(*pages);
  }
  options = std::move(changed);
  return {};
}

Result<std::uint8_t> priority_of(const RawOptions& raw, std::uint8_t of_location) {
  const auto& value = raw[Option::priority];
  if (value.empty()) {
    return of_location;
  }
  if (value.size() != 1 || value[0] < '0' || value[0] > '9') {
    return bad_value(Option::priority, value, "it has to be a number from 0 (first) to 9 (last)");
  }
  return static_cast<std::uint8_t>(value[0] - '0');
}

Result<std::uint64_t> expiry_of(const RawOptions& raw, std::uint64_t of_location_ms) {
  const auto& value = raw[Option::expire];
  if (value.empty()) {
    return of_location_ms;
  }
  const auto seconds = parse_duration(value);
  if (!seconds || *seconds == 0) {
    return bad_value(Option::expire, value, "it has to be a time such as 3600, 90m, 12h or 7d");
  }
  if (of_location_ms != 0 && *seconds * 1000 > of_location_ms) {
    return bad_value(Option::expire, value,
                     "it may be " + std::to_string(of_location_ms / 1000) + " s at most, which docket_expire sets");
  }
  return *seconds * 1000;
}

Result<std::string> callback_url_of(const RawOptions& raw) {
  const auto& value = raw[Option::callback_url];
  if (value.empty()) {
    return std::string();
  }
  return check_callback_url(value).map([&] { return value; }).map_error([](Error error) {
    error.detail = "The option callback_url: " + error.detail;
    return error;
  });
}

Result<void> check_password(const RawOptions& raw) {
  const auto& value = raw[Option::password];
  if (value.size() > max_password || value.find('\0') != std::string::npos) {
    return fail(ErrorCode::bad_option, "The option password has to have at most " + std::to_string(max_password) +
                                           " bytes, and no NUL among them.");
  }
  return {};
}

Result<RawOptions> options_of_query(const Query& query, OptionSet options) {
  RawOptions raw;
  Result<void> done;
  query.each([&](const std::string& name, const std::string& value) {
    const auto option = option_of(name);
    if (!option || !options.has(*option)) {
      return true;
    }
    if (option == Option::password && !value.empty()) {
      done = fail(ErrorCode::forbidden_option,
                  "The option password may not stand in a query, since queries end in logs; send it as a form field.");
    } else {
      done = add_option(raw, *option, value);
    }
    return done.has_value();
  });
  return done.map([&] { return std::move(raw); });
}

RawOptions merge_options(RawOptions form, RawOptions query) {
  for (std::size_t i = 0; i < form.values.size(); ++i) {
    if (form.values[i].empty()) {
      form.values[i] = std::move(query.values[i]);
    }
  }
  return form;
}

OptionSet add_defaults(RawOptions& raw, const RawOptions& defaults, bool prefers_wait) {
  const bool says_how_long = prefers_wait || !raw[Option::wait].empty() || !raw[Option::sync].empty();
  bool makes_result = raw[Option::formats].empty();
  each_item(raw[Option::formats], list_separators, [&](std::string_view name) {
    makes_result = makes_result || name == defaults[Option::return_];
    return !makes_result;
  });
  OptionSet added;
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    const auto option = static_cast<Option>(i);
    const bool applies = option == Option::wait || option == Option::sync ? !says_how_long
                         : option == Option::return_                      ? makes_result
                                                                          : true;
    if (raw[option].empty() && !defaults[option].empty() && applies) {
      raw[option] = defaults[option];
      added.add(option);
    }
  }
  return added;
}

Result<void> add_option(RawOptions& raw, Option option, std::string_view value) {
  // A separator is spaces perhaps; of every other option they are no part.
  if (option != Option::page_separator && option != Option::password) {
    value = trim(value);
  }
  auto& known = raw[option];
  if (value.empty() || known == value) {
    return {};
  }
  if (known.empty()) {
    known = value;
  } else if (is_list(option)) {
    known += ',';
    known += value;
  } else {
    return fail(ErrorCode::bad_option, "The option " + std::string(to_string(option)) + " is given twice.");
  }
  return {};
}

}  // namespace docket::http
