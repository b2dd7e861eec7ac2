// FormCollector: whatever text fields a form has, the job's fields are one JSON object of bounded size.
//
// Input: for each field its name on a line and its value up to the next line with '.' alone. A field named json or text
// is of the type application/json.
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.h"
#include "http/form/form.h"

namespace {

using docket::ErrorCode;
using docket::fuzz::expect;

/// Small, so that inputs reach them.
constexpr docket::http::FormLimits limits{.max_bytes = 1024, .max_fields = 16};

std::string_view take_value(std::string_view& text) {
  constexpr std::string_view end = "\n.\n";
  const auto at = text.find(end);
  const auto value = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = docket::fuzz::input(data, size);
  docket::http::FormCollector collector(limits);
  docket::Result<void> added;
  std::size_t count = 0;
  while (added && !rest.empty()) {
    const auto name = docket::fuzz::take_line(rest);
    const auto value = take_value(rest);
    added = collector.add(name, value, name == "json" || name == "text" ? "application/json" : "");
    ++count;
  }
  expect(added || added.error().code == ErrorCode::bad_option || added.error().code == ErrorCode::too_many_fields ||
             added.error().code == ErrorCode::bad_request,
         "errors are bad_option, too_many_fields and, for pieces of files, bad_request");
  expect(!added || count <= limits.max_fields || size > limits.max_bytes, "no more fields than allowed");
  const auto form = collector.take();
  expect(form.fields.empty() || nlohmann::json::parse(form.fields, nullptr, false).is_object(), "one JSON object");
  // A byte takes six at most, as \u00XX, and what is not UTF-8 three.
  expect(form.fields.size() <= 8 * limits.max_bytes, "bounded by what was sent");
  return 0;
}
