// The process above one program: reads what it says, and sees to it that nothing of it outlives its end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "launch/confinement.h"
#include "launch/outlet.h"
#include "launch/output_log.h"
#include "launch/process_tree.h"
#include "launch/program.h"
#include "protocol/launch.h"
#include "protocol/seqpacket.h"

namespace docket::launch {

/// One a supervisor process, on its only thread, which does nothing else and ends with it. It never waits for the
/// worker while the program runs, nor for the program.
class Supervisor {
 public:
  struct Files {
    Fd socket;  ///< the program socket
    Fd log;     ///< unless the program stays
    Fd result;  ///< unless the program stays
    /// pidfd of the server: when it ends, so does the program. -1 where its end kills us.
    int server = -1;
  };

  Supervisor(Request request, Files files, Kinship kinship);

  /// Starts the program, goes along with it to its end and tells that.
  void run(const ProgramStart& start);
  /// Tells why there is no program.
  void refuse(std::string why);

 private:
  using Clock = std::chrono::steady_clock;
  /// What is read of a pipe at once at most, where somebody may go on writing: that it is empty is not waited for.
  static constexpr std::size_t most_drained = std::size_t{4} << 20U;
  enum class Pipe : std::uint8_t { output, error };

  void loop();
  [[nodiscard]] int patience(Clock::time_point now) const;
  void on_time(Clock::time_point now);
  void on_socket();
  void on_children();
  void begin_end(Exited::Why why, std::string words = {});
  [[nodiscard]] bool is_over() const noexcept { return over_; }

  void read_output(Pipe pipe);
  void took_output(Pipe pipe, std::string_view bytes);
  void write_result(std::string_view bytes);
  bool read_progress();
  void on_line(std::string_view line, bool whole);
  void drain();
  void end();

  void start_job(Packet packet);
  [[nodiscard]] bool hear_out();
  void write_input();
  void end_job(const AnswerLine& answer);
  void send_must();

  const Request request_;
  Files files_;
  ProcessTree tree_;
  ProgramPipes pipes_;
  Fd children_;  ///< signalfd of SIGCHLD
  Outlet outlet_;
  OutputLog log_;
  RecentOutput recent_;
  LineSplitter lines_;  ///< of descriptor 3
  std::string buffer_;
  Clock::time_point now_;
  std::optional<Clock::time_point> deadline_;  ///< then it is asked to end or, if that was done, killed
  std::optional<Clock::time_point> tail_due_;
  std::uint64_t result_at_ = 0;
  bool listens_ = true;       ///< to the worker, who may still say something
  bool busy_ = false;         ///< a program that stays has a Job; one that does not always has
  bool over_ = false;         ///< nothing of the program is left
  std::string job_;           ///< the id of its Job
  bool begun_ = false;        ///< it was given a part of its Job
  bool is_old_line_ = false;  ///< the line of descriptor 3 that has not ended was begun before its Job
  std::string input_;         ///< not written yet
  std::string must_;          ///< a message that has to reach the worker
  std::optional<Exited::Why> why_;
  std::string words_;
  bool result_cut_ = false;
  int result_errno_ = 0;
};

}  // namespace docket::launch
