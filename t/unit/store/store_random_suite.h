// Conformance: many jobs in the hands of many workers that do, fail, hand back, die and remove, until all are over.
#pragma once

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "store/committer.h"
#include "store/store_fixture.h"

namespace docket {

/// One of a few, so that several jobs have it.
inline Sha256 some_sameness(std::minstd_rand& random) {
  Sha256 fingerprint{};
  fingerprint[0] = static_cast<std::uint8_t>(1 + random() % 3);
  return fingerprint;
}

/// One worker of the crowd, on its own thread.
class RandomWorker {
 public:
  RandomWorker(Store& store, Committer& committer, std::uint8_t number, std::atomic<int>& living,
               std::atomic<int>& linked, const std::vector<JobId>& jobs)
      : driver_(store, [&committer](std::span<const Command> changes) { committer.commit(changes); }),
        holder_(worker(number)),
        living_(living),
        linked_(linked),
        jobs_(jobs),
        random_(number) {}

  void run() {
    while (living_ > 0) {
      if (one_in(40)) {
        remove_one();
      }
      if (one_in(40)) {
        link_one();
      }
      if (const auto held = driver_.claim(holder_)) {
        work(*held);
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }

  void remove_one() {
    const auto removed = driver_.remove(jobs_[random_() % jobs_.size()]);
    if (removed.result && !is_final(removed.result->head.state)) {
      --living_;
    }
  }

  /// The original may be removed between the two commits.
  void link_one() {
    const auto made = driver_.accept_linked({.files = 2, .fingerprint = some_sameness(random_)});
    if (!made.result) {
      EXPECT_EQ(made.result.error().code, ErrorCode::not_found) << made.result.error().detail;
    } else if (!made.dedupe_source) {
      ++linked_;
      EXPECT_EQ(driver_.see(made.record.id)->head.state, State::completed);
    }
  }

  /// A unit's job may be removed at any time: then, and only then, an end is refused.
  void ended(const Result<Status>& result) {
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::lease_lost) << result.error().detail;
    } else if (is_final(result->head.state)) {
      --living_;
    }
  }

  void work(const Held& held) {
    EXPECT_EQ(held.status.head.state, State::processing);
    if (one_in(12)) {
      ended(driver_.end(held, ended::Failed{{ErrorCode::crashed, "signal 11"}}));
    } else if (one_in(12)) {
      ended(driver_.end(held, ended::Released{}));
    } else if (one_in(25)) {
      const auto recovered = driver_.recover(holder_);  // it died; somebody notices
      ASSERT_TRUE(recovered);
      EXPECT_LE(*recovered, 1U);
    } else {
      switch (held.unit.kind) {
        case UnitKind::probe:
          return probe(held);
        case UnitKind::range:
          return range(held);
        case UnitKind::assemble:
          EXPECT_EQ(held.pages.size(), held.status.head.processed_pages);
          return ended(driver_.assemble(held));
        case UnitKind::run:
          return run_one(held);
      }
    }
  }

  void probe(const Held& held) {
    // A probe that has begun on the pages goes on with them, for its total is known.
    const auto known = held.status.files[held.unit.file].total_pages;
    const auto total = known != 0 ? known : static_cast<std::uint32_t>(1 + random_() % 9);
    if (known == 0 && one_in(15)) {
      ended(driver_.end(held, ended::Refused{{ErrorCode::encrypted, "no password"}}));
    } else if (known == 0 && one_in(2)) {
      ended(driver_.probed(held, total, 2));
    } else {
      const auto first = std::max(held.unit.first_page, 1U);
      if (first <= total && !record(held, first, total)) {
        return;
      }
      const auto next = first + 1;
      auto rest = next <= total ? held.pages_from(next, total) : std::vector<PageRecord>{};
      if (held.status.files.size() == 1) {
        ended(driver_.end(held, ended::Completed{.total_pages = total, .outputs = held.outputs()}, std::move(rest)));
      } else {
        ended(driver_.end(held, ended::Probed{.total_pages = total, .ranges = {}}, std::move(rest)));
      }
    }
  }

  /// Records one page; false if the unit is no longer this worker's or ends here for another reason.
  bool record(const Held& held, std::uint32_t page, std::uint32_t total) {
    const auto error = one_in(10) ? ErrorCode::corrupt : ErrorCode::none;
    const auto recorded = driver_.record(held, {held.page(page, error)}, total);
    if (!recorded) {
      EXPECT_EQ(recorded.error().code, ErrorCode::lease_lost) << recorded.error().detail;
      return false;
    }
    if (one_in(8)) {
      ended(driver_.end(held, ended::Failed{{ErrorCode::out_of_memory, "killed"}}));
      return false;
    }
    return true;
  }

