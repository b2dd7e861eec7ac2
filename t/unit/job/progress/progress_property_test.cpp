// What holds whatever happens in whatever order: random jobs in the hands of a small model of a store and its workers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "job/codec/codec.h"
#include "job/progress/progress.h"

namespace docket {
namespace {

/// A job whose units are claimed, worked at and ended at random, and everything that is known about it from outside.
class RandomJob {
 public:
  explicit RandomJob(std::uint32_t seed) : random_(seed) {
    record_.id = JobId::make(1000);
    record_.limits.attempts = 1 + below(3);
    record_.limits.max_pages = 40;
    status_.files.resize(1 + below(4));
    for (std::size_t i = 0; i < status_.files.size(); ++i) {
      pages_of_file_.push_back(below(10) == 0 ? 0 : 1 + below(below(4) == 0 ? 45 : 12));
    }
    // Children that are hostile, or just unlucky, end badly more often than not; others hardly ever.
    const std::uint32_t badness[] = {0, 5, 30, 70};
    badness_ = badness[below(4)];
    queue(begin_job(record_, status_, now()));
    check();
  }

  /// Lets things happen until the job is final. False if it never is.
  bool run() {
    for (int step = 0; step < 50'000; ++step) {
      if (waiting_.empty() && running_.empty()) {
        return is_final(status_.head.state);
      }
      if (running_.empty() || (!waiting_.empty() && below(3) == 0)) {
        claim();
      } else {
        auto& unit = running_[below(static_cast<std::uint32_t>(running_.size()))];
        if (below(3) != 0) {
          work(unit);
        } else {
          end(unit);
        }
      }
      check();
      if (testing::Test::HasFatalFailure()) {
        return false;
      }
    }
    return false;
  }

  void check_end() const {
    EXPECT_EQ(status_.head.units_left, 0U);
    EXPECT_GT(status_.head.completed_ms, 0);
    for (const auto& file : status_.files) {
      EXPECT_TRUE(is_final(file.state)) << to_string(file.state);
      EXPECT_EQ(file.state == State::failed, file.error != ErrorCode::none);
    }
    if (status_.head.state == State::completed) {
      EXPECT_GT(status_.head.processed_pages, status_.head.failed_pages);
      EXPECT_EQ(status_.head.error, ErrorCode::none);
      EXPECT_EQ(status_.head.processed_pages, status_.head.total_pages) << "every page is accounted for";
    } else {
      EXPECT_NE(status_.head.error, ErrorCode::none);
    }
  }

  [[nodiscard]] State state() const { return status_.head.state; }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_()) % n; }
  bool badly() { return below(100) < badness_; }
  std::int64_t now() { return now_ms_ += below(5); }

  void queue(const std::vector<Unit>& units) {
    for (auto unit : units) {
      ASSERT_EQ(unit.seq, 0U);
      ASSERT_EQ(unit.job, record_.id);
      unit.seq = ++last_seq_;
      waiting_.push_back(unit);
    }
  }

  void claim() {
    const auto at = waiting_.begin() + below(static_cast<std::uint32_t>(waiting_.size()));
    const auto unit = *at;
    waiting_.erase(at);
    ASSERT_TRUE(begin_unit(status_, unit, now()));
    ASSERT_GE(status_.head.attempts, unit.attempt);
    ASSERT_TRUE(attempts_.insert({unit.seq, unit.attempt}).second) << "a try's number names its outputs";
    running_.push_back(unit);
  }

  /// Notes a page as recorded: it must be the first time.
  void note(const PageRecord& page) {
    ASSERT_TRUE(recorded_.insert({page.file, page.page}).second) << "file " << page.file << " page " << page.page;
    ASSERT_GE(page.page, 1U);
    if (page.error != ErrorCode::none) {
      ++failed_;
    }
  }

  /// A unit's child reports a page or two, or tells the total.
  void work(Unit& unit) {
    if (unit.kind == UnitKind::assemble) {
      return;
    }
    const auto total = pages_of_file_[unit.file];
    if (unit.kind == UnitKind::probe && (unit.attempt > 1 || total == 0 || total > record_.limits.max_pages)) {
      return;
    }
    if (unit.kind == UnitKind::probe && below(3) == 0) {
      set_total_pages(status_, unit, total, now());
    }
    const auto last = unit.kind == UnitKind::range ? unit.last_page : total;
    std::vector<PageRecord> pages;
    for (auto page = std::max(unit.first_page, 1U); page <= last && pages.size() < below(4); ++page) {
      const auto error = badly() ? ErrorCode::too_many_pixels : ErrorCode::none;
      pages.push_back({.file = unit.file, .page = page, .error = error, .error_detail = "", .outputs = {}});
    }
    ASSERT_TRUE(record_pages(record_, status_, unit, pages, now()));
    for (const auto& page : pages) {
      note(page);
    }
    if (!pages.empty() && below(10) == 0) {
      const auto before = status_;
      ASSERT_FALSE(record_pages(record_, status_, unit, pages, now())) << "the same pages again";
      ASSERT_EQ(status_, before);
    }
  }

  std::vector<PageRange> ranges(std::uint32_t total) {
    std::vector<PageRange> result;
    for (std::uint32_t first = 1; first <= total;) {
      const auto last = std::min(total, first + below(5));
      result.push_back({.first = first, .last = last});
      first = last + 1;
    }
    return result;
  }

