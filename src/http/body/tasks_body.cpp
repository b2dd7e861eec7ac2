#include "http/body/tasks_body.h"

#include <array>

#include "base/json_text.h"
#include "http/body/status_body.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

constexpr std::uint8_t every_state = 0x0F;
/// base64url (RFC 4648, 5) without padding: 16 bytes are 22 characters.
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t cursor_length = 22;

tl::unexpected<Error> bad(std::string_view argument, std::string_view value, std::string_view wanted) {
  std::string detail = "The argument " + std::string(argument) + " is " + quoted_for_detail(value) + "; ";
  detail += wanted;
  detail += '.';
  return fail(ErrorCode::bad_option, std::move(detail));
}

Result<void> read_limit(std::string_view value, TasksQuery& query) {
  const auto limit = parse_number(value);
  if (!limit || *limit == 0 || *limit > TasksQuery::max_limit) {
    return bad("limit", value, "it has to be 1 to 1000");
  }
  query.limit = static_cast<std::uint32_t>(*limit);
  return {};
}

Result<void> read_states(std::string_view value, TasksQuery& query) {
  Result<void> done;
  std::uint8_t states = 0;
  each_item(value, ",", [&](std::string_view name) {
    const auto state = state_of(name);
    if (!state) {
      done = bad("status", name, "there are pending, processing, completed and failed");
      return false;
    }
    states = static_cast<std::uint8_t>(states | (1U << static_cast<unsigned>(*state)));
    return true;
  });
  query.states = states == 0 ? every_state : states;
  return done;
}

Result<void> read_ids(std::string_view value, TasksQuery& query) {
  Result<void> done;
  each_item(value, ",", [&](std::string_view text) {
    const auto id = JobId::parse(text);
    if (!id) {
      done = bad("ids", text, "a job's id is a UUID in lower case");
    } else if (query.ids.size() == TasksQuery::max_ids) {
      done = fail(ErrorCode::bad_option, "The argument ids has more than 100 ids.");
    } else {
      query.ids.push_back(*id);
    }
    return done.has_value();
  });
  return done;
}

Result<void> read_cursor(std::string_view value, TasksQuery& query) {
  return decode_cursor(value).map([&](const JobId& id) { query.before = id; });
}

/// The names of the states in the mask, with commas.
void append_states(std::string& out, std::uint8_t states) {
  bool is_first = true;
  for (const auto state : {State::pending, State::processing, State::completed, State::failed}) {
    if ((states & (1U << static_cast<unsigned>(state))) != 0) {
      out += is_first ? "" : ",";
      out += to_string(state);
      is_first = false;
    }
  }
}

}  // namespace

Result<TasksQuery> parse_tasks_query(const Query& query) {
  using Read = Result<void> (*)(std::string_view, TasksQuery&);
  constexpr std::array<std::pair<std::string_view, Read>, 4> arguments{
      {{"limit", read_limit}, {"status", read_states}, {"ids", read_ids}, {"cursor", read_cursor}}};
  TasksQuery result;
  for (const auto& [name, read] : arguments) {
    const auto value = query.find(name);
    if (!value || trim(*value).empty()) {
      continue;
    }
    if (auto done = read(trim(*value), result); !done) {
      return pass_on(done);
    }
  }
  return result;
}

std::string encode_cursor(const JobId& last) {
  std::string text;
  text.reserve(cursor_length);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const auto byte : last.bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 6; count -= 6) {
      text += alphabet[(bits >> (count - 6)) & 63U];
    }
  }
  text += alphabet[(bits << (6 - count)) & 63U];
  return text;
}

Result<JobId> decode_cursor(std::string_view text) {
  JobId id;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  bool is_good = text.size() == cursor_length;
  for (std::size_t i = 0; is_good && i < text.size(); ++i) {
    const auto value = alphabet.find(text[i]);
    is_good = value != std::string_view::npos;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value & 63U);
    count += 6;
    if (count >= 8) {
      count -= 8;
      id.bytes[at++] = static_cast<std::uint8_t>(bits >> count);
    }
  }
  // Only what encode_cursor() writes is taken: an id in its canonical form.
  if (!is_good || (bits & 15U) != 0 || !JobId::parse(id.text())) {
    return bad("cursor", text, "it has to be the next_cursor of an answer");
  }
  return id;
}

TasksBody::TasksBody(std::string& out, bool with_owners) : out_(out), with_owners_(with_owners) {
  out_ += R"({"tasks":[)";
}

void TasksBody::add(const JobId& id, const StatusView& status, const QueueCounts& counts) {
  out_ += count_++ == 0 ? "" : ",";
  append_status(out_, id, status, {}, counts, StatusParts::listed);
  if (with_owners_) {
    out_.back() = ',';
    out_ += R"("owner":)";
    append_json_string(out_, status.owner);
    out_ += '}';
  }
}

void TasksBody::end(const std::optional<JobId>& next) {
  out_ += R"(],"count":)";
  append_json_number(out_, std::uint64_t{count_});
  out_ += R"(,"next_cursor":)";
  if (next) {
    append_json_string(out_, encode_cursor(*next));
  } else {
    out_ += "null";
  }
  out_ += '}';
}

std::string next_link(std::string_view path, const TasksQuery& query, const JobId& next) {
  std::string link = "<";
  for (const char c : path) {
    // A request's own path may hold bytes that a header field may not, or that end the link.
    const bool is_plain = static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
                          std::string_view("<>\"\\^`{|}").find(c) == std::string_view::npos;
    if (is_plain) {
      link += c;
    } else {
      append_percent_encoded(link, std::string_view(&c, 1));
    }
  }
  link += "?limit=";
  link += std::to_string(query.limit);
  if (query.states != every_state) {
    link += "&status=";
    append_states(link, query.states);
  }
  link += "&cursor=";
  link += encode_cursor(next);
  link += R"(>; rel="next")";
  return link;
}

void append_queue_status(std::string& out, const StateCounts& counts) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out += i == 0 ? "{\"" : ",\"";
    out += to_string(static_cast<State>(i));
    out += "\":";
    append_json_number(out, counts[i]);
    total += counts[i];
  }
  out += ",\"total\":";
  append_json_number(out, total);
  out += '}';
}

}  // namespace docket::http
