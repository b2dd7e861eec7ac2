// What a client's options come to, within what the location allows.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "document/format.h"
#include "http/field/query.h"
#include "http/form/option.h"
#include "job/options.h"

namespace docket::http {

/// The longest page_separator in bytes; it is stored with every job and written between all pages.
inline constexpr std::size_t max_page_separator = 1024;

/// What a location lets its clients set. Belongs to the configuration; `languages` points into it.
struct OptionPolicy {
  OptionSet allowed = default_options();     ///< docket_options, and callback_url by docket_callback_from_client
  FormatSet formats = every_format();        ///< what can be produced
  std::span<const std::string> languages{};  ///< names of the installed models
};

/// bad_option: the option has this value, and what it has to be, as in "it has to be true or false".
tl::unexpected<Error> bad_value(Option option, std::string_view value, std::string_view wanted);

/// Changes `options`, the location's values, to what the client asked for; all or nothing. bad_option for a value that
/// does not parse or is not available here; forbidden_option, naming it, for an option that the location does not
/// allow. What is no Options is left to the functions below, and to http/form/wait.h.
Result<void> apply_options(const RawOptions& raw, const OptionPolicy& policy, Options& options);

/// The priority that was asked for, 0 … 9, else the location's; bad_option for anything else.
Result<std::uint8_t> priority_of(const RawOptions& raw, std::uint8_t of_location);

/// How long the job is to be kept after its end, in milliseconds (0: for ever): what was asked for, as seconds or with
/// a unit (s, m, h, d, w), else the location's; bad_option for anything else and for more than the location's.
Result<std::uint64_t> expiry_of(const RawOptions& raw, std::uint64_t of_location_ms);

/// The callback_url that was asked for, empty if none was; bad_option for what check_callback_url() refuses.
Result<std::string> callback_url_of(const RawOptions& raw);

/// Checks the password: bad_option, which does not repeat it, for one of more than max_password bytes or with a NUL.
Result<void> check_password(const RawOptions& raw);
inline constexpr std::size_t max_password = 1024;

/// The options in the query of an upload, of those in `options`. Other arguments are left alone. `password` is
/// forbidden_option: queries end in logs.
Result<RawOptions> options_of_query(const Query& query, OptionSet options = every_option());

/// The options of an upload that has both a form and a query: what the form gives comes before what the query gives.
RawOptions merge_options(RawOptions form, RawOptions query);

/// Gives `raw` from `defaults`, the location's docket_defaults, what the client did not give, and returns which these
/// are. `sync` and `wait` both say how long the answer is held: neither is added where the client said one of them, or
/// (`prefers_wait`) has a preference of its own. `return` is not added where the client chose other formats.
OptionSet add_defaults(RawOptions& raw, const RawOptions& defaults, bool prefers_wait);

/// Adds a value of `option` to `raw`: lists grow, another option given twice is bad_option; an empty value is not
/// given.
Result<void> add_option(RawOptions& raw, Option option, std::string_view value);

}  // namespace docket::http