  void run_one(const Held& held) {
    if (one_in(2)) {
      const auto recorded = driver_.record_steps(held, {.processed = 1, .total = 3, .message = "one of three"});
      if (!recorded) {
        EXPECT_EQ(recorded.error().code, ErrorCode::lease_lost) << recorded.error().detail;
      }
    }
    if (one_in(10)) {
      return ended(driver_.end(held, ended::Refused{{ErrorCode::command_failed, "exit code 65"}}));
    }
    ended(driver_.complete_run(held));
  }

  void range(const Held& held) {
    for (auto page = held.unit.first_page; page < held.unit.last_page; ++page) {
      if (!record(held, page, 0)) {
        return;
      }
    }
    ended(driver_.end(held, ended::RangeDone{}, held.pages_from(held.unit.last_page, held.unit.last_page)));
  }

  StoreDriver driver_;
  Holder holder_;
  std::atomic<int>& living_;
  std::atomic<int>& linked_;
  const std::vector<JobId>& jobs_;
  std::minstd_rand random_;
};

template <class Backend>
class StoreRandom : public StoreConformance<Backend> {};
TYPED_TEST_SUITE_P(StoreRandom);

TYPED_TEST_P(StoreRandom, AllJobsComeToAnEnd) {
  constexpr int count = 400;
  constexpr std::uint8_t workers = 6;
  auto& d = *this->driver;
  std::vector<JobId> jobs;
  std::minstd_rand random(1);
  for (int i = 0; i < count; ++i) {
    const auto files = 1 + random() % 3;
    jobs.push_back(d.accept({.owner = std::string(random() % 5, 'o'),
                             .files = files,
                             .priority = static_cast<std::uint8_t>(random() % 3),
                             .expire_ms = random() % 2,
                             .keep_input = random() % 2 == 0,
                             .fingerprint = files == 2 ? std::optional(some_sameness(random)) : std::nullopt,
                             .client = random() % 2 == 0 ? "192.0.2.1" : "2001:db8::1",
                             .command = i % 5 == 4 && files != 2 ? std::optional(command(files == 3)) : std::nullopt}));
  }
  std::atomic<int> living{count};
  std::atomic<int> linked{0};
  Committer committer(*this->store);
  {
    std::vector<std::jthread> crowd;
    for (std::uint8_t i = 1; i <= workers; ++i) {
      crowd.emplace_back([&, i] { RandomWorker(*this->store, committer, i, living, linked, jobs).run(); });
    }
  }
  EXPECT_EQ(living, 0);
  EXPECT_TRUE(d.holders().empty());
  EXPECT_FALSE(d.claim());
  const auto counts = d.counts();
  EXPECT_EQ(counts.waiting_units, 0U);
  EXPECT_GT(linked, 0);
  EXPECT_EQ(counts.accepted, static_cast<std::uint64_t>(count + linked));
  EXPECT_EQ(counts.started, static_cast<std::uint64_t>(count + linked));
  std::size_t completed = 0;
  for (const auto& id : d.list({.limit = static_cast<std::uint32_t>(count + linked)})) {
    const auto head = d.head(id);
    EXPECT_TRUE(is_final(head.state));
    EXPECT_EQ(head.units_left, 0U);
    completed += head.state == State::completed ? 1 : 0;
  }
  EXPECT_GT(completed, 0U);
  // Every page that is done was told once. Those of linked jobs are nothing new.
  std::map<std::pair<JobId, std::uint16_t>, std::set<std::uint32_t>> told;
  std::map<JobId, std::uint32_t> told_of;
  for (const auto& change : d.changes()) {
    if (change.kind == JobEventKind::page) {
      EXPECT_TRUE(told[std::pair(change.job, change.file)].insert(change.page).second)
          << word_of(change) << " of " << change.job.text() << " twice";
      EXPECT_TRUE(d.reader().page(change.job, change.file, change.page) || !d.see(change.job)) << word_of(change);
      ++told_of[change.job];
    }
  }
  for (const auto& id : jobs) {
    if (d.see(id) && d.head(id).kind == WorkKind::document) {
      EXPECT_EQ(told_of[id], d.head(id).processed_pages) << id.text();
    }
  }
  // TearDown() checks the indexes.
}

REGISTER_TYPED_TEST_SUITE_P(StoreRandom, AllJobsComeToAnEnd);

}  // namespace docket
