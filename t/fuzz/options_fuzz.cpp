// Queries, and the options and listings asked for in them: what is taken is within its bounds.
//
// Input: a query as it stands in a request.
#include <array>
#include <map>
#include <string>

#include "base/utf8.h"
#include "fuzz.h"
#include "http/body/tasks_body.h"
#include "http/form/submit_options.h"

namespace {

using namespace docket::http;
using docket::ErrorCode;
using docket::fuzz::expect;

const std::array<std::string, 2> languages{"deu", "eng"};

void try_options(const RawOptions& raw) {
  OptionPolicy policy;
  policy.allowed = options_to_allow();
  policy.languages = languages;
  docket::Options options;
  const auto applied = apply_options(raw, policy, options);
  if (!applied) {
    expect(applied.error().code == ErrorCode::bad_option || applied.error().code == ErrorCode::forbidden_option,
           "errors are bad_option and forbidden_option");
    expect(options == docket::Options{}, "all or nothing");
    return;
  }
  expect(options.page_separator.size() <= max_page_separator && docket::is_valid_utf8(options.page_separator),
         "a sound separator");
  expect(options.languages.find_first_not_of("deung+") == std::string::npos, "only languages that there are");
  expect((options.formats.bits & ~docket::every_format().bits) == 0, "only formats that there are");
  const auto priority = priority_of(raw, 5);
  expect(!priority || *priority <= 9, "a priority from 0 to 9");
}

/// A list's own link to the next asks for the same list, from there on.
void try_tasks(const Query& query) {
  auto tasks = parse_tasks_query(query);
  if (!tasks) {
    expect(tasks.error().code == ErrorCode::bad_option, "errors are bad_option");
    return;
  }
  expect(tasks->limit >= 1 && tasks->limit <= TasksQuery::max_limit && tasks->ids.size() <= TasksQuery::max_ids &&
             tasks->states != 0,
         "a list within its bounds");
  if (tasks->before) {
    const auto link = next_link("/tasks", *tasks, *tasks->before);
    const auto begin = link.find('?');
    const auto end = link.find('>');
    expect(begin < end && end != std::string::npos, "a link with a query");
    const auto next = parse_tasks_query(Query(std::string_view(link).substr(begin + 1, end - begin - 1)));
    tasks->ids.clear();
    expect(next.has_value() && next->before == tasks->before && next->limit == tasks->limit &&
               next->states == tasks->states,
           "the link means what was asked for");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Query query(docket::fuzz::input(data, size));
  std::map<std::string, std::string> first;
  query.each([&first](const std::string& name, const std::string& value) {
    first.try_emplace(name, value);
    return true;
  });
  for (const auto& [name, value] : first) {
    expect(query.find(name) == value, "find() gives the first");
  }
  const auto raw = options_of_query(query);
  if (raw) {
    expect((*raw)[Option::password].empty(), "no password in a query");
    try_options(*raw);
  } else {
    expect(raw.error().code == ErrorCode::bad_option || raw.error().code == ErrorCode::forbidden_option,
           "errors are bad_option and forbidden_option");
  }
  try_tasks(query);
  return 0;
}
