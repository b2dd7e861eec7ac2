#include "store/recovery/spool_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utime.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/lmdb/lmdb_edit.h"
#include "store/spool/spool.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = SpoolProblem::Kind;

constexpr std::int64_t hour = 3'600'000;

class SpoolCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    store = backend.open();
    ASSERT_TRUE(store);
    driver.emplace(*store);
    std::filesystem::create_directories(root());
    auto opened = SpoolFolder::open(backend.options.folder);
    ASSERT_TRUE(opened);
    spool.emplace(std::move(*opened));
  }

  [[nodiscard]] std::filesystem::path root() const { return backend.options.folder + "/spool"; }

  /// A file that was last written to at this Unix time.
  void write(const std::string& relative, const std::string& text, std::int64_t written_ms = now_ms - 2 * hour) const {
    const auto path = root() / relative;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    const utimbuf times{written_ms / 1000, written_ms / 1000};
    ASSERT_EQ(::utime(path.c_str(), &times), 0);
  }

  static std::string upload(std::size_t i) { return "upload " + std::to_string(i); }

  /// With its files in the spool.
  JobId accept(std::size_t files = 1, bool keep_input = true) {
    auto change = driver->new_job({.files = files});
    change.record.keep_input = keep_input;
    for (std::size_t i = 0; i < files; ++i) {
      auto& file = change.status.files[i];
      file.size = upload(i).size();
      file.sha256 = sha256(upload(i));
      write(Spool::input_path(change.record.id, static_cast<std::uint32_t>(i)), upload(i));
    }
    EXPECT_TRUE(driver->commit(change).result);
    return change.record.id;
  }

  /// The job's last unit, with its result.
  Held complete(std::uint32_t pages = 1) {
    const auto held = *driver->claim();
    EXPECT_TRUE(driver->complete_small(held, pages));
    write(Spool::output_path(held.unit.job, held.outputs().output_file), "0123456789");
    write(Spool::output_path(held.unit.job, {.pages = true}), "0123456789");
    return held;
  }

  SpoolReport check(bool quick = false) {
    const auto report = check_spool(driver->reader(), *spool, {.quick = quick, .now_ms = now_ms, .min_age_ms = hour});
    EXPECT_TRUE(report) << report.error().detail;
    return report.value_or(SpoolReport{});
  }
  std::vector<std::string> sentences(bool quick = false) {
    std::vector<std::string> list;
    for (const auto& problem : check(quick).problems) {
      list.push_back(problem.sentence);
    }
    return list;
  }

  static constexpr std::int64_t now_ms = 1'700'100'000'000;

  LmdbBackend backend;
  std::unique_ptr<Store> store;
  std::optional<StoreDriver> driver;
  std::optional<SpoolFolder> spool;
};

TEST_F(SpoolCheckTest, AnEmptyStoreIsSound) {
  const auto report = check();
  EXPECT_EQ(report.jobs, 0U);
  EXPECT_EQ(report.files, 0U);
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST_F(SpoolCheckTest, ASoundStoreIsCounted) {
  accept(2);
  complete();
  const auto waiting = accept();
  const auto report = check();
  EXPECT_THAT(sentences(), IsEmpty());
  EXPECT_EQ(report.jobs, 2U);
  EXPECT_EQ(report.files, 5U);
  EXPECT_EQ(report.bytes, 3 * upload(0).size() + 20);
  EXPECT_THAT(report.leftovers, IsEmpty()) << "of what is not final anything may be in use";
  EXPECT_TRUE(driver->see(waiting));
}

TEST_F(SpoolCheckTest, FindsWhatIsWrongWithInputs) {
  const auto id = accept(6);
  const auto path = [&](std::uint32_t i) { return Spool::input_path(id, i); };
  ASSERT_TRUE(spool->remove(path(0)));
  write(path(1), "upload");
  write(path(2), "uqload 2");
  ASSERT_TRUE(spool->remove(path(3)));
  std::filesystem::create_directory(root() / path(3));
  ASSERT_TRUE(spool->remove(path(4)));
  std::filesystem::create_symlink(root() / path(5), root() / path(4));

  const auto name = "job " + id.text() + ": input ";
  auto found = sentences();
  ASSERT_GE(found.size(), 5U);
  EXPECT_EQ(found[0], name + "0 is missing");
  EXPECT_EQ(found[1], name + "1 has 6 bytes instead of 8");
  EXPECT_EQ(found[2], name + "2 is not what was uploaded: its SHA-256 differs");
  EXPECT_EQ(found[3], name + "3 is no file");
  EXPECT_THAT(found[4], testing::StartsWith(name + "4 cannot be read: openat "));
  const auto problem = check().problems[0];
  EXPECT_EQ(problem.kind, Kind::damaged);
  EXPECT_EQ(problem.job, id);
  EXPECT_EQ(problem.state, State::pending);

  found = sentences(true);
  EXPECT_EQ(std::count(found.begin(), found.end(), name + "2 is not what was uploaded: its SHA-256 differs"), 0);
  EXPECT_EQ(found[1], name + "1 has 6 bytes instead of 8");
}

TEST_F(SpoolCheckTest, UploadsOfACompletedJobNeedNotBeKept) {
  const auto id = accept(1, false);
  complete();
  auto report = check();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.leftovers.size(), 1U) << "it may be there";
  ASSERT_TRUE(spool->remove(Spool::input_path(id, 0)));
  report = check();
  EXPECT_THAT(report.problems, IsEmpty()) << "or not";
  EXPECT_THAT(report.leftovers, IsEmpty());

  const auto failed = accept(1, false);
  ASSERT_TRUE(driver->end(*driver->claim(), ended::Refused{{ErrorCode::encrypted, "x"}}));
  ASSERT_TRUE(spool->remove(Spool::input_path(failed, 0)));
  EXPECT_THAT(sentences(), ElementsAre("job " + failed.text() + ": input 0 is missing")) << "kept to be looked at";
}

