#include "store/spool/reaper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::int64_t hour = 3'600'000;

class ReaperTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = backend_.open();
    ASSERT_TRUE(store_);
    auto spool = Spool::open(backend_.options.folder, false);
    ASSERT_TRUE(spool) << spool.error().detail;
    spool_.emplace(std::move(*spool));
    committer_.emplace(*store_);
    driver_.emplace(*store_);
    reaper_.emplace(*store_, *committer_, *spool_, backend_.options.folder);
    ASSERT_TRUE(reaper_->is_in_charge());
  }

  /// A job with its uploads in the spool; their time is that of the job.
  JobId accept(const JobSpec& spec = {}) {
    const auto job = driver_->accept(spec);
    for (std::uint32_t i = 0; i < spec.files; ++i) {
      EXPECT_TRUE(spool_->create_input(job, i));
    }
    return job;
  }

  void make(const std::string& path) const {
    const auto full = spool_->absolute(path);
    std::filesystem::create_directories(std::filesystem::path(full).parent_path());
    std::ofstream(full) << "x";
  }
  void make(const JobId& job, const OutputFile& output_file) const { make(Spool::output_path(job, output_file)); }

  /// All files of the spool, without their folders.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(spool_->absolute(""))) {
      if (entry.is_regular_file()) {
        names.push_back(entry.path().filename());
      }
    }
    return names;
  }

  [[nodiscard]] bool has_folder(const JobId& job) const {
    return std::filesystem::exists(spool_->absolute(Spool::folder_of(job)));
  }

  void sweep_all(std::int64_t now_ms) {
    while (reaper_->sweep(now_ms)) {
    }
  }

  static std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  static std::string name(const JobId& job, const std::string& rest) { return job.text() + rest; }

  LmdbBackend backend_;
  std::unique_ptr<Store> store_;
  std::optional<Spool> spool_;
  std::optional<Committer> committer_;
  std::optional<StoreDriver> driver_;
  std::optional<Reaper> reaper_;
};

TEST_F(ReaperTest, OneOfAllReaps) {
  Reaper other(*store_, *committer_, *spool_, backend_.options.folder);
  EXPECT_FALSE(other.is_in_charge());
  EXPECT_TRUE(reaper_->is_in_charge());
  reaper_.reset();
  EXPECT_TRUE(other.is_in_charge());
}

TEST_F(ReaperTest, JobsGoWithTheirFilesWhenTheirTimeIsOver) {
  const auto kept = accept();
  const auto over = accept({.files = 2, .expire_ms = 1000});
  ASSERT_TRUE(driver_->complete_small(*driver_->claim()));
  ASSERT_TRUE(driver_->cancel(over));
  const auto expires = driver_->see(over)->head.expires_ms;
  EXPECT_FALSE(reaper_->expire(expires - 1));
  EXPECT_TRUE(driver_->see(over));
  EXPECT_FALSE(reaper_->expire(expires));
  EXPECT_EQ(driver_->see(over).error().code, ErrorCode::not_found);
  EXPECT_THAT(files(), UnorderedElementsAre(name(kept, ".in.0")));
  EXPECT_EQ(reaper_->counts().expired_jobs, 1U);
  EXPECT_THAT(backend_.check(*store_), IsEmpty());
}

TEST_F(ReaperTest, ManyJobsGoInSmallSteps) {
  constexpr int count = 150;
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(driver_->cancel(accept({.expire_ms = 1})));
  }
  const auto later = driver_->now() + hour;
  int steps = 1;
  while (reaper_->expire(later)) {
    ++steps;
  }
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(reaper_->counts().expired_jobs, 150U);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ReaperTest, FilesWithoutARecordGoWhenTheyAreOld) {
  const auto known = accept();
  const auto nobodys = JobId::make(now());
  make(Spool::input_path(nobodys, 0));
  make(Spool::input_path(nobodys, 1));
  sweep_all(now());
  EXPECT_EQ(files().size(), 3U) << "it may be an upload under way";
  reaper_.emplace(*store_, *committer_, *spool_, backend_.options.folder);
  ASSERT_TRUE(reaper_->is_in_charge());
  sweep_all(now() + hour + 1000);
  EXPECT_THAT(files(), UnorderedElementsAre(name(known, ".in.0")));
  EXPECT_EQ(reaper_->counts().removed_files, 2U);
}

