// The options that a client may set with an upload: their names, and the values as they were sent.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::http {

enum class Option : std::uint8_t {
  formats,
  languages,
  ocr,
  pages,
  page_separator,
  password,
  priority,
  expire,
  callback_url,
  sync,
  wait,
  return_,
  raw,
  dry_run,
};

inline constexpr std::array<std::string_view, 14> option_names{
    "formats", "languages",    "ocr",  "pages", "page_separator", "password", "priority",
    "expire",  "callback_url", "sync", "wait",  "return",         "raw",      "dry_run"};

constexpr std::string_view to_string(Option option) noexcept {
  return option_names[static_cast<std::size_t>(option)];
}

constexpr std::optional<Option> option_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    if (option_names[i] == name) {
      return static_cast<Option>(i);
    }
  }
  return std::nullopt;
}

/// A set of options as a bit mask.
struct OptionSet {
  std::uint32_t bits = 0;

  constexpr OptionSet& add(Option option) noexcept {
    bits |= 1U << static_cast<unsigned>(option);
    return *this;
  }
  [[nodiscard]] constexpr bool has(Option option) const noexcept {
    return (bits & (1U << static_cast<unsigned>(option))) != 0;
  }
  friend constexpr bool operator==(const OptionSet&, const OptionSet&) = default;
};

/// What `docket_options` is where nothing is set.
constexpr OptionSet default_options() noexcept {
  return OptionSet{}
      .add(Option::formats)
      .add(Option::languages)
      .add(Option::ocr)
      .add(Option::pages)
      .add(Option::password);
}

/// How an upload to a command is answered: a field of another name is the program's own.
constexpr OptionSet options_of_commands_answer() noexcept {
  return OptionSet{}.add(Option::sync).add(Option::wait).add(Option::return_).add(Option::raw);
}

/// How an upload of documents is answered: every client may say these (HTTP_API, Submit), whatever docket_options says.
constexpr OptionSet options_of_answer() noexcept {
  return options_of_commands_answer().add(Option::dry_run);
}

constexpr OptionSet every_option() noexcept {
  return OptionSet{(1U << option_names.size()) - 1};
}

/// What `docket_options` may name: options_of_answer() need not be allowed, and of callback_url
/// `docket_callback_from_client` decides.
constexpr OptionSet options_to_allow() noexcept {
  return default_options().add(Option::page_separator).add(Option::priority).add(Option::expire);
}

/// What `docket_defaults` may name: a password is a document's, and for callback_url there is docket_callback.
constexpr bool may_have_default(Option option) noexcept {
  return options_to_allow().has(option) ? option != Option::password : options_of_answer().has(option);
}

/// The options' values as the client sent them; an empty one is not given.
struct RawOptions {
  std::array<std::string, option_names.size()> values;

  [[nodiscard]] const std::string& operator[](Option option) const noexcept {
    return values[static_cast<std::size_t>(option)];
  }
  [[nodiscard]] std::string& operator[](Option option) noexcept { return values[static_cast<std::size_t>(option)]; }
  friend bool operator==(const RawOptions&, const RawOptions&) = default;
};

}  // namespace docket::http
