// A list of jobs: what is asked for, the body, the cursor (HTTP_API: /tasks).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/field/query.h"
#include "job/codec/codec.h"
#include "job/job_id.h"
#include "store/store.h"

namespace docket::http {

struct TasksQuery {
  static constexpr std::uint32_t default_limit = 100;
  static constexpr std::uint32_t max_limit = 1000;
  static constexpr std::size_t max_ids = 100;

  std::uint8_t states = 0x0F;   ///< bit mask over State
  std::optional<JobId> before;  ///< the cursor
  std::uint32_t limit = default_limit;
  std::vector<JobId> ids;  ///< not empty: these jobs only, in this order

  friend bool operator==(const TasksQuery&, const TasksQuery&) = default;
};

/// Reads limit, status, ids and cursor; other arguments are left alone and empty ones not given. bad_option for a value
/// that is not one.
Result<TasksQuery> parse_tasks_query(const Query& query);

/// A cursor is opaque text, fit for a query without escapes; it stands for the last job of a list.
std::string encode_cursor(const JobId& last);
Result<JobId> decode_cursor(std::string_view text);

/// Writes the body piece by piece into a buffer of the caller, who calls end() once.
class TasksBody {
 public:
  /// `with_owners`: each job has a member `owner`, for those who see the jobs of several.
  explicit TasksBody(std::string& out, bool with_owners = false);

  void add(const JobId& id, const StatusView& status, const QueueCounts& counts);
  /// `next`: the last job shown, if there may be older ones.
  void end(const std::optional<JobId>& next);
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  std::string& out_;
  bool with_owners_;
  std::uint32_t count_ = 0;
};

/// Appends how many jobs there are in each state, and in all: {"pending": 1, …, "total": 7}.
void append_queue_status(std::string& out, const StateCounts& counts);

/// The value of the header field Link (RFC 8288) to what follows `next`: `<path?…>; rel="next"`. `path` is the
/// request's own, as it came, without its query.
std::string next_link(std::string_view path, const TasksQuery& query, const JobId& next);

}  // namespace docket::http
