// Conformance: lists, snapshots, and that what was committed stays.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "store/store_fixture.h"

namespace docket {

template <class Backend>
class StoreReading : public StoreConformance<Backend> {
 protected:
  /// Accepts `count` jobs in a few commits; ids in the order of acceptance.
  std::vector<JobId> accept_many(std::size_t count, const JobSpec& spec) {
    std::vector<AcceptJob> jobs;
    jobs.reserve(count);
    std::vector<Command> changes;
    std::vector<JobId> ids;
    for (std::size_t i = 0; i < count; ++i) {
      jobs.push_back(this->driver->new_job(spec));
      ids.push_back(jobs.back().record.id);
      changes.emplace_back(&jobs.back());
      if (changes.size() == 1000 || i + 1 == count) {
        this->driver->commit_all(changes);
        changes.clear();
      }
    }
    for (const auto& job : jobs) {
      EXPECT_TRUE(job.result);
    }
    return ids;
  }

  static std::uint8_t only(State state) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state)); }
};
TYPED_TEST_SUITE_P(StoreReading);

TYPED_TEST_P(StoreReading, ListsTheNewestFirst) {
  auto& d = *this->driver;
  const auto a1 = d.accept({.owner = "ann"});
  const auto b1 = d.accept({.owner = "ben"});
  const auto n1 = d.accept();
  const auto a2 = d.accept({.owner = "ann"});
  EXPECT_THAT(d.list(), testing::ElementsAre(a2, n1, b1, a1));
  EXPECT_EQ(d.last_cursor, std::nullopt);
  EXPECT_THAT(d.list({.owner = "ann"}), testing::ElementsAre(a2, a1));
  EXPECT_EQ(d.last_cursor, std::nullopt);
  EXPECT_THAT(d.list({.owner = "ben"}), testing::ElementsAre(b1));
  EXPECT_THAT(d.list({.owner = ""}), testing::ElementsAre(n1)) << "nobody is an owner too";
  EXPECT_TRUE(d.list({.owner = "cid"}).empty());
}

TYPED_TEST_P(StoreReading, ASummaryIsTheHeadOfTheStatusAndTheOwner) {
  auto& d = *this->driver;
  EXPECT_EQ(code_of(d.reader().summary(JobId::make(1))), ErrorCode::not_found);
  const auto id = d.accept({.owner = "ann"});
  for (int step = 0; step < 2; ++step) {
    const auto summary = d.reader().summary(id);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->head, d.head(id));
    EXPECT_EQ(summary->owner, "ann");
    if (step == 0) {
      ASSERT_TRUE(d.complete_small(*d.claim()));
    }
  }
}

TYPED_TEST_P(StoreReading, ListsByState) {
  auto& d = *this->driver;
  const auto completed = d.accept({.owner = "ann"});
  ASSERT_TRUE(d.complete_small(*d.claim()));
  const auto failed = d.accept({.owner = "ann"});
  ASSERT_TRUE(d.end(*d.claim(), ended::Refused{{ErrorCode::corrupt, "x"}}));
  const auto running = d.accept({.owner = "ann"});
  d.claim();
  const auto waiting = d.accept({.owner = "ann"});
  for (const auto& owner : {std::optional<std::string>("ann"), std::optional<std::string>()}) {
    EXPECT_THAT(d.list({.owner = owner, .states = this->only(State::completed)}), testing::ElementsAre(completed));
    EXPECT_THAT(d.list({.owner = owner, .states = this->only(State::failed)}), testing::ElementsAre(failed));
    EXPECT_THAT(d.list({.owner = owner, .states = this->only(State::processing)}), testing::ElementsAre(running));
    EXPECT_THAT(d.list({.owner = owner, .states = this->only(State::pending)}), testing::ElementsAre(waiting));
    const auto final_states = static_cast<std::uint8_t>(this->only(State::completed) | this->only(State::failed));
    EXPECT_THAT(d.list({.owner = owner, .states = final_states}), testing::ElementsAre(failed, completed));
    EXPECT_TRUE(d.list({.owner = owner, .states = 0}).empty());
  }
}

TYPED_TEST_P(StoreReading, ListsPageByPage) {
  auto& d = *this->driver;
  std::vector<JobId> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(d.accept({.owner = "ann"}));
    d.accept({.owner = "zoe"});
  }
  std::reverse(ids.begin(), ids.end());
  for (const std::uint32_t limit : {1U, 3U, 5U, 10U, 11U}) {
    std::vector<JobId> seen;
    ListQuery query{.owner = "ann", .limit = limit};
    std::size_t calls = 0;
    do {
      query.before = d.last_cursor;
      const auto some = d.list(query);
      EXPECT_LE(some.size(), limit);
      EXPECT_FALSE(some.empty()) << "a cursor is only given where more follows";
      seen.insert(seen.end(), some.begin(), some.end());
      ASSERT_LE(++calls, 20U);
    } while (d.last_cursor);
    EXPECT_EQ(seen, ids) << "limit " << limit;
    EXPECT_EQ(calls, (10 + limit - 1) / limit);
  }
  EXPECT_EQ(d.list({.limit = 5}).size(), 5U);
  EXPECT_TRUE(d.last_cursor);
  EXPECT_EQ(d.list({.limit = 20}).size(), 20U);
  EXPECT_FALSE(d.last_cursor);
  EXPECT_TRUE(d.list({.limit = 0}).empty());
}

