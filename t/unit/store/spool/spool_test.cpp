#include "store/spool/spool.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "base/temp_folder.h"

namespace {

std::atomic<bool> listening = false;
std::mutex synced_mutex;
std::vector<std::string> synced;  // what fsync() was called for while listening
std::atomic<int> sync_error = 0;  // what it fails with then

}  // namespace

/// Stands before libc's in this program. While the tests of this file listen it only notes what is synced: they are
/// about the order given, not about the disk.
extern "C" int fsync(int fd) {
  if (!listening) {
    return static_cast<int>(::syscall(SYS_fsync, fd));
  }
  char path[4096];
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  {
    const std::scoped_lock lock(synced_mutex);
    synced.emplace_back(path, size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  errno = sync_error;
  return errno == 0 ? 0 : -1;
}

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    synced.clear();
    sync_error = 0;
    listening = true;
  }
  void TearDown() override { listening = false; }

  Spool open_spool(bool sync = true) {
    auto spool = Spool::open(store, sync);
    EXPECT_TRUE(spool) << spool.error().detail;
    return std::move(spool).value();
  }

  /// What was synced since the last call, relative to the store's folder.
  std::vector<std::string> take_synced() {
    const std::scoped_lock lock(synced_mutex);
    for (auto& path : synced) {
      EXPECT_TRUE(path.starts_with(store)) << path;
      path = path.size() > store.size() ? path.substr(store.size() + 1) : "";
    }
    return std::exchange(synced, {});
  }

  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store + "/spool")) {
      if (!entry.is_directory()) {
        names.insert(std::filesystem::relative(entry.path(), store + "/spool").string());
      }
    }
    return names;
  }

  static JobId job_at(std::uint64_t ms) { return JobId::make(static_cast<std::int64_t>(ms)); }

  TempFolder folder;
  std::string store = std::filesystem::canonical(folder.path()).string() + "/store";
  JobId job = job_at(0x0192'AB34'CD56);
};

mode_t mode_of(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0;
}

TEST_F(SpoolTest, NamesFoldersByTheTimeOfTheId) {
  EXPECT_EQ(Spool::folder_of(job), "0192ab/34");
  EXPECT_EQ(Spool::folder_of(job_at(0)), "000000/00");
  EXPECT_EQ(Spool::folder_of(job_at(0xFFFF'FFFF'FFFF)), "ffffff/ff");
  EXPECT_EQ(Spool::folder_of(job_at(0x0192'AB34'0000)), "0192ab/34") << "the first millisecond of the 65.536 s";
  EXPECT_EQ(Spool::folder_of(job_at(0x0192'AB34'FFFF)), "0192ab/34") << "the last";
  EXPECT_EQ(Spool::folder_of(job_at(0x0192'AB35'0000)), "0192ab/35");
  EXPECT_EQ(Spool::folder_of(job_at(0x0192'ABFF'FFFF)), "0192ab/ff");
  EXPECT_EQ(Spool::folder_of(job_at(0x0192'AC00'0000)), "0192ac/00");
}

TEST_F(SpoolTest, NamesFilesByTheJob) {
  const auto stem = "0192ab/34/" + job.text();
  EXPECT_EQ(Spool::input_path(job, 0), stem + ".in.0");
  EXPECT_EQ(Spool::input_path(job, 31), stem + ".in.31");
  EXPECT_EQ(Spool::output_path(job, {.pages = true, .seq = 5, .attempt = 6}), stem + ".pages");
  EXPECT_EQ(Spool::output_path(job, {.pages = false, .seq = UINT64_MAX, .attempt = 6}),
            stem + ".out.18446744073709551615-6");
  EXPECT_EQ(open_spool().absolute("0192ab/34/x"), store + "/spool/0192ab/34/x");
}

TEST_F(SpoolTest, MakesItsFoldersForItsUserOnly) {
  const auto before = ::umask(0);
  open_spool();
  EXPECT_EQ(mode_of(store), 0700U);
  EXPECT_EQ(mode_of(store + "/run"), 0700U);
  EXPECT_EQ(mode_of(store + "/spool"), 0700U);
  auto spool = open_spool();  // again, with all there
  ASSERT_TRUE(spool.create_input(job, 0));
  EXPECT_EQ(mode_of(store + "/spool/0192ab"), 0700U);
  EXPECT_EQ(mode_of(store + "/spool/0192ab/34"), 0700U);
  EXPECT_EQ(mode_of(spool.absolute(Spool::input_path(job, 0))), 0600U);
  ::umask(before);
}

TEST_F(SpoolTest, OpenSaysWhatIsInTheWay) {
  store = folder.path() + "/missing/store";
  const auto spool = Spool::open(store, true);
  ASSERT_FALSE(spool);
  EXPECT_EQ(spool.error().code, ErrorCode::io);
  EXPECT_EQ(spool.error().detail, "mkdirat " + store + ": No such file or directory");
}