TEST_F(SpoolCheckTest, FindsWhatIsWrongWithResults) {
  const auto id = accept();
  const auto held = complete();
  const auto own = Spool::output_path(id, held.outputs().output_file);
  const auto name = "job " + id.text() + ": its results in ";
  write(own, "0123");
  EXPECT_THAT(sentences(true), ElementsAre(name + id.text() + ".out.1-1 end after 4 bytes instead of 10"));
  ASSERT_TRUE(spool->remove(own));
  EXPECT_THAT(sentences(), ElementsAre(name + id.text() + ".out.1-1 are missing"));
  ASSERT_TRUE(spool->remove(Spool::output_path(id, {.pages = true})));
  EXPECT_THAT(sentences(),
              ElementsAre(name + id.text() + ".pages are missing", name + id.text() + ".out.1-1 are missing"));
  EXPECT_EQ(check().problems[0].state, State::completed);
}

TEST_F(SpoolCheckTest, FindsFilesWithoutAJob) {
  const auto gone = accept();
  ASSERT_TRUE(driver->remove(gone).result);
  const auto path = Spool::input_path(gone, 0);
  EXPECT_THAT(sentences(), ElementsAre("file " + path + " has no job"));
  const auto problem = check().problems[0];
  EXPECT_EQ(problem.kind, Kind::orphan);
  EXPECT_EQ(problem.path, path);
  EXPECT_EQ(problem.bytes, 8U);
  write(path, upload(0), now_ms - hour + 2000);
  EXPECT_THAT(sentences(), IsEmpty()) << "its record may be on the way";
}

TEST_F(SpoolCheckTest, FindsFoldersWithoutJobsAndJobsWithoutFolders) {
  const auto id = accept();
  std::filesystem::remove_all(root() / Spool::folder_of(id));
  const auto later = JobId::make(now_ms - hour);
  const auto before = JobId::make(1'600'000'000'000);
  write(Spool::input_path(later, 0), "x");
  write(Spool::input_path(before, 0), "x");
  EXPECT_THAT(sentences(), ElementsAre("file " + Spool::input_path(before, 0) + " has no job",
                                       "job " + id.text() + ": input 0 is missing",
                                       "file " + Spool::input_path(later, 0) + " has no job"));
  EXPECT_EQ(check().jobs, 1U);
}

TEST_F(SpoolCheckTest, FindsWhatDocketDidNotMake) {
  const auto id = accept();
  const auto folder = Spool::folder_of(id);
  write(folder + "/notes", "x");
  write("018000/00/" + id.text() + ".in.0", "x");  // in another's folder
  write("README", "x");
  EXPECT_THAT(sentences(),
              ElementsAre("018000/00/" + id.text() + ".in.0 is not of the spool's making",
                          folder + "/notes is not of the spool's making", "README is not of the spool's making"));
  EXPECT_EQ(check().problems[0].kind, Kind::stranger);
}