TYPED_TEST_P(StoreReading, ACursorMayStandForAJobThatIsGone) {
  auto& d = *this->driver;
  const auto first = d.accept({.owner = "ann"});
  const auto second = d.accept({.owner = "ann"});
  const auto third = d.accept({.owner = "ann"});
  d.remove(second);
  EXPECT_THAT(d.list({.owner = "ann", .before = second}), testing::ElementsAre(first));
  EXPECT_THAT(d.list({.before = second}), testing::ElementsAre(first));
  EXPECT_TRUE(d.list({.before = first}).empty());
  EXPECT_TRUE(d.list({.owner = "ann", .before = first}).empty());
  JobId highest;
  highest.bytes.fill(0xFF);
  EXPECT_THAT(d.list({.before = highest}), testing::ElementsAre(third, first));
  EXPECT_THAT(d.list({.owner = "ann", .before = highest}), testing::ElementsAre(third, first));
}

TYPED_TEST_P(StoreReading, AListLooksAtSoManyJobsAndNoMore) {
  auto& d = *this->driver;
  constexpr auto bound = StoreReader::max_looked_at;
  const auto ids = this->accept_many(bound + 5, {.owner = "ann"});
  // The oldest one is the only one that matches.
  ASSERT_EQ(d.claim()->unit.job, ids.front());
  for (const auto& owner : {std::optional<std::string>("ann"), std::optional<std::string>()}) {
    ListQuery query{.owner = owner, .states = this->only(State::processing)};
    EXPECT_TRUE(d.list(query).empty());
    ASSERT_EQ(d.last_cursor, ids[5]) << "the last one looked at";
    query.before = d.last_cursor;
    EXPECT_THAT(d.list(query), testing::ElementsAre(ids.front()));
    EXPECT_FALSE(d.last_cursor);
    query = {.owner = owner, .states = this->only(State::pending), .before = ids[bound]};
    query.limit = bound;
    EXPECT_EQ(d.list(query).size(), bound - 1);
    EXPECT_FALSE(d.last_cursor) << "it ended before the bound did";
  }
}

TYPED_TEST_P(StoreReading, AVisitorDoesNotReadAgain) {
  auto& d = *this->driver;
  const auto id = d.accept();
  ErrorCode inner = ErrorCode::none;
  const auto read = d.reader().status(id, [&](const StatusView& view, std::string_view, const QueueCounts&) {
    inner = code_of(d.reader().record(id));
    EXPECT_EQ(view.owner, "") << "the outer view still stands";
  });
  EXPECT_TRUE(read);
  EXPECT_EQ(inner, ErrorCode::illegal_change);
  EXPECT_TRUE(d.reader().record(id)) << "and afterwards all is well";
}

TYPED_TEST_P(StoreReading, ReopeningShowsEverything) {
  const auto waiting = this->driver->accept({.owner = "ann", .fields = R"({"k":"v"})"});
  const auto running = this->driver->accept({.owner = "ben"});
  ASSERT_EQ(this->driver->claim(worker(1))->unit.job, waiting);
  const auto held = this->driver->claim(worker(2));
  ASSERT_EQ(held->unit.job, running);
  ASSERT_TRUE(this->driver->record(*held, {held->page(1)}, 2));
  const auto before = this->driver->see(running);

  this->reopen();
  auto& d = *this->driver;
  EXPECT_EQ(d.see(running)->head, before->head);
  EXPECT_EQ(d.see(waiting)->fields, R"({"k":"v"})");
  EXPECT_EQ(*d.reader().page(running, 0, 1), held->page(1));
  EXPECT_THAT(d.holders(), testing::UnorderedElementsAre(worker(1), worker(2)));
  ASSERT_TRUE(d.end(*held, ended::Completed{.total_pages = 2, .outputs = held->outputs()}, {held->page(2)}))
      << "a lease holds over a reopening";
  EXPECT_GT(d.head(running).change, before->head.change) << "and numbers go on";
  ASSERT_EQ(*d.recover(worker(1)), 1U);
  EXPECT_EQ(d.claimed_job(), waiting);
}

