#include "launch/outlet.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/utf8.h"
#include "protocol/seqpacket.h"

namespace docket::launch {
namespace {

// Ten messages a second of either kind.
constexpr std::chrono::milliseconds sending_interval{100};

void add_to(std::uint32_t& count, std::size_t lines) {
  count += static_cast<std::uint32_t>(std::min<std::size_t>(lines, std::numeric_limits<std::uint32_t>::max() - count));
}

std::string sent_line(std::string_view text) {
  std::string valid;
  append_valid_utf8(valid, text);
  return std::string(cut_utf8(valid, max_text));
}

}  // namespace

void Outlet::output(std::string_view bytes, Clock::time_point now) {
  if (now >= second_ends_) {
    second_ends_ = now + std::chrono::seconds(1);
    in_second_ = 0;
  }
  close_gap();
  if (is_full()) {
    add_to(after_, splitter_.skip(bytes));
    return;
  }
  splitter_.feed(bytes, [&](std::string_view text, bool /*whole*/) { line(text); });
}

/// What was left out behind lines that are sent is before those to come.
void Outlet::close_gap() {
  if (lines_.empty()) {
    add_to(before_, std::exchange(after_, 0));
  }
}

/// What was left out stands before what comes next: so nothing is added behind a gap.
bool Outlet::is_full() const noexcept {
  return in_second_ >= lines_per_second || lines_.size() >= lines_per_second || after_ > 0;
}

void Outlet::line(std::string_view text) {
  if (is_full()) {
    add_to(after_, 1);
    return;
  }
  if (!text.empty() && text.back() == '\r') {
    text.remove_suffix(1);
  }
  ++in_second_;
  lines_.push_back(sent_line(text));
}

void Outlet::progress(const ProgressLine& line) {
  apply(line, progress_);
  has_progress_ = true;
}

bool Outlet::send_lines(bool wait) {
  if (lines_.empty()) {
    return true;
  }
  LogLines log{.lines = std::move(lines_), .left_out = before_};
  const bool sent = send_packet(socket_, encode(log), {}, wait).has_value();
  if (!sent) {
    lines_ = std::move(log.lines);
    return false;
  }
  lines_.clear();
  before_ = 0;
  close_gap();
  return true;
}

bool Outlet::send_progress(bool wait) {
  const bool sent = !has_progress_ || send_packet(socket_, encode(progress_), {}, wait);
  has_progress_ = has_progress_ && !sent;
  return sent;
}

void Outlet::flush(Clock::time_point now) {
  if (now < next_ || (lines_.empty() && !has_progress_)) {
    return;
  }
  next_ = now + sending_interval;
  static_cast<void>(send_lines(false) && send_progress(false));
}

std::optional<Outlet::Clock::time_point> Outlet::due() const {
  return lines_.empty() && !has_progress_ ? std::nullopt : std::optional(next_);
}

void Outlet::finish(bool wait) {
  splitter_.finish([&](std::string_view text, bool /*whole*/) { line(text); });
  close_gap();
  static_cast<void>(send_lines(wait));
  if (lines_.empty() && before_ > 0) {  // those that nothing came behind
    static_cast<void>(send_packet(socket_, encode(LogLines{.lines = {}, .left_out = before_}), {}, wait));
  }
  static_cast<void>(send_progress(wait));
  clear();
}

void Outlet::clear() {
  splitter_.clear();
  lines_.clear();
  before_ = 0;
  after_ = 0;
  progress_ = {};
  has_progress_ = false;
}

}  // namespace docket::launch