TEST_F(ReaperTest, AnUploadsFirstFileIsAsYoungAsItsLast) {
  const auto upload = JobId::make(now());
  make(Spool::input_path(upload, 0));
  make(Spool::input_path(upload, 1));
  const auto first = spool_->absolute(Spool::input_path(upload, 0));
  std::filesystem::last_write_time(first, std::filesystem::file_time_type::clock::now() - std::chrono::hours(3));
  sweep_all(now());
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(ReaperTest, OfAFinalJobOnlyWhatIsNamedStays) {
  const auto cancelled = accept();
  make(cancelled, {.pages = true});
  ASSERT_TRUE(driver_->cancel(cancelled));
  const auto job = accept();
  const auto held = *driver_->claim();
  ASSERT_TRUE(driver_->complete_small(held));
  const OutputFile own{.pages = false, .seq = held.unit.seq, .attempt = 1};
  make(job, own);
  make(job, {.pages = false, .seq = held.unit.seq, .attempt = 2});
  make(job, {.pages = true});
  make(Spool::input_path(job, 7));
  sweep_all(now());
  EXPECT_THAT(files(), UnorderedElementsAre(name(cancelled, ".in.0"), name(job, ".in.0"), name(job, ".pages"),
                                            name(job, ".out." + std::to_string(own.seq) + "-1")));
}

TEST_F(ReaperTest, UploadsThatAreNotKeptGo) {
  accept({.keep_input = false});
  const auto failed = accept({.keep_input = false});
  ASSERT_TRUE(driver_->complete_small(*driver_->claim()));
  ASSERT_TRUE(driver_->cancel(failed));
  sweep_all(now());
  EXPECT_THAT(files(), UnorderedElementsAre(name(failed, ".in.0")));
}

TEST_F(ReaperTest, NothingOfAnUnfinishedJobGoes) {
  const auto job = accept();
  ASSERT_TRUE(driver_->claim());
  make(job, {.pages = false, .seq = 1, .attempt = 1});
  make(job, {.pages = true});
  sweep_all(now() + 10 * hour);
  EXPECT_EQ(files().size(), 3U);
}

TEST_F(ReaperTest, EmptyFoldersOfThePastGo) {
  const auto long_ago = JobId::make(now() - 48 * hour);
  const auto lately = JobId::make(now());
  make(Spool::input_path(long_ago, 0));
  make(Spool::input_path(lately, 0));
  ASSERT_TRUE(spool_->remove(Spool::input_path(lately, 0)));
  const auto file = spool_->absolute(Spool::input_path(long_ago, 0));
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(3));
  sweep_all(now());
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_FALSE(has_folder(long_ago));
  EXPECT_TRUE(has_folder(lately)) << "somebody may be about to put a file there";
}

TEST_F(ReaperTest, ASweepEndsAndComesAgain) {
  make(Spool::input_path(JobId::make(now()), 0));
  const auto first = now();
  EXPECT_FALSE(reaper_->sweep(first)) << "one folder, and it is done";
  make(Spool::input_path(JobId::make(now() - 40 * hour), 0));
  sweep_all(first + hour - 1);
  EXPECT_EQ(files().size(), 2U) << "not yet";
  sweep_all(first + 2 * hour);
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ReaperTest, WhatIsNobodysBusinessStays) {
  const auto job = accept();
  make(Spool::folder_of(job) + "/notes.txt");
  make("README");
  ASSERT_TRUE(driver_->cancel(job));
  sweep_all(now() + 10 * hour);
  EXPECT_THAT(files(), UnorderedElementsAre(name(job, ".in.0"), "notes.txt", "README"));
}

}  // namespace
}  // namespace docket
