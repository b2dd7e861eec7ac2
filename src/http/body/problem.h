// Errors as clients see them: application/problem+json (RFC 9457) and the HTTP status of each code.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "job/codec/codec.h"
#include "job/job_id.h"

namespace docket::http {

inline constexpr std::string_view problem_type = "application/problem+json";

/// The HTTP status of an error: 422 for a job's own end, 500 for what should never reach a client. queue_full is 503,
/// the whole queue's; an owner's share is the caller's to answer with 429.
unsigned http_status(ErrorCode code) noexcept;

/// The code and phrase of an HTTP status that we send, as in "422 Unprocessable Content" (RFC 9110, 15); static, and
/// empty for another.
std::string_view status_line(unsigned status) noexcept;

/// The phrase of an HTTP status that we send (RFC 9110, 15); "Error" for another.
std::string_view status_phrase(unsigned status) noexcept;

/// What an error that nginx answers by itself says to a person; static. Which module has refused a request is not
/// known, so it names those that do.
std::string_view detail_of_status(unsigned status) noexcept;

/// A problem's title: `type` is "about:blank", for which RFC 9457 4.2.1 wants the phrase of the HTTP status. The
/// stable word to tell problems apart is `code`.
std::string_view title(ErrorCode code) noexcept;

/// The code as a client sees it: to_string(code), and "internal" for the codes of the house.
std::string_view public_code(ErrorCode code) noexcept;

/// Appends an error as it stands in a status body: `{"code", "detail"}`, or null where there is none.
void append_error(std::string& out, ErrorCode code, std::string_view detail);

/// Appends the body of an error of a request: type, title, detail, code. The detail of a code of the house is not told.
void append_problem(std::string& out, const Error& error);

/// The same for an HTTP status chosen elsewhere (nginx's own errors in our locations).
void append_problem(std::string& out, unsigned status, std::string_view code, std::string_view detail);

/// Appends the body of the answer, mostly 422, for a result of a job that failed: also job_id, job_status,
/// error_message.
void append_job_problem(std::string& out, const JobId& id, const StatusView& status, unsigned http_status = 422);

}  // namespace docket::http
