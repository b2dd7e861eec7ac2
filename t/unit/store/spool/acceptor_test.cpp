#include "store/spool/acceptor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace {

std::function<void()> before_link;  // what happens before each link, while a test wants that

}  // namespace

/// Stands before libc's in this program: what others do between the look for a dedupe source and the commit of the
/// links to its results.
extern "C" int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  if (before_link) {
    before_link();
  }
  return static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}

namespace docket {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

class AcceptorTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = backend_.open();
    ASSERT_TRUE(store_);
    auto spool = Spool::open(backend_.options.folder, true);
    ASSERT_TRUE(spool) << spool.error().detail;
    spool_.emplace(std::move(*spool));
    committer_.emplace(*store_);
    driver_.emplace(*store_);
    acceptor_.emplace(Acceptor::Parts{.committer = *committer_, .spool = *spool_, .sync = true});
  }

  void TearDown() override {
    before_link = nullptr;
    if (store_) {
      EXPECT_THAT(backend_.check(*store_), IsEmpty());
    }
  }

  /// An upload with its files in the spool.
  ReceivedUpload receive(const JobSpec& spec = {}) {
    ReceivedUpload upload{.accept = driver_->new_job(spec), .files = {}, .synced = false, .links = {}};
    for (std::uint32_t i = 0; i < spec.files; ++i) {
      auto file = spool_->create_input(upload.accept.record.id, i);
      EXPECT_TRUE(file) << file.error().detail;
      upload.files.push_back(std::make_shared<Fd>(std::move(*file)));
    }
    return upload;
  }

  /// What an upload comes to that is accepted with others, or alone.
  void accept(const std::vector<ReceivedUpload*>& group) { acceptor_->accept(group); }
  Result<void> accept(ReceivedUpload& upload) {
    accept(std::vector{&upload});
    return upload.accept.result;
  }

  static Sha256 fingerprint() {
    Sha256 made{};
    made.fill(7);
    return made;
  }

  /// Completes the job whose turn it is; its results are in the spool.
  JobId complete_next() {
    const auto held = driver_->claim();
    EXPECT_TRUE(held);
    EXPECT_TRUE(spool_->open_for_append(held->unit.job, held->outputs().output_file));
    EXPECT_TRUE(spool_->open_for_append(held->unit.job, {.pages = true, .seq = 0, .attempt = 0}));
    EXPECT_TRUE(driver_->complete_small(*held));
    return held->unit.job;
  }

  /// A completed job with its results.
  JobId make_source() {
    auto upload = receive({.fingerprint = fingerprint()});
    EXPECT_TRUE(accept(upload));
    return complete_next();
  }

  [[nodiscard]] State state_of(const ReceivedUpload& upload) { return driver_->head(upload.accept.record.id).state; }

  /// A job's files in the spool, without its id.
  [[nodiscard]] std::vector<std::string> files_of(const JobId& job) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(spool_->absolute(""))) {
      if (const auto name = entry.path().filename().string(); name.starts_with(job.text())) {
        names.push_back(name.substr(job.text().size()));
      }
    }
    return names;
  }
  [[nodiscard]] std::vector<std::string> files_of(const ReceivedUpload& upload) const {
    return files_of(upload.accept.record.id);
  }

  LmdbBackend backend_;
  std::unique_ptr<Store> store_;
  std::optional<Spool> spool_;
  std::optional<Committer> committer_;
  std::optional<StoreDriver> driver_;
  std::optional<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, AGroupIsAcceptedInOneTransaction) {
  auto one = receive();
  auto other = receive({.files = 2});
  accept({&one, &other});
  EXPECT_TRUE(one.accept.result);
  EXPECT_TRUE(other.accept.result);
  EXPECT_EQ(committer_->counts().groups, 1U);
  EXPECT_EQ(state_of(one), State::pending);
  EXPECT_EQ(state_of(other), State::pending);
  EXPECT_THAT(files_of(one), UnorderedElementsAre(".in.0"));
  EXPECT_THAT(files_of(other), UnorderedElementsAre(".in.0", ".in.1"));
  EXPECT_TRUE(one.synced);
}

TEST_F(AcceptorTest, AFileThatCannotBeSyncedLosesOnlyItsOwnUpload) {
  auto broken = receive();
  auto good = receive();
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd write_end(ends[1]);
  broken.files.front() = std::make_shared<Fd>(ends[0]);  // a pipe: fdatasync() fails
  accept({&broken, &good});
  EXPECT_EQ(code_of(broken.accept.result), ErrorCode::io);
  EXPECT_FALSE(driver_->see(broken.accept.record.id));
  EXPECT_THAT(files_of(broken), IsEmpty());
  EXPECT_TRUE(good.accept.result);
  EXPECT_EQ(state_of(good), State::pending);
}

TEST_F(AcceptorTest, WhatIsSyncedAlreadyIsNotSyncedAgain) {
  auto upload = receive();
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd write_end(ends[1]);
  upload.files.front() = std::make_shared<Fd>(ends[0]);
  upload.synced = true;
  EXPECT_TRUE(accept(upload));
}

TEST_F(AcceptorTest, FoldersThatCannotBeSyncedLoseTheGroup) {
  auto good = receive();
  driver_->pass(1'000'000);  // the next job's folder is another one
  auto lost = receive();
  const auto folder = spool_->absolute(Spool::folder_of(lost.accept.record.id));
  std::filesystem::rename(folder, folder + ".away");
  std::ofstream(folder) << "no folder";
  accept({&good, &lost});
  EXPECT_EQ(code_of(good.accept.result), ErrorCode::io);
  EXPECT_EQ(code_of(lost.accept.result), ErrorCode::io);
  EXPECT_FALSE(driver_->see(good.accept.record.id));
  EXPECT_THAT(files_of(good), IsEmpty());
  EXPECT_EQ(committer_->counts().groups, 0U) << "nothing was committed";
}

