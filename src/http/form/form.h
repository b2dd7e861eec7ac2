// The text fields of an upload: which are options, and the job's own fields as one JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "http/form/option.h"

namespace docket::http {

struct FormLimits {
  std::size_t max_bytes = std::size_t{64} * 1024;  ///< docket_max_fields: names and values together
  std::uint32_t max_fields = 1000;                 ///< fields, and members of JSON parts
  OptionSet options = every_option();              ///< fields of other options' names are the job's own
};

/// What a form's text fields come to.
struct Form {
  std::string fields;  ///< the job's fields as the text of a JSON object, in the order they came; empty: none
  RawOptions options;

  friend bool operator==(const Form&, const Form&) = default;
};

/// Takes the text fields one after the other, as they stream in, and sorts them. A field whose name is an option's is
/// that option; given again, `formats` and `languages` are lists that grow, another option is bad_option. All other
/// fields are the job's: strings, and arrays where a name comes again. A part `text` or `json` of type
/// application/json has to be an object and its members become fields. Owned by the request; one thread.
class FormCollector {
 public:
  explicit FormCollector(FormLimits limits = {}) noexcept : limits_(limits) {}

  /// A field begins. `content_type` is "type/subtype" in lower case, or empty. too_many_fields beyond a limit.
  Result<void> begin(std::string_view name, std::string_view content_type);
  /// Its next bytes; too_many_fields as soon as the sum is beyond docket_max_fields.
  Result<void> append(std::string_view bytes);
  /// It is whole; bad_option for an option given twice and for a JSON part that is not an object, bad_request for a
  /// field that tells of a file in pieces.
  Result<void> end();

  /// begin, append and end in one.
  Result<void> add(std::string_view name, std::string_view value, std::string_view content_type = {});

  /// The form; the collector is empty afterwards.
  [[nodiscard]] Form take();

 private:
  struct Field {
    std::string name;
    std::string values;  ///< JSON texts with commas between
    std::uint32_t count = 0;
  };

  Result<void> count_bytes(std::size_t size);
  Result<void> count_field();
  void add_json(std::string_view name, std::string_view json);

  FormLimits limits_;
  std::size_t bytes_ = 0;
  std::uint32_t count_ = 0;
  std::string name_;
  std::string value_;
  bool is_json_ = false;
  std::vector<Field> fields_;
  std::unordered_map<std::string, std::size_t> index_;  ///< of fields_ by name
  RawOptions options_;
};

}  // namespace docket::http
