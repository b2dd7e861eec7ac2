// Jobs from their acceptance to their end, by the runner, a real store and a real docket-engine.
#include "work/runner.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "engine/work_context_fixture.h"
#include "host/slots.h"

namespace docket::engine::test {
namespace {

using Names = std::vector<std::string>;

class RunnerTest : public WorkContextTest {
 protected:
  bool has_rung() {
    pollfd waiting{.fd = notifications_->units().listen(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
  }

  /// The child of a unit that is being run, held by a signal.
  pid_t hold_child() {
    const auto child = await_unit();
    EXPECT_TRUE(signal_one(child, SIGSTOP));
    return child;
  }
};

TEST_F(RunnerTest, SmallDocumentIsOneUnit) {
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(3)}});
  run_units(shop);
  const auto seen = status(job);
  EXPECT_EQ(seen.head.state, State::completed) << seen.error_detail;
  EXPECT_EQ(seen.head.total_pages, 3U);
  EXPECT_EQ(seen.head.processed_pages, 3U);
  EXPECT_NE(result(job, Format::markdown).find("Page number 3"), std::string::npos);
  const auto page = reader_->page(job, 0, 2);
  ASSERT_TRUE(page);
  EXPECT_NE(result(job, page->outputs, Format::text).find("Page number 2"), std::string::npos);
  // Accepted, claimed, ended (and, where the machine is so busy that it lasts, the number of pages), and one file.
  EXPECT_GE(committer_->counts().groups, 3U);
  EXPECT_LE(committer_->counts().groups, 4U);
  EXPECT_EQ(files_of(job).size(), 2U);
  EXPECT_TRUE(log_.empty()) << log_[0];
}

TEST_F(RunnerTest, LargeDocumentIsDoneInRangesAndAssembled) {
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(70)}});
  static_cast<void>(has_rung());  // listens from here on
  run_units(shop);
  const auto seen = status(job);
  ASSERT_EQ(seen.head.state, State::completed) << seen.error_detail;
  EXPECT_EQ(seen.head.processed_pages, 70U);
  const auto text = result(job, Format::text);
  for (int page = 1; page <= 70; ++page) {
    EXPECT_NE(text.find("Page number " + std::to_string(page) + "\n"), std::string::npos) << page;
  }
  EXPECT_TRUE(has_rung()) << "nobody was told that there are ranges to do";
  const auto names = files_of(job);
  EXPECT_EQ(names.size(), 3U);  // the probe's own output was for nothing
  EXPECT_EQ(std::count(names.begin(), names.end(), "pages"), 1);
}

TEST_F(RunnerTest, ScanKeepsAllThreadsBusy) {
  const auto job = accept({{"scan.tif", scan_tiff(4, 10), MediaType::tiff}});
  std::atomic<bool> first_page_seen_early = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      auto shop = context();
      // A worker's threads come again when they are woken.
      const auto reader = store_->reader();
      eventually([&] {
        run_units(shop);
        return reader->outputs(job).has_value();
      });
    });
  }
  const auto reader = store_->reader();
  EXPECT_TRUE(eventually([&] {
    if (reader->page(job, 0, 1)) {
      first_page_seen_early = !reader->outputs(job);
      return true;
    }
    return false;
  }));
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(first_page_seen_early) << "a page could not be had before the job's end";
  const auto seen = status(job);
  EXPECT_EQ(seen.head.state, State::completed) << seen.error_detail;
  EXPECT_EQ(seen.head.processed_pages, 4U);
}

TEST_F(RunnerTest, PagesOfALongRangeAreRecordedOnTheWay) {
#ifdef __SANITIZE_ADDRESS__
  constexpr unsigned lines = 4000;
#else
  constexpr unsigned lines = 32000;
#endif
  const auto job = accept({{"a.pdf", text_pdf(33, lines)}});
  auto shop = context();
  std::jthread thread([&] { run_units(shop); });
  // Asked in this order: what is there first cannot have come with what is not there after it.
  EXPECT_TRUE(eventually([&] { return reader_->page(job, 0, 1) && !reader_->page(job, 0, 17); }))
      << "the range was recorded in one piece";
  thread.join();
  EXPECT_EQ(status(job).head.processed_pages, 33U);
}

