#include "work/command/command_run.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/utf8.h"
#include "host/file_io.h"
#include "job/progress/page_progress.h"
#include "work/command/command_inputs.h"
#include "work/command/command_outputs.h"
#include "work/unit_files.h"
#include "work/unit_lease.h"

namespace docket {
namespace {

using std::chrono::milliseconds;

// Progress is recorded no more often than this.
constexpr milliseconds record_interval{250};
constexpr milliseconds record_retry{1000};
// How often we look whether the job is still wanted, and at what the command has written.
constexpr milliseconds look_interval{500};

// sysexits.h
constexpr int try_again = 75;

/// As much of the end of `tail` as a status keeps behind `what`.
Error command_failed(std::string what, std::string_view tail) {
  const auto room = max_kept_detail - std::min(max_kept_detail, what.size() + 2);
  while (tail.ends_with('\n')) {
    tail.remove_suffix(1);
  }
  if (tail.size() > room) {
    tail.remove_prefix(tail.size() - room);
    while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xC0U) == 0x80U) {
      tail.remove_prefix(1);  // the rest of a character
    }
  }
  if (!tail.empty()) {
    what.append(": ").append(tail);
  }
  return {ErrorCode::command_failed, std::move(what)};
}

bool is_full(const Error& error) noexcept {
  return error.code == ErrorCode::store_full;
}

}  // namespace

UnitEnd end_of_command(const launch::Exited& exited, const Limits& limits, Outputs outputs) {
  switch (exited.why) {
    case launch::Exited::Why::timed_out:
      return ended::Failed{
          {ErrorCode::timeout,
           "the command took longer than " + std::to_string(limits.unit_ms / 1000) + " s (docket_unit_timeout)"}};
    case launch::Exited::Why::stopped:
      return ended::Released{};
    case launch::Exited::Why::refused:
      return ended::Refused{command_failed("the command could not be started", exited.tail)};
    case launch::Exited::Why::nonsense:
      return ended::Failed{command_failed("the command's answer is none", exited.tail)};
    case launch::Exited::Why::itself:
      break;
  }
  if (WIFSIGNALED(exited.wait_status)) {
    const auto signal = WTERMSIG(exited.wait_status);
    if (signal == SIGXCPU) {
      return ended::Failed{{ErrorCode::timeout, "the command took more than " + std::to_string(limits.cpu_seconds) +
                                                    " s of processor time (docket_cpu_limit)"},
                           true};
    }
    const char* name = ::sigabbrev_np(signal);
    return ended::Failed{command_failed(
        "the command was ended by " + (name != nullptr ? "SIG" + std::string(name) : std::to_string(signal)),
        exited.tail)};
  }
  const auto code = WEXITSTATUS(exited.wait_status);
  if (code == 0) {
    return ended::Completed{.total_pages = 0, .outputs = std::move(outputs)};
  }
  auto error = command_failed("exit code " + std::to_string(code), exited.tail);
  if (code == try_again) {
    return ended::Failed{std::move(error)};
  }
  return ended::Refused{std::move(error)};
}

UnitEnd end_of_job(const launch::JobDone& done) {
  if (!done.failed) {
    return ended::Completed{};
  }
  return ended::Refused{command_failed(done.error.empty() ? "the program says that it failed" : done.error, {})};
}

bool is_no_end_of_job(const launch::Exited& exited) {
  using Why = launch::Exited::Why;
  return !exited.job_begun && (exited.why == Why::itself || exited.why == Why::nonsense);
}

UnitEnd end_of_program(const launch::Exited& exited, UnitEnd end) {
  const bool by_itself = exited.why == launch::Exited::Why::itself && WIFEXITED(exited.wait_status);
  return by_itself ? ended::Failed{command_failed("the program ended amid its job, with exit code " +
                                                      std::to_string(WEXITSTATUS(exited.wait_status)),
                                                  exited.tail)}
                   : std::move(end);
}

CommandRun::CommandRun(const CommandParts& parts, KeptProgram& program, StoreReader& reader, ClaimedUnit claimed)
    : parts_(parts),
      program_(program),
      reader_(reader),
      claimed_(std::move(claimed)),
      lease_(lease_of(parts.membership, claimed_.unit)),
      own_{.pages = false, .seq = claimed_.unit.seq, .attempt = claimed_.unit.attempt},
      next_record_(Clock::now() + record_interval),
      next_look_(Clock::now() + look_interval) {}

