#include "http/field/conditional.h"

#include "http/field/text.h"

namespace docket::http {
namespace {

/// The entity tag at the front of `text`, which loses it; nothing (and `text` as it was) where there is none.
std::optional<EntityTag> take_entity_tag(std::string_view& text) noexcept {
  auto rest = text;
  EntityTag tag;
  if (rest.starts_with("W/")) {
    tag.weak = true;
    rest.remove_prefix(2);
  }
  if (!rest.starts_with('"')) {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  const auto end = rest.find('"');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  tag.opaque = rest.substr(0, end);
  text = rest.substr(end + 1);
  return tag;
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) noexcept {
  text = trim(text);
  const auto tag = take_entity_tag(text);
  return tag && text.empty() ? tag : std::nullopt;
}

bool matches_none_match(std::string_view field, std::string_view etag) noexcept {
  field = trim(field);
  if (field == "*") {
    return true;
  }
  const auto wanted = parse_entity_tag(etag);
  if (!wanted) {
    return false;
  }
  // Tags may have commas inside, so the list is read tag by tag.
  while (!field.empty()) {
    if (field.front() == ',' || is_space(field.front())) {
      field.remove_prefix(1);
      continue;
    }
    const auto tag = take_entity_tag(field);
    if (!tag) {
      return false;
    }
    if (tag->opaque == wanted->opaque) {
      return true;
    }
  }
  return false;
}

Result<void> check_preconditions(const Preconditions& wanted, std::optional<std::string_view> etag) {
  if (wanted.if_match && (!etag || !matches_none_match(*wanted.if_match, *etag))) {
    return fail(ErrorCode::precondition_failed,
                etag ? "Nothing was done: what the request is about has changed since; its ETag is none of If-Match."
                     : "Nothing was done: If-Match cannot hold here, since there is nothing yet that has an ETag.");
  }
  if (wanted.if_none_match && etag && matches_none_match(*wanted.if_none_match, *etag)) {
    return fail(ErrorCode::precondition_failed, "Nothing was done: the ETag of what is there is one of If-None-Match.");
  }
  return {};
}

}  // namespace docket::http
