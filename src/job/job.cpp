#include "job/job.h"

#include <algorithm>

#include "base/hex.h"

namespace docket {
namespace {

// In the order of the enumerations' numbers.
constexpr std::array<std::string_view, 4> state_words{"pending", "processing", "completed", "failed"};
constexpr std::array<std::string_view, 3> ocr_words{"auto", "force", "off"};

/// Row: from, column: to. The only place that says which change of a state is legal.
constexpr std::array<std::array<bool, 4>, 4> legal_changes{{
    //            pending processing completed failed
    /* pending    */ {{false, true, false, true}},
    /* processing */ {{true, false, true, true}},
    /* completed  */ {{false, false, false, false}},
    /* failed     */ {{false, false, false, false}},
}};

template <class Enum, std::size_t n>
std::string_view word_at(const std::array<std::string_view, n>& words, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < n ? words[index] : std::string_view("unknown");
}

template <class Enum, std::size_t n>
std::optional<Enum> value_of(const std::array<std::string_view, n>& words, std::string_view word) noexcept {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    return std::nullopt;
  }
  return static_cast<Enum>(found - words.begin());
}

}  // namespace

std::string_view word(State state) noexcept {
  return word_at(state_words, state);
}
std::optional<State> state_of(std::string_view word) noexcept {
  return value_of<State>(state_words, word);
}

bool may_change(State from, State to) noexcept {
  const auto row = static_cast<std::size_t>(from);
  const auto column = static_cast<std::size_t>(to);
  return row < legal_changes.size() && column < legal_changes.size() && legal_changes[row][column];
}

std::string_view word(OcrMode mode) noexcept {
  return word_at(ocr_words, mode);
}
std::optional<OcrMode> ocr_mode_of(std::string_view word) noexcept {
  return value_of<OcrMode>(ocr_words, word);
}

Result<void> change_state(Status& status, State to, std::int64_t now_ms) {
  auto& head = status.head;
  if (!may_change(head.state, to)) {
    return fail(ErrorCode::illegal_change,
                "a job that is " + std::string(word(head.state)) + " cannot become " + std::string(word(to)));
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

std::uint64_t size_of(const Outputs& outputs) noexcept {
  std::uint64_t size = 0;
  for (const auto& section : outputs.sections) {
    size += section.length;
  }
  return size;
}

std::uint64_t input_size(const Status& status) noexcept {
  std::uint64_t size = 0;
  for (const auto& file : status.files) {
    size += status.head.input_gone != 0 ? 0 : file.size;
  }
  return size;
}

std::string Holder::text() const {
  std::string text;
  append_hex(text, key());
  return text;
}

std::optional<Holder> Holder::parse(std::string_view text) noexcept {
  Holder holder;
  if (text.size() != 2 * holder.bytes.size()) {
    return std::nullopt;
  }
  bool good = true;
  for (std::size_t i = 0; i < holder.bytes.size(); ++i) {
    good &= read_hex(text.data() + 2 * i, holder.bytes[i]);
  }
  return good ? std::optional(holder) : std::nullopt;
}

std::optional<Holder> Holder::from_key(std::string_view key) noexcept {
  Holder holder;
  if (key.size() != holder.bytes.size()) {
    return std::nullopt;
  }
  std::copy(key.begin(), key.end(), holder.bytes.begin());
  return holder;
}

}  // namespace docket
