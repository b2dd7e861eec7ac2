#include "job/job.h"

#include <algorithm>

#include "base/names.h"

namespace docket {
namespace {

// In the order of the enumeration's numbers.
constexpr std::array<std::string_view, 4> state_names{"pending", "processing", "completed", "failed"};

/// Row: from, column: to. The only place that says which change of a state is legal.
constexpr std::array<std::array<bool, 4>, 4> legal_changes{{
    //            pending processing completed failed
    /* pending    */ {{false, true, false, true}},
    /* processing */ {{true, false, true, true}},
    /* completed  */ {{false, false, false, false}},
    /* failed     */ {{false, false, false, false}},
}};

}  // namespace

std::string_view to_string(State state) noexcept {
  return name_of(state_names, state);
}
std::optional<State> state_of(std::string_view word) noexcept {
  return value_of<State>(state_names, word);
}

bool may_change(State from, State to) noexcept {
  const auto row = static_cast<std::size_t>(from);
  const auto column = static_cast<std::size_t>(to);
  return row < legal_changes.size() && column < legal_changes.size() && legal_changes[row][column];
}

const Options& JobRecord::options() const noexcept {
  static const Options none;
  const auto* document_work = std::get_if<DocumentWork>(&work);
  return document_work != nullptr ? document_work->options : none;
}

Result<void> change_state(Status& status, State to, std::int64_t now_ms) {
  auto& head = status.head;
  if (!may_change(head.state, to)) {
    return fail(ErrorCode::illegal_change,
                "a job that is " + std::string(to_string(head.state)) + " cannot become " + std::string(to_string(to)));
  }
  head.state = to;
  head.updated_ms = std::max(head.updated_ms, now_ms);
  if (to == State::processing && head.started_ms == 0) {
    head.started_ms = now_ms;
  }
  if (is_final(to)) {
    head.completed_ms = now_ms;
  }
  return {};
}

std::uint64_t input_size(const Status& status) noexcept {
  std::uint64_t size = 0;
  for (const auto& file : status.files) {
    size += status.head.input_gone != 0 ? 0 : file.size;
  }
  return size;
}

}  // namespace docket
