// Entity tags and the fields that make a request conditional (RFC 9110, 8.8.3 and 13).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace docket::http {

struct EntityTag {
  bool weak = false;
  std::string_view opaque;  ///< without the quotes

  friend bool operator==(const EntityTag&, const EntityTag&) = default;
};

/// One entity tag and nothing else; nothing where it is not one.
std::optional<EntityTag> parse_entity_tag(std::string_view text) noexcept;

/// Whether a field If-None-Match has `etag` by weak comparison, or is "*". False for an empty or malformed field.
bool matches_none_match(std::string_view field, std::string_view etag) noexcept;

/// The conditional fields of a request that changes something. Dates are not among them: neither an upload's target nor
/// a job's status has a modification date, and then If-Unmodified-Since is to be ignored (RFC 9110, 13.1.4);
/// If-Modified-Since is for GET and HEAD only.
struct Preconditions {
  std::optional<std::string> if_match;       ///< all fields of this name, joined by commas; nothing: not there
  std::optional<std::string> if_none_match;  ///< the same

  [[nodiscard]] bool empty() const noexcept { return !if_match && !if_none_match; }
};

/// Whether such a request may go on (RFC 9110, 13.2.2); precondition_failed where it may not. `etag` is the tag of what
/// the request is about; nothing: it has no representation, which If-Match cannot match and If-None-Match always lets
/// pass. Tags are compared weakly for If-Match, too: our weak tags name a state of the job, and a client that sends one
/// back means that state; the strong comparison that RFC 9110, 13.1.1 has would refuse every one of them.
Result<void> check_preconditions(const Preconditions& wanted, std::optional<std::string_view> etag);

}  // namespace docket::http
