#include "nginx/upload/estimate.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "http/body/estimate_body.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/jobs/status.h"
#include "nginx/worker/unit_pool.h"
#include "work/document/survey.h"
#include "work/runner.h"

namespace docket::ngx {
namespace {

/// Set when the request has gone.
using Gone = std::shared_ptr<std::atomic<bool>>;

/// Lives in the request's pool.
struct GoneWithRequest {
  explicit GoneWithRequest(Gone flag) : gone(std::move(flag)) {}
  ~GoneWithRequest() { *gone = true; }
  GoneWithRequest(const GoneWithRequest&) = delete;
  GoneWithRequest& operator=(const GoneWithRequest&) = delete;
  Gone gone;
};

/// What the thread works on, and what comes of it. Shared by the thread and the loop, one after the other.
struct Estimate {
  JobRecord record;
  std::vector<FileStatus> files;
  std::string password;
  Result<void> result{};
  std::vector<FileSurvey> surveys;
  std::string body;
};

/// In the line and at work: pages by what they take here, side by side on all slots.
double seconds_of(const Estimate& estimate, const UnitPool& units, const QueueCounts& counts) {
  using Seconds = std::chrono::duration<double>;
  std::uint64_t scanned = 0;
  std::uint64_t pages = 0;
  for (const auto& survey : estimate.surveys) {
    pages += survey.total_pages;
    for (const auto& range : survey.scanned) {
      scanned += std::uint64_t{range.last} - range.first + 1;
    }
  }
  const auto& times = units.page_times();
  const Seconds work = Seconds(times.of_text()) * static_cast<double>(pages - scanned) +
                       Seconds(times.of_scan()) * static_cast<double>(scanned);
  const auto waiting = counts.accepted - counts.started;
  const Seconds line = Seconds(std::chrono::microseconds(counts.start_interval_us)) * static_cast<double>(waiting);
  return (line + work / units.document_slots()).count();
}

void write_body(Estimate& estimate, double seconds) {
  std::vector<http::EstimatedFile> files;
  for (std::size_t i = 0; i < estimate.surveys.size(); ++i) {
    const auto& survey = estimate.surveys[i];
    files.push_back({.filename = estimate.files[i].filename,
                     .type = estimate.files[i].type,
                     .size = estimate.files[i].size,
                     .error = survey.error.code,
                     .error_detail = survey.error.detail,
                     .total_pages = survey.total_pages,
                     .scanned = survey.scanned});
  }
  http::append_estimate(estimate.body, files, estimate.record.options().pages, seconds);
}

/// On a pool thread.
Result<void> look_at(Estimate& estimate, Spool& spool, EngineClient& engine, const std::function<bool()>& stop) {
  for (std::size_t i = 0; i < estimate.files.size(); ++i) {
    const auto number = static_cast<std::uint16_t>(i);
    auto input = spool.open_input(estimate.record.id, number);
    if (!input) {
      return pass_on(input);
    }
    auto survey =
        survey_file(engine, estimate.record, estimate.files[i], number, std::move(*input), estimate.password, stop);
    if (!survey) {
      return pass_on(survey);
    }
    estimate.surveys.push_back(std::move(*survey));
  }
  return {};
}

void remove_files(Spool& spool, const Estimate& estimate) {
  // What cannot be removed is an orphan, and the reaper's.
  static_cast<void>(spool.remove_job(estimate.record.id, static_cast<std::uint32_t>(estimate.files.size()), {}));
}

}  // namespace

void estimate(ngx_http_request_t* r, Worker& worker, std::unique_ptr<Submission> submission) {
  auto& accept = submission->accept;
  auto work = std::make_shared<Estimate>();
  work->files = std::move(accept.status.files);
  work->record = std::move(accept.record);
  work->result = fail(ErrorCode::store_unavailable, "The document could not be looked at.");
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  const auto held = HeldRequest::watch(r);
  const auto password = worker.secrets().unseal(accept.secret);
  if (!held || !password || make_in_pool<GoneWithRequest>(r->pool, gone) == nullptr) {
    worker.post_io([work, &spool = worker.spool()] { remove_files(spool, *work); }, [] {});
    end_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    return;
  }
  work->password = *password;
  const auto counts = worker.reader().counts(document_pool);
  auto& units = worker.units();
  const bool posted = units.post(
      [work, gone, &units, counts = counts.value_or(QueueCounts{}), &spool = worker.spool(),
       &engine = worker.engine()] {
        work->result = look_at(*work, spool, engine, [&] { return *gone || units.context().quitting(); });
        remove_files(spool, *work);
        if (work->result) {
          write_body(*work, seconds_of(*work, units, counts));
        }
      },
      [work, held] {
        held->finish([&](ngx_http_request_t* request) {
          return work->result ? send_body(request, NGX_HTTP_OK, json_type, work->body)
                              : send_problem(request, work->result.error());
        });
      });
  if (!posted) {
    worker.post_io([work, &spool = worker.spool()] { remove_files(spool, *work); }, [] {});
    end_request(r, send_problem(r, Error{ErrorCode::store_unavailable, "The docket threads take no more tasks."}));
  }
}

}  // namespace docket::ngx