TEST_F(SpoolTest, AnInputIsCreatedOnceAndRead) {
  auto spool = open_spool();
  {
    const auto file = spool.create_input(job, 3);
    ASSERT_TRUE(file);
    EXPECT_EQ(::fcntl(file->get(), F_GETFD), FD_CLOEXEC);
    ASSERT_EQ(::write(file->get(), "text", 4), 4);
  }
  const auto again = spool.create_input(job, 3);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().detail, testing::HasSubstr("File exists"));

  const auto file = spool.open_input(job, 3);
  ASSERT_TRUE(file);
  EXPECT_EQ(::fcntl(file->get(), F_GETFD), FD_CLOEXEC);
  char text[10];
  EXPECT_EQ(::read(file->get(), text, sizeof text), 4);
  EXPECT_LT(::write(file->get(), "x", 1), 0) << "open for reading only";
  EXPECT_FALSE(spool.open_input(job, 4));
}

TEST_F(SpoolTest, AContainerIsAppendedToByAllWhoOpenIt) {
  auto spool = open_spool();
  const OutputFile pages{.pages = true};
  const auto one = spool.open_for_append(job, pages);
  const auto two = spool.open_for_append(job, pages);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(::fcntl(one->get(), F_GETFD), FD_CLOEXEC);
  ASSERT_EQ(::write(one->get(), "a", 1), 1);
  ASSERT_EQ(::write(two->get(), "b", 1), 1);
  ASSERT_EQ(::write(one->get(), "c", 1), 1);
  const auto file = spool.open_output(job, pages);
  ASSERT_TRUE(file);
  char text[10];
  ASSERT_EQ(::read(file->get(), text, sizeof text), 3);
  EXPECT_EQ(std::string_view(text, 3), "abc");
  EXPECT_FALSE(spool.open_output(job, {.pages = false, .seq = 1, .attempt = 1}));
}

TEST_F(SpoolTest, FollowsNoLink) {
  auto spool = open_spool();
  ASSERT_TRUE(spool.create_input(job, 0));
  std::filesystem::create_symlink("/etc/hostname", spool.absolute(Spool::input_path(job, 1)));
  EXPECT_FALSE(spool.open_input(job, 1));
  EXPECT_FALSE(spool.create_input(job, 1));
}

