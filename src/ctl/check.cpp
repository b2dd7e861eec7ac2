#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/plural.h"
#include "ctl/commands.h"
#include "ctl/print.h"
#include "store/open_store.h"
#include "store/recovery/spool_check.h"
#include "store/spool/spool.h"

namespace docket::ctl {
namespace {

constexpr std::uint64_t max_lines = 100;

/// One check, and repair. Lives as long as one call.
class Check {
 public:
  Check(const Place& place, const CheckOptions& options) : place_(place), options_(options) {}

  Result<Answer> run() {
    const auto spool = SpoolFolder::open(place_.folder);
    if (!spool) {
      return pass_on(spool);
    }
    auto checked = tables().and_then([&] { return holders(); }).and_then([&] { return files(*spool); });
    if (!checked) {
      return pass_on(checked);
    }
    if (lines_ > max_lines) {
      text_ += "and " + std::to_string(lines_ - max_lines) + " more\n";
    }
    text_ += notes_;
    text_ += counted(report_.jobs, "job") + ", " + counted(report_.files, "file") + ", " +
             counted(report_.bytes, "byte") + ": ";
    text_ += problems_ == 0 ? "no problems" : counted(problems_, "problem");
    if (options_.repair && problems_ > 0) {
      text_ += ", " + std::to_string(problems_ - left_) + " mended";
    }
    text_ += '\n';
    return Answer{std::move(text_), left_ == 0};
  }

 private:
  void say(const std::string& sentence) {
    if (++lines_ <= max_lines) {
      text_ += printable(sentence) + "\n";
    }
  }

  Result<void> tables() {
    auto found = check_store(place_.store);
    if (!found) {
      return pass_on(found);
    }
    for (const auto& sentence : *found) {
      say(sentence);
    }
    problems_ = left_ = found->size();
    if (found->empty() || !options_.repair) {
      return {};
    }
    auto mended = repair_store(place_.store, unix_ms());
    if (!mended) {
      return pass_on(mended);
    }
    for (const auto& sentence : *mended) {
      say("mended: " + sentence);
    }
    found = check_store(place_.store);
    if (!found) {
      return pass_on(found);
    }
    for (const auto& sentence : *found) {
      say("cannot be mended: " + sentence);
    }
    // A damage may show in more places once what hid them is mended.
    left_ = found->size();
    problems_ = std::max(problems_, left_);
    return {};
  }

  /// Units of dead workers are no damage: nginx gives them back itself, when it runs.
  Result<void> holders() {
    if (options_.repair) {
      const auto units = requeue_dead(place_);
      if (!units) {
        return pass_on(units);
      }
      if (*units > 0) {
        notes_ += counted(*units, "unit") + " of dead workers given back\n";
      }
      return {};
    }
    const auto leases = place_.store.reader()->leases();
    if (!leases) {
      return pass_on(leases);
    }
    std::map<Holder, bool> dead;
    std::uint64_t units = 0;
    for (const auto& lease : *leases) {
      const auto [entry, is_new] = dead.try_emplace(lease.holder, false);
      if (is_new) {
        entry->second = place_.membership.is_dead(lease.holder);
      }
      units += entry->second ? 1 : 0;
    }
    if (units > 0) {
      notes_ +=
          counted(units, "unit") + " held by dead workers: given back by nginx when it runs, or by requeue --dead\n";
    }
    return {};
  }

  Result<void> files(const SpoolFolder& spool) {
    const auto reader = place_.store.reader();
    const SpoolCheckOptions options{.quick = options_.quick, .now_ms = unix_ms(), .min_age_ms = options_.age_ms};
    auto report = check_spool(*reader, spool, options);
    if (!report) {
      return pass_on(report);
    }
    report_ = std::move(*report);
    for (const auto& problem : report_.problems) {
      ++problems_;
      if (!options_.repair) {
        ++left_;
        say(problem.sentence);
        continue;
      }
      auto outcome = mend(spool, problem);
      if (!outcome) {
        ++left_;
        outcome = "cannot be mended: " + outcome.error().detail;
      }
      say(problem.sentence + " (" + *outcome + ")");
    }
    return leftovers(spool);
  }

  /// Returns what was done.
  Result<std::string> mend(const SpoolFolder& spool, const SpoolProblem& problem) {
    switch (problem.kind) {
      case SpoolProblem::Kind::stranger:
        return fail(ErrorCode::forbidden, "it is not Docket's to remove");
      case SpoolProblem::Kind::orphan:
        return remove(spool, problem.path).map([] { return std::string("removed"); });
      case SpoolProblem::Kind::damaged:
        break;
    }
    const auto for_ever = [](State state) {
      return fail(ErrorCode::illegal_change, "the job is " + std::string(to_string(state)) + ", and that is for ever");
    };
    if (is_final(problem.state) && !failed_.contains(problem.job)) {
      return for_ever(problem.state);
    }
    FailJob change{.job = problem.job,
                   .error = {ErrorCode::corrupt, "The store lost one of the job's files, or a part of it."},
                   .now_ms = unix_ms()};
    const std::array<Command, 1> changes{&change};
    place_.committer.commit(changes);
    if (!change.result) {
      return pass_on(change.result);
    }
    if (change.result->head.state == State::completed) {
      return for_ever(State::completed);  // it was, in the meantime
    }
    failed_.insert(problem.job);
    return "the job has failed";
  }

  static Result<void> remove(const SpoolFolder& spool, const std::string& path) {
    auto removed = spool.remove(path);
    if (removed) {
      spool.remove_if_empty(path.substr(0, path.rfind('/')), unix_ms());
    }
    return removed;
  }

  Result<void> leftovers(const SpoolFolder& spool) {
    std::uint64_t bytes = 0;
    for (const auto& file : report_.leftovers) {
      bytes += file.bytes;
      if (options_.repair) {
        if (auto removed = remove(spool, file.path); !removed) {
          return removed;
        }
      }
    }
    if (!report_.leftovers.empty()) {
      notes_ += counted(report_.leftovers.size(), "file") + " of tries that came to nothing, " +
                counted(bytes, "byte") + ": " +
                (options_.repair ? "removed" : "nginx removes them when it runs, or --repair does") + "\n";
    }
    return {};
  }

  const Place& place_;
  const CheckOptions& options_;
  SpoolReport report_;
  std::set<JobId> failed_;  ///< by us
  std::string text_;
  std::string notes_;  ///< what is no problem
  std::uint64_t lines_ = 0;
  std::uint64_t problems_ = 0;
  std::uint64_t left_ = 0;  ///< of these
};

}  // namespace

Result<Answer> check(const Place& place, const CheckOptions& options) {
  return Check(place, options).run();
}

}  // namespace docket::ctl
