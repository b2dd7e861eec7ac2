// Fields of one connection, which whoever passes a message on leaves out.
#pragma once

#include <string>
#include <string_view>

namespace docket::http {

/// The fields that a message's Connection names, and those that are known to be hop-by-hop (RFC 9110, 7.6.1). A value.
class HopByHop {
 public:
  /// `connection` is the value of all fields Connection as one list; empty: there is none.
  explicit HopByHop(std::string_view connection) : named_(connection) {}

  [[nodiscard]] bool has(std::string_view name) const noexcept;

 private:
  std::string named_;
};

}  // namespace docket::http
