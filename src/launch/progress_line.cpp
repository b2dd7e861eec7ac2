#include "launch/progress_line.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/utf8.h"

namespace docket::launch {
namespace {

constexpr std::string_view json_spaces = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(json_spaces);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(json_spaces) - first + 1);
}

/// A whole number and nothing else.
std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Behind the string that begins at `at`, in valid JSON.
std::size_t skip_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    at += json[at] == '\\' ? 1 : 0;
  }
  return at + 1;
}

/// Behind the value that begins at `at`, in valid JSON.
std::size_t skip_value(std::string_view json, std::size_t at) {
  for (std::size_t depth = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = skip_string(json, at);
      if (depth == 0) {
        return at;
      }
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']' || json_spaces.find(c) != std::string_view::npos)) {
      return at;  // behind a number or a word
    }
    depth += c == '{' || c == '[' ? 1 : 0;
    if (c == '}' || c == ']') {
      --depth;
      if (depth == 0) {
        return at + 1;
      }
    }
    ++at;
  }
  return at;
}

/// Calls `take` with name and value of each member of an object as they stand: the answer's result is not to be changed
/// by reading it, as numbers would be, and may be large.
template <class Take>
void for_members(std::string_view object, Take take) {
  std::size_t at = object.find_first_not_of(json_spaces, 1);
  while (at < object.size() && object[at] == '"') {
    const auto end = skip_string(object, at);
    const auto name = object.substr(at + 1, end - at - 2);
    const auto value = object.find_first_not_of(json_spaces, object.find(':', end) + 1);
    at = skip_value(object, value);
    take(name, object.substr(value, at - value));
    at = object.find_first_not_of(json_spaces, at);
    if (at < object.size() && object[at] == ',') {
      at = object.find_first_not_of(json_spaces, at + 1);
    }
  }
}

/// The text of a JSON string, cut to `most` bytes; of another value as it stands.
std::string text_of(std::string_view value, std::size_t most) {
  if (value.front() != '"') {
    return std::string(cut_utf8(value, most));
  }
  const auto text = nlohmann::json::parse(value.begin(), value.end(), nullptr, false);
  return text.is_string() ? std::string(cut_utf8(text.get_ref<const std::string&>(), most)) : std::string();
}

ProgramLine read_object(std::string_view line, std::optional<std::string_view> job) {
  // The JSON parser takes a NUL for the end of its input.
  if (line.find('\0') != std::string_view::npos || !nlohmann::json::accept(line.begin(), line.end())) {
    return BrokenLine{};
  }
  ProgressLine progress;
  AnswerLine answer;
  bool answered = false;
  bool understood = true;
  bool is_anothers = false;
  bool is_named = true;
  for_members(line, [&](std::string_view name, std::string_view value) {
    if (name == "done") {
      answered = answered || value == "true";
    } else if (name == "result") {
      answer.result = value;
    } else if (value == "null") {
      return;
    } else if (name == "job_id") {
      is_named = value.front() == '"';
      is_anothers = job && text_of(value, max_text) != *job;
    } else if (name == "error") {
      answered = answer.failed = true;
      answer.error = text_of(value, max_tail);
    } else if (name == "processed" || name == "total") {
      auto& count = name == "total" ? progress.total : progress.processed;
      count = number(value);
      understood = understood && count;
    } else if (name == "message") {
      understood = understood && value.front() == '"';
      progress.message = text_of(value, max_text);
    }
  });
  if (job && !is_named) {
    return BrokenLine{};
  }
  if (is_anothers) {
    return {};
  }
  if (answered && job) {
    return answer;
  }
  return understood && progress != ProgressLine{} ? ProgramLine(std::move(progress)) : ProgramLine();
}

}  // namespace

ProgramLine read_program_line(std::string_view line, std::optional<std::string_view> job) {
  line = trimmed(line);
  if (line.empty()) {
    return {};
  }
  if (line.front() == '{') {
    return read_object(line, job);
  }
  if (line.back() == '%') {
    const auto percent = number(line.substr(0, line.size() - 1));
    return percent ? ProgramLine(ProgressLine{.processed = percent, .total = 100, .message = {}}) : ProgramLine();
  }
  const auto slash = line.find('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  const auto processed = number(trimmed(line.substr(0, slash)));
  const auto total = number(trimmed(line.substr(slash + 1)));
  return processed && total ? ProgramLine(ProgressLine{.processed = processed, .total = total, .message = {}})
                            : ProgramLine();
}

void apply(const ProgressLine& line, Progress& progress) {
  progress.processed = line.processed.value_or(progress.processed);
  progress.total = line.total.value_or(progress.total);
  progress.message = line.message.value_or(std::move(progress.message));
  if (progress.total != 0) {
    progress.processed = std::min(progress.processed, progress.total);
  }
}

}  // namespace docket::launch