TEST_F(RunnerTest, SeveralFilesAreAssembledTogether) {
  auto shop = context();
  const auto job = accept({{"one.pdf", text_pdf(1)}, {"two.pdf", text_pdf(2)}});
  run_units(shop);
  const auto seen = status(job);
  ASSERT_EQ(seen.head.state, State::completed) << seen.error_detail;
  EXPECT_EQ(seen.head.total_pages, 3U);
  const auto documents = result(job, Format::markdown, Representation::documents);
  EXPECT_NE(documents.find("two.pdf"), std::string::npos) << documents;
}

TEST_F(RunnerTest, BadDocumentFailsAndLeavesNoOutput) {
  auto shop = context();
  const auto job = accept({{"a.pdf", std::string(4000, 'x')}});
  run_units(shop);
  const auto seen = status(job);
  EXPECT_EQ(seen.head.state, State::failed);
  EXPECT_EQ(seen.head.error, ErrorCode::corrupt);
  EXPECT_EQ(files_of(job), Names{"in.0"});
}

TEST_F(RunnerTest, MissingUploadFailsTheJob) {
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(1)}});
  ASSERT_TRUE(spool_->remove(Spool::input_path(job, 0)));
  run_units(shop);
  EXPECT_EQ(status(job).head.state, State::failed);
}

TEST_F(RunnerTest, WithoutASlotNothingIsClaimed) {
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(1)}});
  {
    const auto taken = try_take_unit_slot(run_folder(), document_pool, 1);
    ASSERT_TRUE(taken && *taken);
    run_units(shop, 1);
    EXPECT_EQ(status(job).head.state, State::pending);
  }
  run_units(shop, 1);
  EXPECT_EQ(status(job).head.state, State::completed);
}

TEST_F(RunnerTest, DrainingClaimsNothingMore) {
  auto shop = context();
  const auto first = accept({{"a.pdf", text_pdf(1)}});
  const auto second = accept({{"b.pdf", text_pdf(1)}});
  bool draining = false;
  shop.draining = [&] { return std::exchange(draining, true); };  // from the second question on
  run_units(shop);
  EXPECT_EQ(status(first).head.state, State::completed);
  EXPECT_EQ(status(second).head.state, State::pending);
  run_units(shop);
  EXPECT_EQ(status(second).head.state, State::pending);
  EXPECT_EQ(reader_->counts(0)->waiting_units, 1U);
}

TEST_F(RunnerTest, QuittingHandsBackTheUnitInHand) {
  auto shop = context();
  std::atomic<bool> quitting = false;
  shop.quitting = [&] { return quitting.load(); };
  const auto job = accept({{"scan.tif", scan_tiff(1, 10), MediaType::tiff}});
  static_cast<void>(has_rung());
  std::jthread thread([&] { run_units(shop); });
  const auto child = hold_child();
  EXPECT_EQ(status(job).head.state, State::processing);
  quitting = true;
  thread.join();
  EXPECT_TRUE(has_ended(child));
  EXPECT_EQ(reader_->counts(0)->waiting_units, 1U);
  EXPECT_TRUE(has_rung());
  EXPECT_EQ(files_of(job), Names{"in.0"});

  quitting = false;
  run_units(shop);
  EXPECT_EQ(status(job).head.state, State::completed);
}

TEST_F(RunnerTest, RemovedJobIsStoppedAndItsFilesAreGone) {
  auto shop = context();
  const auto job = accept({{"scan.tif", scan_tiff(1, 10), MediaType::tiff}});
  std::jthread thread([&] { run_units(shop); });
  const auto child = hold_child();
  RemoveJob removed{.job = job, .owner = {}, .now_ms = unix_ms()};
  commit(&removed);
  EXPECT_TRUE(removed.result);
  EXPECT_TRUE(spool_->remove_job(job, 1, removed.output_files));
  thread.join();
  EXPECT_TRUE(has_ended(child));
  EXPECT_EQ(files_of(job), Names{});
  EXPECT_TRUE(log_.empty()) << log_[0];
}

