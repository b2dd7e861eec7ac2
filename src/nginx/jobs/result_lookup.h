// What has to be known of a job before a result, a page or a picture of it is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "document/format.h"
#include "http/field/route.h"
#include "job/job.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/core/response.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// A job as far as one of its results needs it.
struct JobLook {
  State state = State::pending;
  FormatSet formats;
  std::int64_t completed_ms = 0;
  std::int64_t updated_ms = 0;
  std::string filename;  ///< the first file's
  std::string problem;   ///< the body of the 422, if it failed
  /// Where the page asked for, or the picture's, lies, once all files before it are counted.
  std::optional<std::pair<std::uint16_t, std::uint32_t>> page;
  bool pages_known = true;  ///< no file before that page is still to be counted
  std::uint32_t total_pages = 0;
};

/// The job that `route` names, looked up for this caller (open_job_blocking()); no_such_result where it does not have
/// the format asked for.
Result<JobLook> look_at_result(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route);

/// A section of the job's outputs as the body of an answer, without its type and the like. `path` is filled with the
/// file's name where there is one; both are referred to.
FileRange range_of(Worker& worker, const JobId& id, const Outputs& outputs, const Section& section, std::string& path);

/// The answer for the owner of a job that does not have the result asked for.
Error no_such_result(std::string detail);

/// The same where the job was made without this format.
Error not_made(Format format, FormatSet made);

/// The page, or the picture of a page, that `route` names is not there, and will not be.
Error no_such_part(const http::Route& route, std::uint32_t total_pages);

}  // namespace docket::ngx
