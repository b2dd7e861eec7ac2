// W3C trace context: which trace a request belongs to, so that whatever is called for its job belongs to it, too.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace docket::http {

/// Both as they are sent on; empty: none.
struct TraceContext {
  std::string parent;
  std::string state;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// What the fields `traceparent` and `tracestate` of one request say. Of a version above 00 what 00 has is taken, and
/// sent on as 00. Anything invalid is as if it had not come: two fields traceparent, too, and a state without a parent.
TraceContext parse_trace(std::span<const std::string_view> parents, std::span<const std::string_view> states);

/// The trace's id, 32 hexadecimal digits: of a TraceContext's parent. Empty for an empty one.
std::string_view trace_id(std::string_view parent) noexcept;

}  // namespace docket::http
