// Entity tags and If-None-Match (RFC 9110, 8.8.3 and 13.1.2).
#pragma once

#include <optional>
#include <string_view>

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

}  // namespace docket::http
