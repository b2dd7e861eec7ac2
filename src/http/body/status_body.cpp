#include "http/body/status_body.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/hex.h"
#include "base/json_text.h"
#include "http/body/problem.h"
#include "http/body/status_message.h"

namespace docket::http {
namespace {

constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::size_t id_length = 36;

void append_id(std::string& out, const JobId& id) {
  std::array<char, id_length> text;
  id.write_text(text.data());
  out.append(text.data(), text.size());
}

/// `digits` decimal digits of `value`, with leading zeros, to `out`.
constexpr void write_digits(char* out, unsigned value, int digits) noexcept {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

/// Writes times that mostly lie on the same day: the date is worked out again only when the day is another.
class TimeWriter {
 public:
  void append(std::string& out, std::int64_t unix_ms) {
    auto day = unix_ms / ms_per_day;
    auto rest = unix_ms % ms_per_day;
    if (rest < 0) {
      rest += ms_per_day;
      --day;
    }
    if (day != day_) {
      write_date(day);
      day_ = day;
    }
    const auto ms = static_cast<unsigned>(rest);
    write_digits(&text_[11], ms / 3'600'000, 2);
    write_digits(&text_[14], ms / 60'000 % 60, 2);
    write_digits(&text_[17], ms / 1000 % 60, 2);
    write_digits(&text_[20], ms % 1000, 3);
    out.append(text_.data(), text_.size());
  }

 private:
  /// The date of a day since 1970-01-01 (proleptic Gregorian calendar), held within four-digit years.
  void write_date(std::int64_t day) noexcept {
    using namespace std::chrono;
    constexpr sys_days first = year{0} / January / 1;
    constexpr sys_days last = year{9999} / December / 31;
    const year_month_day date{
        std::clamp(sys_days{days{std::clamp<std::int64_t>(day, INT32_MIN, INT32_MAX)}}, first, last)};
    write_digits(text_.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    write_digits(&text_[5], static_cast<unsigned>(date.month()), 2);
    write_digits(&text_[8], static_cast<unsigned>(date.day()), 2);
  }

  std::int64_t day_ = INT64_MIN;
  std::array<char, 24> text_{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                             '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
};

/// `name` is the member with its quotes, colon and comma, as it stands in the text.
void append_time_member(std::string& out, std::string_view name, std::int64_t unix_ms, TimeWriter& times) {
  out += name;
  if (unix_ms == 0) {
    out += "null";
    return;
  }
  out += '"';
  times.append(out, unix_ms);
  out += '"';
}

void append_number_member(std::string& out, std::string_view name, std::uint64_t value) {
  out += name;
  append_json_number(out, value);
}

/// Hundredths as a number with at most two places.
void append_hundredths(std::string& out, std::uint32_t hundredths) {
  append_json_number(out, std::uint64_t{hundredths / 100});
  const auto rest = hundredths % 100;
  if (rest != 0) {
    out += '.';
    out += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) {
      out += static_cast<char>('0' + rest % 10);
    }
  }
}

void append_warnings(std::string& out, const StatusView& status) {
  const bool tell_file = status.head.file_count > 1;
  std::uint32_t shown = 0;
  out += R"(,"warnings":[)";
  status.each_warning([&](const WarningView& warning) {
    out += shown++ == 0 ? R"({"code":")" : R"(,{"code":")";
    out += public_code(warning.code);
    out += R"(","page":)";
    if (warning.page == 0) {
      out += "null";
    } else {
      append_json_number(out, std::uint64_t{warning.page});
    }
    if (tell_file) {
      append_number_member(out, R"(,"file":)", warning.file);
    }
    out += R"(,"detail":)";
    append_json_string(out, warning.detail);
    out += '}';
  });
  if (status.head.warning_count > shown) {
    const auto more = status.head.warning_count - shown;
    out += shown == 0 ? "" : ",";
    out += R"({"code":"more_warnings","page":null,"detail":")";
    append_json_number(out, std::uint64_t{more});
    out += more == 1 ? R"( more warning is not listed."})" : R"( more warnings are not listed."})";
  }
  out += ']';
}

void append_files(std::string& out, const StatusView& status) {
  bool is_first = true;
  out += R"(,"files":[)";
  status.each_file([&](const FileView& file) {
    out += is_first ? R"({"filename":)" : R"(,{"filename":)";
    is_first = false;
    append_json_string(out, file.filename);
    out += R"(,"content_type":")";
    out += info(file.type).mime;
    append_number_member(out, R"(","size":)", file.size);
    out += R"(,"sha256":")";
    append_hex(out, file.sha256);
    out += R"(","status":")";
    out += to_string(file.state);
    append_number_member(out, R"(","total_pages":)", file.total_pages);
    append_number_member(out, R"(,"processed_pages":)", file.processed_pages);
    out += R"(,"error":)";
    append_error(out, file.error, file.error_detail);
    out += '}';
  });
  out += ']';
}

void append_results(std::string& out, const JobId& id, const StatusView& status) {
  const bool has_failed = status.head.state == State::failed;
  bool is_first = true;
  const auto append = [&](std::string_view name) {
    out += is_first ? "\"" : ",\"";
    is_first = false;
    out += name;
    out += R"(":")";
    append_json_escaped(out, status.result_url);
    append_id(out, id);
    out += '/';
    out += name;
    out += '"';
  };
  out += R"(,"results":{)";
  if (status.head.kind == WorkKind::upstream) {
    if (!has_failed) {
      append("response");
    }
  } else if (status.head.kind == WorkKind::command) {
    if (!has_failed) {
      append("result");
      append("files");
    }
    append("log");  // says why it failed
  } else if (!has_failed) {
    for (const auto& format : all_formats) {
      if (status.head.formats.has(format.format)) {
        append(format.name);
      }
    }
  }
  out += '}';
}

void append_filename(std::string& out, const StatusView& status) {
  bool is_first = true;
  out += R"(,"filename":)";
  status.each_file([&](const FileView& file) {
    if (is_first) {
      append_json_string(out, file.filename);
    }
    is_first = false;
  });
  if (is_first) {
    out += "null";
  }
}

}  // namespace

