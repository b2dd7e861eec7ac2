#include "http/upstream/progress_body.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace docket::http {
namespace {

using nlohmann::json;

tl::unexpected<Error> bad_progress() {
  return fail(ErrorCode::bad_request,
              R"(Progress is a JSON object such as {"processed": 3, "total": 10, "message": "…"}.)");
}

/// False for a member that is there and no number that fits.
bool take_count(const json& object, const char* name, std::uint32_t& count) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) {
    return true;
  }
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
    return false;
  }
  count = found->get<std::uint32_t>();
  return true;
}

}  // namespace

Result<Steps> parse_progress(std::string_view body) {
  const auto object = json::parse(body, nullptr, false);
  Steps steps;
  if (!object.is_object() || !take_count(object, "processed", steps.processed) ||
      !take_count(object, "total", steps.total)) {
    return bad_progress();
  }
  if (const auto message = object.find("message"); message != object.end() && !message->is_null()) {
    if (!message->is_string()) {
      return bad_progress();
    }
    steps.message = message->get<std::string>();
  }
  return steps;
}

}  // namespace docket::http
