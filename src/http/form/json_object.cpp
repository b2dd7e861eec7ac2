#include "http/form/json_object.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/json_text.h"

namespace docket::http {
namespace {

using Visit = std::function<Result<void>(std::string_view, std::string_view)>;

/// Writes the values of the outermost object's members as they are parsed, so that no document object model is made.
/// The names of the functions are nlohmann-json's.
class MemberWriter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit MemberWriter(const Visit& visit) noexcept : visit_(visit) {}

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& written) override { return scalar(written); }
  bool string(string_t& value) override {
    if (!begin_value()) {
      return false;
    }
    append_json_string(json_, value);
    return end_value();
  }
  bool binary(binary_t& /*value*/) override { return refuse("is not JSON"); }

  bool start_object(std::size_t /*elements*/) override { return open('{'); }
  bool end_object() override { return close('}'); }
  bool start_array(std::size_t /*elements*/) override { return open('['); }
  bool end_array() override { return close(']'); }

  bool key(string_t& value) override {
    if (depth_ == 1) {
      name_ = value;
    } else {
      separate();
      append_json_string(json_, value);
      json_ += ':';
      is_first_ = true;  // its value follows without a comma
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*what*/) override {
    return refuse("is not JSON (at byte " + std::to_string(position) + ")");
  }

  /// Why the parsing ended early.
  [[nodiscard]] Result<void> result() const { return error_ ? Result<void>(fail(*error_)) : Result<void>(); }

 private:
  bool refuse(const std::string& why) {
    error_ = Error{ErrorCode::bad_option, "A part of the form with the type application/json " + why + "."};
    return false;
  }

  void separate() {
    if (!is_first_) {
      json_ += ',';
    }
    is_first_ = false;
  }

  bool begin_value() {
    if (depth_ == 0) {
      return refuse("is not an object");
    }
    if (depth_ > 1) {
      separate();
    }
    return true;
  }

  bool end_value() {
    if (depth_ != 1) {
      return true;
    }
    auto done = visit_(name_, json_);
    json_.clear();
    if (!done) {
      error_ = std::move(done.error());
    }
    return !error_;
  }

  bool scalar(std::string_view text) {
    if (!begin_value()) {
      return false;
    }
    json_ += text;
    return end_value();
  }

  bool open(char bracket) {
    if (depth_ == 0) {
      ++depth_;
      return bracket == '{' || refuse("is not an object");
    }
    if (depth_ == max_json_depth) {
      return refuse("nests deeper than " + std::to_string(max_json_depth) + " levels");
    }
    if (depth_ > 1) {
      separate();
    }
    ++depth_;
    json_ += bracket;
    is_first_ = true;
    return true;
  }

  bool close(char bracket) {
    --depth_;
    if (depth_ == 0) {
      return true;
    }
    json_ += bracket;
    is_first_ = false;
    return end_value();
  }

  const Visit& visit_;
  std::uint32_t depth_ = 0;
  bool is_first_ = true;  ///< no comma before what comes next in json_
  std::string name_;
  std::string json_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> each_json_member(std::string_view text, const Visit& visit) {
  MemberWriter writer(visit);
  try {
    static_cast<void>(nlohmann::json::sax_parse(text.begin(), text.end(), &writer));
  } catch (const nlohmann::json::exception& e) {
    return fail(ErrorCode::bad_option, std::string("A part with the type application/json: ") + e.what());
  }
  return writer.result();
}

}  // namespace docket::http
