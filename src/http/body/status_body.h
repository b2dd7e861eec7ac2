// The bodies that tell how far a job is, written straight into a buffer (HTTP_API: Submit, Status).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/codec/codec.h"
#include "job/job_id.h"
#include "store/store.h"

namespace docket::http {

enum class StatusParts : std::uint8_t {
  all,
  listed,  ///< without fields, files and results, as in a list
  told,    ///< without fields and files, as in a callback
};

/// Appends the status body of a job. `fields_json` is the text of a JSON object, or empty. Everything else is escaped
/// here. No document object model, no allocation but what `out` needs.
void append_status(std::string& out, const JobId& id, const StatusView& status, std::string_view fields_json,
                   const QueueCounts& counts, StatusParts parts = StatusParts::all);

/// Appends the status as HTTP_API's `?dialect=progress` has it: for who knows of running and ready only.
void append_progress(std::string& out, const StatusView& status);

/// The body that a status request asks for with `dialect`; nothing for an unknown one.
enum class StatusDialect : std::uint8_t { full, progress };
std::optional<StatusDialect> status_dialect_of(std::string_view word) noexcept;

/// Appends the answer to an upload. `state` is the job's, pending unless it was made before (Idempotency-Key);
/// `result_url` is what links begin with, such as "/result/"; `filename` is the first file's, nothing for a job without
/// files.
void append_accepted(std::string& out, const JobId& id, State state, std::string_view result_url,
                     std::optional<std::string_view> filename);

/// Appends the answer to a DELETE.
void append_deleted(std::string& out, const JobId& id);

/// Appends "{result_url}{id}/status": what Location and status_url say.
void append_status_url(std::string& out, std::string_view result_url, const JobId& id);

/// The place in the queue of a job that is pending, at least 1. An estimate: jobs may overtake.
std::uint64_t queue_position(const StatusHead& head, const QueueCounts& counts) noexcept;

/// Pages done of all in hundredths of a percent, 10000 only for a job that is completed.
std::uint32_t percent_hundredths(const StatusHead& head) noexcept;

/// When to ask again about a job that is not final, 1 to 30 seconds: from the measured time per page while it is
/// processed, from its place in the queue before.
std::uint32_t retry_after_seconds(const StatusView& status, const QueueCounts& counts) noexcept;

/// The entity tag of a status body: of the job's last change. Weak, since queue_position may differ without a change.
std::string status_etag(std::uint64_t change);

/// Appends `unix_ms` as "2026-11-20T22:01:02.123Z" (RFC 3339), without quotes. Years 0 to 9999.
void append_time(std::string& out, std::int64_t unix_ms);

}  // namespace docket::http