TYPED_TEST_P(StoreReading, ReadersSeeWholeCommitsWhileOthersWrite) {
  constexpr int pairs = 300;
  std::atomic<bool> writing{true};
  std::thread writer([&] {
    StoreDriver d(*this->store);
    for (int i = 0; i < pairs; ++i) {
      // Two jobs of one commit, and the older ones' way on: whoever looks sees an even number.
      auto one = d.new_job({.owner = "pair"});
      auto two = d.new_job({.owner = "pair"});
      d.commit_all({&one, &two});
      EXPECT_TRUE(one.result && two.result);
      const auto held = d.claim(worker(1));
      ASSERT_TRUE(held);
      ASSERT_TRUE(d.record(*held, {held->page(1)}, 2));
      ASSERT_TRUE(d.end(*held, ended::Completed{.total_pages = 2, .outputs = held->outputs()}, {held->page(2)}));
    }
    writing = false;
  });
  const auto read = [&] {
    const auto reader = this->store->reader();
    std::map<JobId, std::uint64_t> changes;
    std::size_t last = 0;
    for (bool last_look = false; !last_look;) {
      last_look = !writing;  // one more when all is written
      std::size_t count = 0;
      const auto listed =
          reader->list({.owner = "pair", .limit = 100'000}, [&](const JobId& id, const StatusView& view) {
            ++count;
            auto& change = changes[id];
            EXPECT_GE(view.head.change, change);
            change = view.head.change;
            EXPECT_LE(view.head.processed_pages, view.head.total_pages);
            EXPECT_EQ(view.head.state == State::completed, view.head.completed_ms != 0);
            EXPECT_EQ(is_final(view.head.state), view.head.units_left == 0);
          });
      ASSERT_TRUE(listed);
      EXPECT_EQ(count % 2, 0U);
      EXPECT_GE(count, last);
      last = count;
    }
    EXPECT_EQ(last, 2U * pairs);
  };
  std::thread other(read);
  read();
  other.join();
  writer.join();
}

TYPED_TEST_P(StoreReading, CountsJobsByOwnerAndState) {
  auto& d = *this->driver;
  d.accept({.owner = "ann"});
  ASSERT_TRUE(d.complete_small(*d.claim()));
  d.accept({.owner = "ann"});
  const auto held = d.claim();
  d.accept({.owner = "ann"});
  const auto gone = d.accept({.owner = "ben"});
  d.accept();
  EXPECT_EQ(d.reader().states("ann"), (StateCounts{1, 1, 1, 0}));
  EXPECT_EQ(d.reader().states("ben"), (StateCounts{1, 0, 0, 0}));
  EXPECT_EQ(d.reader().states(""), (StateCounts{1, 0, 0, 0})) << "nobody is an owner too";
  EXPECT_EQ(d.reader().states(std::nullopt), (StateCounts{3, 1, 1, 0}));
  d.remove(gone);
  EXPECT_EQ(d.reader().states("ben"), StateCounts{});
}

TYPED_TEST_P(StoreReading, ShowsWhatHappenedInItsOrder) {
  auto& d = *this->driver;
  EXPECT_EQ(d.reader().last_change().value(), 0U);
  const auto job = d.accept({.owner = "ann"});
  ASSERT_TRUE(d.complete_small(*d.claim(), 2));
  const auto other = d.accept();
  d.remove(other);
  std::vector<std::pair<JobId, JobEventKind>> seen;
  const auto read_from = [&](std::uint64_t after, std::uint32_t limit) {
    return d.reader().changes(after, limit, [&](std::uint64_t number, const JobEvent& change) {
      EXPECT_EQ(number, seen.size() + 1);
      EXPECT_EQ(change.owner, OwnerKey::of(change.job == job ? "ann" : ""));
      seen.emplace_back(change.job, change.kind);
    });
  };
  const auto first = read_from(0, 3);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->last, 3U);
  EXPECT_TRUE(first->more);
  EXPECT_FALSE(first->gap);
  const auto rest = read_from(3, 100);
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->more);
  EXPECT_EQ(rest->last, d.reader().last_change().value());
  using enum JobEventKind;
  EXPECT_THAT(seen, testing::ElementsAre(std::pair(job, accepted), std::pair(job, started), std::pair(job, page),
                                         std::pair(job, page), std::pair(job, file), std::pair(job, completed),
                                         std::pair(other, accepted), std::pair(other, deleted)));
  EXPECT_EQ(d.head(job).change, 6U);
  const auto none = read_from(rest->last, 100);
  EXPECT_EQ(none->last, rest->last);
  EXPECT_FALSE(none->more || none->gap);
}

REGISTER_TYPED_TEST_SUITE_P(StoreReading, ShowsWhatHappenedInItsOrder, CountsJobsByOwnerAndState, ListsTheNewestFirst,
                            ASummaryIsTheHeadOfTheStatusAndTheOwner, ListsByState, ListsPageByPage,
                            ACursorMayStandForAJobThatIsGone, AListLooksAtSoManyJobsAndNoMore, AVisitorDoesNotReadAgain,
                            ReopeningShowsEverything, ReadersSeeWholeCommitsWhileOthersWrite);

}  // namespace docket