TEST_F(AcceptorTest, AFileThatIsGoneLosesItsUpload) {
  auto good = receive();
  auto lost = receive();
  std::filesystem::remove(spool_->absolute(Spool::input_path(lost.accept.record.id, 0)));
  accept({&good, &lost});
  EXPECT_EQ(code_of(lost.accept.result), ErrorCode::store_unavailable);
  EXPECT_FALSE(driver_->see(lost.accept.record.id));
  EXPECT_EQ(state_of(good), State::pending);
}

TEST_F(AcceptorTest, WhereTheStoreIsFullTheFilesAreRemoved) {
  auto full = receive({.limits = {.bytes = 1}});
  auto queued = receive({.limits = {.jobs = 0}});
  auto good = receive();
  accept({&full, &queued, &good});
  EXPECT_EQ(code_of(full.accept.result), ErrorCode::store_full);
  EXPECT_EQ(code_of(queued.accept.result), ErrorCode::queue_full);
  EXPECT_THAT(files_of(full), IsEmpty());
  EXPECT_THAT(files_of(queued), IsEmpty());
  EXPECT_EQ(state_of(good), State::pending);
}

TEST_F(AcceptorTest, ARequestThatCameBeforeHasItsFirstJob) {
  const IdempotentRequest request{};
  auto first = receive({.idempotent = request});
  ASSERT_TRUE(accept(first));
  auto again = receive({.idempotent = request});
  accept({&again});
  EXPECT_TRUE(again.accept.result);
  EXPECT_EQ(again.accept.known, first.accept.record.id);
  EXPECT_THAT(files_of(again), IsEmpty());
  EXPECT_THAT(files_of(first), UnorderedElementsAre(".in.0"));
}

TEST_F(AcceptorTest, AJobHasTheResultsOfItsDedupeSource) {
  const auto source = make_source();
  auto upload = receive({.fingerprint = fingerprint()});
  auto other = receive();
  accept({&upload, &other});
  EXPECT_TRUE(upload.accept.result);
  EXPECT_EQ(upload.accept.linked_to, source);
  EXPECT_EQ(state_of(upload), State::completed);
  EXPECT_EQ(state_of(other), State::pending);
  EXPECT_EQ(files_of(upload).size(), files_of(source).size());
  EXPECT_EQ(committer_->counts().groups, 3U) << "the source's, the group's, and the links'";
}

TEST_F(AcceptorTest, AJobWhoseDedupeSourceHasGoneIsProcessed) {
  const auto source = make_source();
  auto upload = receive({.fingerprint = fingerprint()});
  before_link = [&] {
    before_link = nullptr;
    EXPECT_TRUE(driver_->remove(source).result);
  };
  accept({&upload});
  EXPECT_TRUE(upload.accept.result);
  EXPECT_FALSE(upload.accept.linked_to);
  EXPECT_EQ(state_of(upload), State::pending);
  EXPECT_THAT(files_of(upload), UnorderedElementsAre(".in.0")) << "the links are removed";
}

TEST_F(AcceptorTest, AJobWhoseDedupeSourceHasNoFilesIsProcessed) {
  const auto source = make_source();
  for (const auto& name : files_of(source)) {
    std::filesystem::remove(spool_->absolute(Spool::folder_of(source) + "/" + source.text() + name));
  }
  auto upload = receive({.fingerprint = fingerprint()});
  accept({&upload});
  EXPECT_TRUE(upload.accept.result);
  EXPECT_EQ(state_of(upload), State::pending);
  EXPECT_THAT(files_of(upload), UnorderedElementsAre(".in.0"));
}

TEST_F(AcceptorTest, AnotherDedupeSourceMayHaveTakenItsPlace) {
  for (int i = 0; i < 2; ++i) {
    auto waiting = receive({.fingerprint = fingerprint()});
    ASSERT_TRUE(accept(waiting));
  }
  const auto older = complete_next();
  JobId newer;
  before_link = [&] {
    before_link = nullptr;
    newer = complete_next();
  };
  auto upload = receive({.fingerprint = fingerprint()});
  accept({&upload});
  EXPECT_NE(older, newer);
  EXPECT_EQ(upload.accept.linked_to, newer);
  EXPECT_EQ(state_of(upload), State::completed);
}

TEST_F(AcceptorTest, AJobWhoseDedupeSourceChangesTooOftenIsProcessed) {
  for (int i = 0; i < 4; ++i) {
    auto waiting = receive({.fingerprint = fingerprint()});
    ASSERT_TRUE(accept(waiting));
  }
  complete_next();
  int links = 0;
  before_link = [&] {
    if (++links % 2 == 1) {  // two files have to be linked in each round
      complete_next();
    }
  };
  auto upload = receive({.fingerprint = fingerprint()});
  accept({&upload});
  EXPECT_EQ(links, 6);
  EXPECT_TRUE(upload.accept.result);
  EXPECT_TRUE(upload.accept.own_results);
  EXPECT_EQ(state_of(upload), State::pending);
  EXPECT_THAT(files_of(upload), UnorderedElementsAre(".in.0"));
}

TEST_F(AcceptorTest, WhatIsRefusedLeavesNoFiles) {
  auto upload = receive({.files = 2});
  acceptor_->refuse(upload, Error{ErrorCode::store_unavailable, "no thread"});
  EXPECT_EQ(code_of(upload.accept.result), ErrorCode::store_unavailable);
  EXPECT_THAT(files_of(upload), IsEmpty());
}

}  // namespace
}  // namespace docket