void append_status(std::string& out, const JobId& id, const StatusView& status, std::string_view fields_json,
                   const QueueCounts& counts, StatusParts parts) {
  constexpr std::size_t usual_size = 1280;
  const auto& head = status.head;
  TimeWriter times;
  if (out.capacity() - out.size() < usual_size) {
    out.reserve(std::max(out.size() + usual_size, 2 * out.capacity()));
  }
  out += R"({"job_id":")";
  append_id(out, id);
  out += R"(","status":")";
  out += to_string(head.state);
  out += is_final(head.state) ? R"(","final":true,"message":)" : R"(","final":false,"message":)";
  append_message(out, status);
  append_filename(out, status);
  append_number_member(out, R"(,"total_pages":)", head.total_pages);
  append_number_member(out, R"(,"processed_pages":)", head.processed_pages);
  out += R"(,"percent_complete":)";
  append_hundredths(out, percent_hundredths(head));
  out += R"(,"queue_position":)";
  if (head.state == State::pending) {
    append_json_number(out, queue_position(head, counts));
  } else {
    out += "null";
  }
  append_number_member(out, R"(,"attempts":)", head.attempts);
  append_time_member(out, R"(,"created_at":)", head.created_ms, times);
  append_time_member(out, R"(,"started_at":)", head.started_ms, times);
  append_time_member(out, R"(,"updated_at":)", head.updated_ms, times);
  append_time_member(out, R"(,"completed_at":)", head.completed_ms, times);
  append_time_member(out, R"(,"expires_at":)", head.expires_ms, times);
  out += R"(,"error_message":)";
  if (head.error == ErrorCode::none) {
    out += "null";
  } else {
    append_json_string(out, status.detail);
  }
  out += R"(,"error":)";
  append_error(out, head.error, status.detail);
  append_warnings(out, status);
  if (parts == StatusParts::all) {
    append_files(out, status);
    out += R"(,"fields":)";
    out += fields_json.empty() ? std::string_view("{}") : fields_json;
  }
  if (parts != StatusParts::listed) {
    append_results(out, id, status);
  }
  out += '}';
}

