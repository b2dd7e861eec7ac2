// What a program says on its descriptor 3: a line is progress, the answer to a Job, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/launch.h"

namespace docket::launch {

/// What a line tells of the progress; what it leaves out stays as it was.
struct ProgressLine {
  std::optional<std::uint32_t> processed;
  std::optional<std::uint32_t> total;
  std::optional<std::string> message;  ///< valid UTF-8, at most max_text bytes

  friend bool operator==(const ProgressLine&, const ProgressLine&) = default;
};

/// The end of a Job.
struct AnswerLine {
  bool failed = false;
  std::string error;        ///< valid UTF-8, at most max_tail bytes
  std::string_view result;  ///< the value of "result" as it stands in the line, JSON; empty: none

  friend bool operator==(const AnswerLine&, const AnswerLine&) = default;
};

/// What begins as an object and is none: who says so may have meant it for the answer.
struct BrokenLine {};

using ProgramLine = std::variant<std::monostate, ProgressLine, AnswerLine, BrokenLine>;

/// Reads a line, without its end. Progress is a JSON object with "processed", "total" (integers from 0 to 2^32 - 1) or
/// "message" (a string), `3/10`, or `30%`; a member that is null is taken for missing. An object with "done": true, or
/// an "error" that is not null, is an answer where the program has Jobs. Anything else, and whatever has a
/// wrong value, is nothing: it is no error of a program to say what we do not understand. `line` must outlive the
/// answer. `job` is the id of the Job that the program has, "" between two, and nothing where it has none at all. An
/// object whose "job_id" is another is nothing, either. One with a "job_id" that is no string is broken, as is what is
/// no JSON in UTF-8.
ProgramLine read_program_line(std::string_view line, std::optional<std::string_view> job);

/// `progress` with what `line` tells. A count beyond its total is the total.
void apply(const ProgressLine& line, Progress& progress);

}  // namespace docket::launch