TEST_F(SpoolTest, MakesAFolderAgainThatTheReaperTook) {
  auto spool = open_spool();
  ASSERT_TRUE(spool.create_input(job, 0));
  ASSERT_TRUE(spool.sync_folders(std::array{job}));
  take_synced();
  std::filesystem::remove_all(store + "/spool/0192ab");
  ASSERT_TRUE(spool.create_input(job, 0));
  ASSERT_TRUE(spool.sync_folders(std::array{job}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ab/34", "spool/0192ab", "spool"))
      << "what was known of the old folder does not hold for the new one";
}

TEST_F(SpoolTest, StaysInItsFolderWhenThatIsRenamed) {
  auto spool = open_spool();
  std::filesystem::rename(store, store + "-moved");
  EXPECT_TRUE(spool.create_input(job, 0));
  EXPECT_TRUE(std::filesystem::exists(store + "-moved/spool/" + Spool::input_path(job, 0)));
}

TEST_F(SpoolTest, SyncsEachFolderOnceACallAndThoseAboveOnceEver) {
  auto spool = open_spool();
  EXPECT_THAT(take_synced(), ElementsAre("")) << "the name of spool/";
  const auto same_folder = job_at(0x0192'AB34'0000);
  const auto next_folder = job_at(0x0192'AB35'0000);
  const auto other_folder = job_at(0x0192'AC00'0000);
  for (const auto& each : {job, same_folder, next_folder, other_folder}) {
    ASSERT_TRUE(spool.create_input(each, 0));
  }
  EXPECT_THAT(take_synced(), IsEmpty()) << "nothing is synced on the event loop";

  ASSERT_TRUE(spool.sync_folders(std::array{job, same_folder, job}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ab/34", "spool/0192ab", "spool"));
  ASSERT_TRUE(spool.sync_folders(std::array{job}));
  EXPECT_THAT(take_synced(), ElementsAre("spool/0192ab/34"));
  ASSERT_TRUE(spool.sync_folders(std::array{job, next_folder}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ab/34", "spool/0192ab/35", "spool/0192ab"));
  ASSERT_TRUE(spool.sync_folders(std::array{other_folder, next_folder}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ac/00", "spool/0192ac", "spool", "spool/0192ab/35"));
  ASSERT_TRUE(spool.sync_folders({}));
  EXPECT_THAT(take_synced(), IsEmpty());
}

TEST_F(SpoolTest, ProcessesDoNotRelyOnEachOthersSyncs) {
  auto one = open_spool();
  auto two = open_spool();
  ASSERT_TRUE(one.create_input(job, 0));
  ASSERT_TRUE(one.sync_folders(std::array{job}));
  ASSERT_TRUE(two.create_input(job, 1));
  take_synced();
  ASSERT_TRUE(two.sync_folders(std::array{job}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ab/34", "spool/0192ab", "spool"));
}

TEST_F(SpoolTest, AFailedSyncIsAnErrorAndIsNotRemembered) {
  auto spool = open_spool();
  ASSERT_TRUE(spool.create_input(job, 0));
  sync_error = EIO;
  const auto failed = spool.sync_folders(std::array{job});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::io);
  sync_error = 0;
  take_synced();
  ASSERT_TRUE(spool.sync_folders(std::array{job}));
  EXPECT_THAT(take_synced(), UnorderedElementsAre("spool/0192ab/34", "spool/0192ab", "spool"));
}

TEST_F(SpoolTest, AFolderThatIsNotThereCannotBeSynced) {
  auto spool = open_spool();
  EXPECT_FALSE(spool.sync_folders(std::array{job}));
}

TEST_F(SpoolTest, SyncsNothingWhenSyncIsOff) {
  auto spool = open_spool(false);
  ASSERT_TRUE(spool.create_input(job, 0));
  ASSERT_TRUE(spool.sync_folders(std::array{job, job_at(5)}));
  EXPECT_THAT(take_synced(), IsEmpty());
}

TEST_F(SpoolTest, RemembersNoMoreThanItShould) {
  auto spool = open_spool();
  std::vector<JobId> jobs;
  for (std::uint64_t i = 0; i < 512; ++i) {
    jobs.push_back(job_at(i << 16U));
    ASSERT_TRUE(spool.create_input(jobs.back(), 0));
  }
  for (const auto& each : jobs) {
    ASSERT_TRUE(spool.sync_folders(std::array{each}));
  }
  take_synced();
  ASSERT_TRUE(spool.sync_folders(std::array{jobs.back()}));
  EXPECT_EQ(take_synced().size(), 1U);
  ASSERT_TRUE(spool.sync_folders(std::array{jobs.front()}));
  EXPECT_EQ(take_synced().size(), 3U) << "forgotten, so synced again";
}

TEST_F(SpoolTest, RemovesOneFile) {
  auto spool = open_spool();
  ASSERT_TRUE(spool.create_input(job, 0));
  ASSERT_TRUE(spool.create_input(job, 1));
  EXPECT_TRUE(spool.remove(Spool::input_path(job, 0)));
  EXPECT_THAT(files(), ElementsAre(Spool::input_path(job, 1)));
  EXPECT_TRUE(spool.remove(Spool::input_path(job, 0))) << "none there is no error";
  EXPECT_TRUE(spool.remove(Spool::input_path(job_at(7), 0))) << "nor is no folder";
  EXPECT_FALSE(spool.remove(Spool::folder_of(job))) << "a folder is not a file";
}

TEST_F(SpoolTest, RemovesWhatItIsToldOfAJob) {
  auto spool = open_spool();
  const auto neighbour = job_at(0x0192'AB34'0000);
  ASSERT_TRUE(spool.create_input(job, 0));
  ASSERT_TRUE(spool.create_input(job, 1));
  const std::vector<OutputFile> outputs{{.pages = false, .seq = 4, .attempt = 1},
                                        {.pages = false, .seq = 9, .attempt = 2}};
  const OutputFile lost{.pages = false, .seq = 4, .attempt = 2};
  ASSERT_TRUE(spool.open_for_append(job, {.pages = true}));
  ASSERT_TRUE(spool.open_for_append(job, outputs[0]));
  ASSERT_TRUE(spool.open_for_append(job, lost));
  ASSERT_TRUE(spool.create_input(neighbour, 0));
  ASSERT_TRUE(spool.remove_job(job, 2, outputs));
  EXPECT_THAT(files(), UnorderedElementsAre(Spool::input_path(neighbour, 0), Spool::output_path(job, lost)));
}

TEST_F(SpoolTest, GoesOnRemovingAfterAnError) {
  auto spool = open_spool();
  ASSERT_TRUE(spool.create_input(job, 1));
  std::filesystem::create_directory(spool.absolute(Spool::input_path(job, 0)));
  const auto removed = spool.remove_job(job, 2, {});
  ASSERT_FALSE(removed);
  EXPECT_THAT(removed.error().detail, testing::HasSubstr(".in.0"));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SpoolTest, MayBeMoved) {
  auto spool = open_spool();
  auto moved = std::move(spool);
  EXPECT_TRUE(moved.create_input(job, 0));
  moved = open_spool();
  EXPECT_TRUE(moved.create_input(job, 1));
}

TEST_F(SpoolTest, ManyThreadsMakeTheSameFolders) {
  auto spool = open_spool();
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; i < 50; ++i) {
          auto id = job;
          id.bytes[3] = static_cast<std::uint8_t>(i);  // another folder
          if (!spool.create_input(id, t) || !spool.sync_folders(std::array{id})) {
            ++failures;
          }
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(files().size(), 200U);
}

TEST_F(SpoolTest, ADescriptorLimitIsAnErrorNotACrash) {
  auto spool = open_spool();
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  auto none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto file = spool.create_input(job, 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().detail, testing::HasSubstr("Too many open files"));
}

}  // namespace
}  // namespace docket
