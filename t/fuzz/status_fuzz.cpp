// A stored status: what decodes, encodes to something that decodes to the same, and every body made of it is JSON.
//
// Input: the stored bytes.
#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "http/body/problem.h"
#include "http/body/status_body.h"

namespace {

void is_json(const std::string& body, const char* what) {
  docket::fuzz::expect(nlohmann::json::accept(body), what);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = docket::fuzz::input(data, size);
  const auto view = docket::StatusView::parse(bytes);
  const auto status = docket::decode_status(bytes);
  docket::fuzz::expect(view.has_value() == status.has_value(), "both readers agree");
  if (!status) {
    docket::fuzz::expect(status.error().code == docket::ErrorCode::bad_record, "errors are bad_record");
    return 0;
  }
  const auto back = docket::decode_status(docket::encode(*status));
  docket::fuzz::expect(back.has_value() && *back == *status, "the same status comes back");

  const docket::JobId id{};
  const docket::QueueCounts counts{};
  for (const auto parts : {docket::http::StatusParts::all, docket::http::StatusParts::listed}) {
    std::string body;
    docket::http::append_status(body, id, *view, "", counts, parts);
    is_json(body, "a status body is JSON");
  }
  std::string problem;
  docket::http::append_job_problem(problem, id, *view);
  is_json(problem, "a problem is JSON");
  const auto wait = docket::http::retry_after_seconds(*view, counts);
  docket::fuzz::expect(wait >= 1 && wait <= 30, "Retry-After is within its bounds");
  docket::fuzz::expect(docket::http::percent_hundredths(view->head) <= 10'000, "no more than 100 percent");
  return 0;
}
