#include "ctl/commands.h"

#include <utility>
#include <vector>

#include "ctl/print.h"
#include "http/body/status_body.h"
#include "http/body/tasks_body.h"

namespace docket::ctl {
namespace {

/// The ids of the newest jobs in question, and the last one if there may be more.
struct Found {
  std::vector<JobId> ids;
  std::optional<JobId> next;
};

Result<Found> find(StoreReader& reader, const ListOptions& options) {
  Found found;
  ListQuery query;
  query.states = options.states;
  query.owner = options.owner;
  // One call looks at so many jobs and no more; where few of them match it takes several.
  do {
    query.before = found.next;
    query.limit = options.limit - static_cast<std::uint32_t>(found.ids.size());
    auto next = reader.list(query, [&](const JobId& id, const StatusView&) { found.ids.push_back(id); });
    if (!next) {
      return pass_on(next);
    }
    found.next = *next;
  } while (found.next && found.ids.size() < options.limit);
  return found;
}

}  // namespace

Result<std::string> list(StoreReader& reader, const ListOptions& options) {
  auto found = find(reader, options);
  if (!found) {
    return pass_on(found);
  }
  std::string body;
  http::TasksBody tasks(body, true);
  std::vector<Row> rows;
  for (const auto& id : found->ids) {
    const auto read = reader.status(id, [&](const StatusView& status, std::string_view, const QueueCounts& counts) {
      if (options.output == Output::json) {
        tasks.add(id, status, counts);
      } else {
        rows.push_back(row_of(id, status));
      }
    });
    if (!read && read.error().code != ErrorCode::not_found) {  // else it was removed since
      return pass_on(read);
    }
  }
  if (options.output == Output::json) {
    tasks.end(found->next);
    return body + "\n";
  }
  auto text = table_of(rows);
  if (found->next) {
    text += "(there are more: --limit)\n";
  }
  return text;
}

Result<std::string> show(StoreReader& reader, const JobId& job, Output output) {
  std::string text;
  auto read = reader.status(job, [&](const StatusView& status, std::string_view fields, const QueueCounts& counts) {
    if (output == Output::json) {
      http::append_status(text, job, status, fields, counts);
      text += '\n';
    } else {
      text = details_of(job, status, fields, counts);
    }
  });
  if (!read) {
    return pass_on(read);
  }
  return text;
}

}  // namespace docket::ctl