void append_progress(std::string& out, const StatusView& status) {
  constexpr std::uint32_t whole = 10'000;
  const auto& head = status.head;
  const bool ready = is_final(head.state);
  out += ready ? R"({"state":"ready")" : R"({"state":"running")";
  append_number_member(out, R"(,"processed":)", head.processed_pages);
  append_number_member(out, R"(,"length_of_work":)", head.total_pages);
  out += R"(,"percent_complete":)";
  append_hundredths(out, ready ? whole : percent_hundredths(head));
  out += R"(,"hint":)";
  append_message(out, status);
  out += '}';
}

std::optional<StatusDialect> status_dialect_of(std::string_view word) noexcept {
  return word == "progress" ? std::optional(StatusDialect::progress) : std::nullopt;
}

void append_accepted(std::string& out, const JobId& id, State state, std::string_view result_url,
                     std::optional<std::string_view> filename) {
  const auto append_url = [&] {
    append_json_escaped(out, result_url);
    append_id(out, id);
    out += "/status";
  };
  out += R"({"job_id":")";
  append_id(out, id);
  out += R"(","status":")";
  out += to_string(state);
  out += R"(","message":"Processing initiated. Use )";
  append_url();
  out += R"( to check progress.","filename":)";
  if (filename) {
    append_json_string(out, *filename);
  } else {
    out += "null";
  }
  out += R"(,"status_url":")";
  append_url();
  out += R"("})";
}

void append_deleted(std::string& out, const JobId& id) {
  out += R"({"job_id":")";
  append_id(out, id);
  out += R"(","status":"deleted"})";
}

void append_status_url(std::string& out, std::string_view result_url, const JobId& id) {
  out += result_url;
  append_id(out, id);
  out += "/status";
}

std::uint64_t queue_position(const StatusHead& head, const QueueCounts& counts) noexcept {
  // `started` may have passed this job: others of higher priority or of other owners were taken up before it.
  return head.accept_no + 1 > counts.started ? head.accept_no + 1 - counts.started : 1;
}

std::uint32_t percent_hundredths(const StatusHead& head) noexcept {
  constexpr std::uint64_t whole = 10'000;
  if (head.state == State::completed) {
    return whole;
  }
  if (head.total_pages == 0) {
    return 0;
  }
  const auto rounded = (head.processed_pages * whole + head.total_pages / 2) / head.total_pages;
  return static_cast<std::uint32_t>(std::min(rounded, whole - 1));
}

std::uint32_t retry_after_seconds(const StatusView& status, const QueueCounts& counts) noexcept {
  constexpr std::uint64_t longest = 30;
  constexpr std::uint64_t guessed_interval_us = 250'000;  // small documents on few cores
  const auto& head = status.head;
  std::uint64_t seconds = 1;
  if (head.state == State::pending) {
    const auto interval_us = counts.start_interval_us != 0 ? counts.start_interval_us : guessed_interval_us;
    constexpr std::uint64_t us = 1'000'000;
    seconds = std::min(queue_position(head, counts), longest * us) * interval_us / us;
  } else if (head.state == State::processing && head.processed_pages != 0 && head.updated_ms > head.started_ms) {
    const auto spent_ms = static_cast<std::uint64_t>(head.updated_ms - head.started_ms);
    const auto left = head.total_pages - std::min(head.processed_pages, head.total_pages);
    seconds = spent_ms / head.processed_pages * left / 1000;
  }
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(seconds, 1, longest));
}

std::string status_etag(std::uint64_t change) {
  std::string etag = "W/\"";
  append_json_number(etag, change);
  etag += '"';
  return etag;
}

void append_time(std::string& out, std::int64_t unix_ms) {
  TimeWriter().append(out, unix_ms);
}

}  // namespace docket::http
