// What a supervisor tells its worker while the program runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launch/line_splitter.h"
#include "launch/progress_line.h"
#include "protocol/launch.h"

namespace docket::launch {

/// Sends progress and lines of the log at the rates of protocol/launch.h and never waits for the worker: what cannot be
/// sent is counted, or replaced by what is newer. A member of the supervisor.
class Outlet {
 public:
  using Clock = std::chrono::steady_clock;

  /// `socket` belongs to the supervisor.
  explicit Outlet(int socket) : socket_(socket) {}

  /// Output of the program, for lines of the log.
  void output(std::string_view bytes, Clock::time_point now);
  void progress(const ProgressLine& line);

  /// Sends what is due.
  void flush(Clock::time_point now);
  /// When there will be something to be sent.
  [[nodiscard]] std::optional<Clock::time_point> due() const;

  /// Sends all that there is, the line that has not ended included, and begins anew: the end of a Job or the program.
  /// `wait`: for a worker who does not read; else what cannot be sent is lost.
  void finish(bool wait);
  /// Forgets all.
  void clear();

 private:
  void line(std::string_view text);
  void close_gap();
  [[nodiscard]] bool is_full() const noexcept;
  bool send_lines(bool wait);
  bool send_progress(bool wait);

  int socket_;
  LineSplitter splitter_{4 * max_text};
  Clock::time_point next_;         ///< nothing is sent before
  Clock::time_point second_ends_;  ///< until then `in_second_` lines were taken
  std::uint32_t in_second_ = 0;
  std::vector<std::string> lines_;
  std::uint32_t before_ = 0;  ///< lines that were left out before these
  std::uint32_t after_ = 0;   ///< and behind them
  Progress progress_;
  bool has_progress_ = false;
};

}  // namespace docket::launch