  UnitEnd good_end(const Unit& unit) {
    switch (unit.kind) {
      case UnitKind::probe: {
        const auto total = pages_of_file_[unit.file];
        if (unit.first_page == total + 1) {
          return below(2) == 0 ? UnitEnd(ended::Completed{.total_pages = total, .outputs = {}})
                               : UnitEnd(ended::Probed{total, {}});
        }
        return ended::Probed{total, ranges(total)};
      }
      case UnitKind::range:
        return ended::RangeDone{};
      case UnitKind::assemble:
      case UnitKind::run:
        break;
    }
    return ended::Completed{};
  }

  UnitEnd some_end(const Unit& unit) {
    if (!badly()) {
      return good_end(unit);
    }
    switch (below(9)) {
      case 0:
        return ended::Refused{{ErrorCode::corrupt, "refused"}};
      case 1:
      case 2:
        return ended::Failed{{ErrorCode::crashed, "signal 11"}};
      case 3:
        return ended::Released{};
      case 4:
        return ended::Released{.owner_lost = true};
      case 5:
        return ended::Probed{below(60), ranges(below(60))};
      case 6:
        return ended::RangeDone{};
      case 7:
        return ended::Completed{.total_pages = below(20), .outputs = {}};
      default:
        return good_end(unit);
    }
  }

  void end(Unit& running) {
    auto unit = running;
    const auto at = std::find_if(running_.begin(), running_.end(), [&](const Unit& u) { return u.seq == unit.seq; });
    running_.erase(at);
    const auto attempt = unit.attempt;
    const auto follow_up = end_unit(record_, status_, unit, some_end(unit), now());
    ASSERT_TRUE(follow_up);
    for (const auto& page : follow_up->given_up) {
      ASSERT_NE(page.error, ErrorCode::none);
      note(page);
    }
    if (follow_up->unit_goes_on) {
      ASSERT_EQ(unit.attempt, attempt + 1);
      ASSERT_TRUE(unit.kind != UnitKind::range || unit.first_page <= unit.last_page);
      waiting_.push_back(unit);
    }
    queue(follow_up->new_units);
    if (is_final(status_.head.state)) {
      ASSERT_TRUE(follow_up->new_units.empty());
      ASSERT_FALSE(follow_up->unit_goes_on);
      ASSERT_TRUE(waiting_.empty() && running_.empty()) << "units of a job that is final";
    }
  }

  /// What holds after every step.
  void check() {
    const auto& head = status_.head;
    ASSERT_EQ(head.units_left, waiting_.size() + running_.size());
    ASSERT_EQ(is_final(head.state), head.units_left == 0);
    ASSERT_TRUE(head.state == state_ || may_change(state_, head.state) ||
                (state_ == State::pending && may_change(State::processing, head.state)));
    state_ = head.state;

    ASSERT_EQ(head.processed_pages, recorded_.size());
    ASSERT_EQ(head.failed_pages, failed_);
    ASSERT_GE(head.processed_pages, processed_) << "never decreases";
    processed_ = head.processed_pages;
    ASSERT_GE(head.updated_ms, updated_ms_);
    updated_ms_ = head.updated_ms;

    std::uint32_t processed = 0;
    std::uint32_t failed = 0;
    std::uint32_t total = 0;
    for (const auto& file : status_.files) {
      processed += file.processed_pages;
      failed += file.failed_pages;
      total += file.total_pages;
      ASSERT_TRUE(file.total_pages == 0 || file.processed_pages <= file.total_pages);
      ASSERT_LE(file.failed_pages, file.processed_pages);
    }
    ASSERT_EQ(processed, head.processed_pages);
    ASSERT_EQ(failed, head.failed_pages);
    ASSERT_EQ(total, head.total_pages);
    ASSERT_GE(head.warning_count, head.failed_pages);
    ASSERT_EQ(status_.warnings.size(), std::min<std::size_t>(head.warning_count, max_warnings));

    const auto assemblies = [](const std::vector<Unit>& units) {
      return std::count_if(units.begin(), units.end(), [](const Unit& u) { return u.kind == UnitKind::assemble; });
    };
    ASSERT_LE(assemblies(waiting_) + assemblies(running_), 1);
    const auto stored = decode_status(encode(status_));
    ASSERT_TRUE(stored);
    ASSERT_EQ(*stored, status_);
  }

  std::mt19937 random_;
  std::uint32_t badness_ = 0;
  JobRecord record_;
  Status status_;
  std::vector<std::uint32_t> pages_of_file_;
  std::vector<Unit> waiting_;
  std::vector<Unit> running_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> attempts_;
  std::set<std::pair<std::uint16_t, std::uint32_t>> recorded_;
  std::uint32_t failed_ = 0;
  std::uint64_t last_seq_ = 0;
  std::int64_t now_ms_ = 1000;
  State state_ = State::pending;
  std::uint32_t processed_ = 0;
  std::int64_t updated_ms_ = 0;
};

TEST(Progress, EveryJobComesToASoundEndWhateverHappens) {
  std::map<State, int> ends;
  for (std::uint32_t seed = 1; seed <= 4000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomJob job(seed);
    ASSERT_TRUE(job.run());
    job.check_end();
    ASSERT_FALSE(testing::Test::HasFailure());
    ++ends[job.state()];
  }
  // The test is worth something only if both ends are met often.
  EXPECT_GT(ends[State::completed], 500);
  EXPECT_GT(ends[State::failed], 500);
}

}  // namespace
}  // namespace docket