TEST_F(SpoolCheckTest, WhatATryLeftIsNoProblem) {
  const auto id = accept();
  const auto held = complete();
  write(Spool::output_path(id, {.pages = false, .seq = 1, .attempt = 9}), "12345");
  write(Spool::output_path(id, {.pages = false, .seq = 2, .attempt = 1}), "young", now_ms);
  write(Spool::input_path(id, 1), "1");
  const auto report = check();
  EXPECT_THAT(report.problems, IsEmpty());
  ASSERT_EQ(report.leftovers.size(), 2U);
  EXPECT_EQ(report.leftovers[0].bytes + report.leftovers[1].bytes, 6U);
}

TEST_F(SpoolCheckTest, ARecordThatCannotBeReadMakesNoLeftovers) {
  const auto id = accept();
  const auto held = complete();
  driver.reset();
  store.reset();
  edit_tables(backend, [&](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(txn.put(tables.outputs, id.key(), "rubbish"));
    ASSERT_TRUE(txn.put(tables.pages, page_key(id, 0, 1), "rubbish"));
  });
  store = backend.open();
  driver.emplace(*store);
  const auto report = check();
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].sentence, "job " + id.text() + ": its records do not tell which files it has");
  EXPECT_THAT(report.leftovers, IsEmpty());
}

/// A reader in whose walks things happen between two looks.
class MovingStore final : public StoreReader {
 public:
  MovingStore(StoreReader& real, std::function<void()> after_files)
      : real_(real), after_files_(std::move(after_files)) {}

  Result<void> status(
      const JobId& job,
      const std::function<void(const StatusView&, std::string_view, const QueueCounts&)>& visit) override {
    return real_.status(job, visit);
  }
  Result<JobSummary> summary(const JobId& job) override { return real_.summary(job); }
  Result<Outputs> outputs(const JobId& job) override { return real_.outputs(job); }
  Result<PageRecord> page(const JobId& job, std::uint16_t file, std::uint32_t page) override {
    return real_.page(job, file, page);
  }
  Result<JobRecord> record(const JobId& job) override { return real_.record(job); }
  Result<std::optional<JobId>> list(const ListQuery& query,
                                    const std::function<void(const JobId&, const StatusView&)>& visit) override {
    return real_.list(query, visit);
  }
  Result<QueueCounts> counts(std::uint8_t pool) override { return real_.counts(pool); }
  Result<std::uint64_t> stored_bytes() override { return real_.stored_bytes(); }
  Result<std::vector<JobId>> expired(std::int64_t now, std::uint32_t limit) override {
    return real_.expired(now, limit);
  }
  Result<StateCounts> states(const std::optional<std::string>& owner) override { return real_.states(owner); }
  Result<std::uint64_t> last_change() override { return real_.last_change(); }
  Result<ChangesRead> changes(std::uint64_t after, std::uint32_t limit,
                              const std::function<void(std::uint64_t, const JobEvent&)>& visit) override {
    return real_.changes(after, limit, visit);
  }
  Result<std::optional<Delivery>> delivery(const JobId& job) override { return real_.delivery(job); }
  Result<std::optional<std::int64_t>> next_delivery(const SendingRoom& room) override {
    return real_.next_delivery(room);
  }
  Result<std::vector<Holder>> holders() override { return real_.holders(); }
  Result<std::vector<Lease>> leases() override { return real_.leases(); }
  Result<std::optional<JobId>> files(const JobId& first, const JobId& last,
                                     const std::function<void(JobFiles)>& visit) override {
    auto read = real_.files(first, last, visit);
    if (first != last) {
      after_files_();
    }
    return read;
  }

 private:
  StoreReader& real_;
  std::function<void()> after_files_;
};

TEST_F(SpoolCheckTest, WhatGoesOrComesInTheMeantimeIsNoProblem) {
  const auto removed = accept();       // with its file, once its record was read
  const auto half_removed = accept();  // its record only, so far
  JobId fresh;
  MovingStore moving(driver->reader(), [&] {
    if (fresh != JobId{}) {
      return;
    }
    ASSERT_TRUE(driver->remove(removed).result);
    ASSERT_TRUE(spool->remove(Spool::input_path(removed, 0)));
    ASSERT_TRUE(driver->remove(half_removed).result);
    fresh = accept();  // an old file of a job that has just been recorded
  });
  const auto report = check_spool(moving, *spool, {.quick = false, .now_ms = now_ms, .min_age_ms = hour});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_NE(fresh, JobId{});
}

}  // namespace
}  // namespace docket
