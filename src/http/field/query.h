// The query of a request: application/x-www-form-urlencoded arguments (WHATWG URL, 5.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/field/text.h"

namespace docket::http {

/// A look at a query's arguments; nothing is decoded before it is asked for. The text belongs to the request. No more
/// than max_arguments are looked at; nginx bounds the whole by large_client_header_buffers.
class Query {
 public:
  static constexpr std::size_t max_arguments = 256;

  /// `text` is what follows the question mark, as it came.
  explicit Query(std::string_view text) noexcept : text_(text) {}

  /// The first argument of this name, decoded; empty where it has no value; nothing where it is not there.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

  /// The same of an argument that is true or false; false where it is empty or not there, bad_option for anything else.
  [[nodiscard]] Result<bool> find_flag(std::string_view name) const;

  /// Calls `visit(name, value)` with std::strings for every argument, until it returns false.
  template <class Visit>
  void each(Visit&& visit) const {
    auto rest = text_;
    std::string_view name;
    std::string_view value;
    for (std::size_t i = 0; i < max_arguments && next(rest, name, value); ++i) {
      if (!visit(percent_decode(name, true), percent_decode(value, true))) {
        return;
      }
    }
  }

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  /// The next argument, still encoded; false at the end.
  static bool next(std::string_view& rest, std::string_view& name, std::string_view& value) noexcept;

  std::string_view text_;
};

}  // namespace docket::http