TEST_F(RunnerTest, UnitThatWasTakenAwayIsStopped) {
  auto shop = context();
  const auto job = accept({{"scan.tif", scan_tiff(1, 40), MediaType::tiff}});
  std::jthread thread([&] { run_units(shop); });
  // Held as soon as its pages are counted: from there to the unit's end there is nothing to record that would be
  // refused.
  const auto child = hold_child();
  const auto is_counted = [&] { return status(job).head.total_pages == 1; };
  for (int round = 0; round < 100 && !is_counted(); ++round) {
    EXPECT_TRUE(signal_one(child, SIGCONT));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_TRUE(signal_one(child, SIGSTOP));
    // The worker records it at most so much later.
    const auto recorded = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
    eventually([&] { return is_counted() || std::chrono::steady_clock::now() > recorded; });
  }
  RequeueJob taken{.job = job, .now_ms = unix_ms()};
  commit(&taken);
  EXPECT_TRUE(taken.result && *taken.result == 1U);
  EXPECT_TRUE(eventually([&] { return has_ended(child); })) << "what nobody waits for goes on";
  static_cast<void>(signal_one(child, SIGKILL));
  thread.join();
  EXPECT_EQ(status(job).head.state, State::completed);
}

TEST_F(RunnerTest, PageThatCrashesItsChildIsGivenUpAlone) {
  const auto job = accept({{"scan.tif", scan_tiff(2, 10), MediaType::tiff}}, 2);
  auto shop = context();
  std::jthread thread([&] { run_units(shop); });
  // The probe's child ends by itself; the two that come for the first range do not.
  EXPECT_TRUE(eventually([&] { return status(job).head.total_pages == 2; }));
  pid_t last = 0;
  for (int crash = 0; crash < 2; ++crash) {
    EXPECT_TRUE(eventually([&] {
      const auto child = await_unit();
      if (child == last) {
        return false;
      }
      last = child;
      return signal_one(last, SIGALRM);
    }));
    EXPECT_TRUE(eventually([&] { return has_ended(last); }));
  }
  thread.join();
  const auto seen = status(job);
  EXPECT_EQ(seen.head.state, State::completed) << seen.error_detail;
  EXPECT_EQ(seen.head.processed_pages, 2U);
  EXPECT_EQ(seen.head.failed_pages, 1U);
  EXPECT_EQ(seen.warnings, Names{"1 crashed"});
  EXPECT_NE(result(job, Format::text).find("quick brown fox"), std::string::npos);
}

TEST_F(RunnerTest, LostEngineCostsNoTry) {
  const auto job = accept({{"scan.tif", scan_tiff(1, 10), MediaType::tiff}}, 1);
  auto shop = context();
  std::jthread thread([&] { run_units(shop); });
  const auto engine = stat_of(hold_child()).parent;
  EXPECT_TRUE(signal_one(engine, SIGKILL));
  thread.join();
  EXPECT_EQ(status(job).head.state, State::completed);
}

TEST_F(RunnerTest, WithoutAnEngineUnitsWait) {
  auto wrong = config();
  wrong.program = "/does/not/exist";
  client_.emplace(wrong);
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(1)}});
  run_units(shop);
  run_units(shop);
  EXPECT_EQ(reader_->counts(0)->waiting_units, 1U);
  EXPECT_EQ(status(job).head.state, State::pending);
  EXPECT_FALSE(client().health());

  client_.emplace(config());
  auto good = context();
  run_units(good);
  EXPECT_EQ(status(job).head.state, State::completed);
}

TEST_F(RunnerTest, DeadHoldersUnitsAreQueuedAgain) {
  auto shop = context();
  const auto job = accept({{"a.pdf", text_pdf(1)}});
  ClaimUnit claim;
  {
    const auto dead = LeaseFile::create(run_folder());
    ASSERT_TRUE(dead);
    claim.holder = dead->holder();
    claim.now_ms = unix_ms();
    commit(&claim);
    ASSERT_TRUE(claim.result && *claim.result);
    EXPECT_FALSE(recover_dead_holders(shop)) << "it is not dead yet";
    run_units(shop);
    EXPECT_EQ(status(job).head.state, State::processing);
  }
  EXPECT_TRUE(recover_dead_holders(shop));
  EXPECT_FALSE(recover_dead_holders(shop));
  run_units(shop);
  EXPECT_EQ(status(job).head.state, State::completed);
}

}  // namespace
}  // namespace docket::engine::test