std::optional<EndUnit> CommandRun::run(const std::function<void()>& on_slow) {
  on_slow_ = &on_slow;
  EndUnit end{.lease = lease_, .pages = {}, .end = ended::Released{}, .now_ms = 0};
  const auto* work = std::get_if<CommandWork>(&claimed_.record.work);
  auto ended = work != nullptr && !work->arguments.empty()
                   ? run_command(*work)
                   : fail(ErrorCode::crashed, "which command it was is not known any more");
  if (!ended) {
    ended.error().detail = without_store_paths(std::move(ended.error().detail), parts_.store_path);
  }
  if (!ended) {
    program_.end();  // one that has spoilt its folder must not spoil the next job
  }
  program_.tidy();
  if (lost_ || (!ended && is_unwanted(reader_, lease_))) {
    return std::nullopt;
  }
  if (over_limit_) {
    end.end = ended::Refused{*over_limit_};
  } else if (ended) {
    end.end = std::move(*ended);
  } else if (is_full(ended.error()) && !was_run_) {  // no fault of the command's, and does not last
    end.waits_for_room = true;
  } else if (is_full(ended.error())) {  // to run it again and again would repeat what it does besides
    end.end = ended::Failed{ended.error()};
  } else if (ended.error().code == ErrorCode::command_failed) {
    end.end = ended::Refused{ended.error()};
  } else if (!was_run_) {
    end.end = end_of_own_error(ended.error());
  } else {
    end.end = ended::Failed{{ErrorCode::crashed, ended.error().detail}};
  }
  if (stored_) {
    empty_unneeded(parts_.spool, claimed_.unit.job, own_, end.end);
  }
  end.steps = std::move(steps_);
  end.now_ms = unix_ms();
  return end;
}

Result<std::string> CommandRun::read_fields() {
  std::string fields;
  if (claimed_.status.head.has_fields != 0) {
    const auto read = reader_.status(
        claimed_.unit.job, [&](const StatusView&, std::string_view json, const QueueCounts&) { fields = json; });
    if (!read) {
      return pass_on(read);
    }
  }
  return fields;
}

CommandEvents CommandRun::events() {
  return {.progress =
              [this](launch::Progress progress) {
                steps_ = Steps{
                    .processed = progress.processed, .total = progress.total, .message = std::move(progress.message)};
                record_progress();
              },
          .lines =
              [this](launch::LogLines lines) {
                keep_log();
                if (!parts_.publish_lines) {
                  return;
                }
                const auto count = static_cast<std::uint32_t>(lines.lines.size());
                lines_left_out_ += lines.left_out;
                const bool told = parts_.publish_lines({.owner = OwnerKey::of(claimed_.status.owner),
                                                        .job = claimed_.unit.job,
                                                        .left_out = lines_left_out_,
                                                        .lines = std::move(lines.lines)});
                lines_left_out_ = told ? 0 : lines_left_out_ + count;
              },
          .slow = *on_slow_};
}

Result<CommandEnd> CommandRun::run_once(const CommandWork& work, const WorkFolder& folder, const RunFiles& files) {
  return parts_.launcher.run(launch_request(folder, claimed_, work), files.log(), files.result(), events(),
                             [&] { return must_stop(folder, work); });
}

Result<CommandEnd> CommandRun::run_in_program(StayingProgram& program, const WorkFolder& folder,
                                              std::string_view fields, const RunFiles& files, const CommandWork& work) {
  const launch::Job job{.line = job_line(folder, claimed_, fields),
                        .time_ms = claimed_.record.limits.unit_ms,
                        .id = claimed_.unit.job.text()};
  if (job.line.size() > launch::max_line) {
    return fail(ErrorCode::command_failed, "the job's fields and names take more than the " +
                                               std::to_string(launch::max_line) +
                                               " bytes that a program can be given which stays (workers=N)");
  }
  return program.run(job, files.log(), files.result(), events(), [&] { return must_stop(folder, work); });
}

/// An error of our own with files, or command_failed for what the command has left.
Result<UnitEnd> CommandRun::run_command(const CommandWork& work, bool again) {
  const auto& unit = claimed_.unit;
  const auto fields = read_fields();
  if (!fields) {
    return pass_on(fields);
  }
  StayingProgram* program = nullptr;
  if (work.workers != 0) {
    const auto kept =
        program_.get(parts_.launcher, parts_.store_path, work, claimed_.record.limits, parts_.quitting, *on_slow_);
    if (!kept) {
      return pass_on(kept);
    }
    if (*kept == nullptr) {
      return ended::Released{};
    }
    program = *kept;
  }
  auto folder = program != nullptr ? WorkFolder::make_within(program_.folder(), work_folder_name(unit))
                                   : WorkFolder::make(parts_.store_path, work_folder_name(unit));
  if (!folder) {
    return pass_on(folder);
  }
  if (auto linked = link_inputs(*folder, parts_.spool, claimed_); !linked) {
    return pass_on(linked);
  }
  if (auto written = program != nullptr ? Result<void>() : write_lists(*folder, claimed_, *fields); !written) {
    return pass_on(written);
  }
  RunFiles own_files;
  auto& files = program != nullptr ? program_.files() : own_files;
  if (auto prepared = files.prepare(program != nullptr ? program_.folder() : *folder); !prepared) {
    return pass_on(prepared);
  }
  if (unit.attempt > 1) {  // of the try before this one
    static_cast<void>(parts_.spool.remove(Spool::log_path(unit.job, log_index())));
  }
  was_run_ = true;
  files_ = &files;
  folder_ = &*folder;
  auto how =
      program != nullptr ? run_in_program(*program, *folder, *fields, files, work) : run_once(work, *folder, files);
  keep_log();
  files_ = nullptr;
  if (!how) {
    return pass_on(how);
  }
  if (auto* released = std::get_if<ended::Released>(&*how)) {
    return *released;
  }
  if (auto* failed = std::get_if<ended::Failed>(&*how)) {
    return std::move(*failed);
  }
  auto* exited = std::get_if<launch::Exited>(&*how);
  if (exited != nullptr) {
    exited->tail = without_store_paths(std::move(exited->tail), parts_.store_path);
  } else if (auto* done = std::get_if<launch::JobDone>(&*how)) {
    done->error = without_store_paths(std::move(done->error), parts_.store_path);
  }
  if (program != nullptr && exited != nullptr && is_no_end_of_job(*exited) && !again) {
    program_.end();
    return run_command(work, true);  // with a new program
  }
  auto end = exited != nullptr ? end_of_command(*exited, claimed_.record.limits, {})
                               : end_of_job(std::get<launch::JobDone>(*how));
  if (program != nullptr && exited != nullptr) {
    end = end_of_program(*exited, std::move(end));
  }
  auto* completed = std::get_if<ended::Completed>(&end);
  if (completed == nullptr) {
    return end;
  }
  auto outputs = store(program != nullptr ? nullptr : exited, *folder, files.result(), work.output_size);
  if (!outputs) {
    return pass_on(outputs);
  }
  completed->outputs = std::move(*outputs);
  return end;
}

