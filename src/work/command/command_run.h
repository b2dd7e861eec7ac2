// One claimed unit of a command's job: from what the store says of it to how it ended.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "work/command/command_processor.h"
#include "work/command/work_folder.h"

namespace docket {

/// How a command that ran to its end ended its unit: exit codes 75 (EX_TEMPFAIL) and what ends badly are tried again,
/// others are the job's error, with the last lines of the log. Pure. `outputs` are those of exit code 0.
UnitEnd end_of_command(const launch::Exited& exited, const Limits& limits, Outputs outputs);

/// The same of a job that a program which stays says it has done, or not.
UnitEnd end_of_job(const launch::JobDone& done);

/// Whether a program that stays had ended, by itself or for what it said, before it was given the job at all: this is
/// no try of it.
bool is_no_end_of_job(const launch::Exited& exited);

/// And of one that ended amid a job: costs it a try, whatever `end` the command would have by its exit code.
UnitEnd end_of_program(const launch::Exited& exited, UnitEnd end);

/// Runs one unit: makes its folder, has the launcher run the command, records its progress, stores what it leaves.
/// Made, used and destroyed by one pool thread, which lends it its reader.
class CommandRun final : public UnitTask {
 public:
  CommandRun(const CommandParts& parts, KeptProgram& program, StoreReader& reader, ClaimedUnit claimed);

  std::optional<EndUnit> run(const std::function<void()>& on_slow) override;
  void on_end(const EndUnit* end) override;

 private:
  using Clock = std::chrono::steady_clock;

  Result<UnitEnd> run_command(const CommandWork& work, bool again = false);
  Result<std::string> read_fields();
  Result<CommandEnd> run_once(const CommandWork& work, const WorkFolder& folder, const RunFiles& files);
  Result<CommandEnd> run_in_program(StayingProgram& program, const WorkFolder& folder, std::string_view fields,
                                    const RunFiles& files, const CommandWork& work);
  void keep_log();
  [[nodiscard]] CommandEvents events();
  Result<Outputs> store(const launch::Exited* exited, const WorkFolder& folder, const Fd& result,
                        std::uint64_t max_bytes);
  bool must_stop(const WorkFolder& folder, const CommandWork& work);
  void record_progress();
  /// Which of the job's logs it writes.
  [[nodiscard]] std::uint32_t log_index() const noexcept {
    return claimed_.unit.file == Unit::whole_job ? 0 : claimed_.unit.file;
  }

  const CommandParts& parts_;
  KeptProgram& program_;
  StoreReader& reader_;
  const ClaimedUnit claimed_;
  const Lease lease_;
  const OutputFile own_;

  std::optional<Steps> steps_;                      ///< not recorded yet
  std::uint32_t lines_left_out_ = 0;                ///< before the next ones that are published
  RunFiles* files_ = nullptr;                       ///< while the command runs
  const WorkFolder* folder_ = nullptr;              ///< and where they are
  const std::function<void()>* on_slow_ = nullptr;  ///< the caller's of run()
  Clock::time_point next_record_;
  Clock::time_point next_look_;
  bool was_run_ = false;             ///< the command may have done something
  bool stored_ = false;              ///< the output file may be there
  bool lost_ = false;                ///< the lease is another's, or the job is gone
  std::optional<Error> over_limit_;  ///< the command is ended for what it has written
};

}  // namespace docket