/// What the command left, durable: of one that has ended with `exited`, or that stays (null) and has answered.
Result<Outputs> CommandRun::store(const launch::Exited* exited, const WorkFolder& folder, const Fd& result,
                                  std::uint64_t max_bytes) {
  struct stat info {};
  if (::fstat(result.get(), &info) != 0) {
    return fail_errno("fstat", errno);
  }
  if (exited == nullptr && info.st_size == 0) {  // JSON for an answer without a value
    if (auto written = write_at(result.get(), "null", 0); !written) {
      return pass_on(written);
    }
    info.st_size = 4;
  }
  auto found = folder.find_outputs(max_bytes);
  if (!found) {
    return pass_on(found);
  }
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (exited != nullptr) {
    if (auto fits = check_standard_output(*exited, size, *found, max_bytes); !fits) {
      return pass_on(fits);
    }
  }
  const auto name = exited != nullptr ? standard_output : answer;
  if (found->bytes + size <= max_inline_outputs) {
    auto small = read_outputs(own_, folder, *found, name, result.get());
    if (!small || *small) {
      return std::move(small).map([](std::optional<Outputs>&& outputs) { return std::move(*outputs); });
    }
  }
  stored_ = true;
  auto outputs = exited != nullptr
                     ? store_outputs(parts_.spool, claimed_.unit.job, own_, folder, std::move(*found), name)
                     : copy_outputs(parts_.spool, claimed_.unit.job, own_, folder, max_bytes, name, result.get());
  if (!outputs) {
    return outputs;
  }
  if (auto kept = keep_outputs(parts_.spool, claimed_.unit.job, own_, *outputs, parts_.sync); !kept) {
    return pass_on(kept);
  }
  return outputs;
}

/// Gives the log its name, where the command has said something. What fails is tried again, and at the end given up: a
/// command is not done again for its log.
void CommandRun::keep_log() {
  if (files_ != nullptr) {
    static_cast<void>(files_->keep_log(parts_.spool, claimed_.unit.job, log_index(), *folder_));
  }
}

/// Asked by the launch client several times a second.
bool CommandRun::must_stop(const WorkFolder& folder, const CommandWork& work) {
  if (lost_ || over_limit_ || (parts_.quitting && parts_.quitting())) {
    return true;
  }
  record_progress();
  keep_log();
  if (const auto now = Clock::now(); now >= next_look_) {
    lost_ = lost_ || is_unwanted(reader_, lease_);
    if (const auto found = folder.find_outputs(work.output_size);
        !found && found.error().code == ErrorCode::command_failed) {
      over_limit_ = found.error();
    }
    const auto took = Clock::now() - now;
    next_look_ = now + std::max<Clock::duration>(look_interval, 20 * took);  // many files take longer
  }
  return lost_ || over_limit_;
}

void CommandRun::record_progress() {
  const auto now = Clock::now();
  if (!steps_ || now < next_record_ || lost_) {
    return;
  }
  RecordSteps record{.lease = lease_, .steps = *steps_, .now_ms = unix_ms()};
  const std::array<Command, 1> changes{&record};
  parts_.committer.commit(changes);
  next_record_ = Clock::now() + (record.result ? record_interval : record_retry);
  if (record.result) {
    steps_.reset();
  } else if (record.result.error().code == ErrorCode::lease_lost) {
    lost_ = true;
  }
}

void CommandRun::on_end(const EndUnit* end) {
  remove_unneeded(reader_, parts_.spool, claimed_, end, own_, stored_);
}

}  // namespace docket
