#include "store/spool/spool_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/temp_folder.h"
#include "store/spool/spool.h"

namespace docket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const auto job = JobId::make(1'700'000'000'000);

std::string name_in(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

TEST(SpoolName, ReadsWhatTheSpoolWrites) {
  auto name = SpoolName::parse(name_in(Spool::input_path(job, 31)));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->job, job);
  EXPECT_EQ(name->input, 31U);
  for (const auto& output_file : {OutputFile{.pages = true}, OutputFile{.pages = false, .seq = 12, .attempt = 3}}) {
    name = SpoolName::parse(name_in(Spool::output_path(job, output_file)));
    ASSERT_TRUE(name);
    EXPECT_EQ(name->job, job);
    EXPECT_EQ(name->input, std::nullopt);
    EXPECT_EQ(name->output_file, output_file);
  }
}

TEST(SpoolName, ReadsNothingElse) {
  for (const auto* end : {"", ".", ".in", ".in.", ".in.x", ".in.01", ".in.1x", ".in.99999999999", ".page", ".pages2",
                          ".out.1", ".out.1-", ".out.1-2-3", ".out.-1-2", ".out.1-+2", "x.pages"}) {
    EXPECT_FALSE(SpoolName::parse(job.text() + end)) << end;
  }
  EXPECT_FALSE(SpoolName::parse("readme.txt"));
  EXPECT_FALSE(SpoolName::parse(""));
}

TEST(SpoolRange, IsWhatOneFolderHolds) {
  const auto range = SpoolRange::of(job);
  EXPECT_LE(range.first, job);
  EXPECT_GE(range.last, job);
  EXPECT_EQ(Spool::folder_of(range.first), Spool::folder_of(job));
  EXPECT_EQ(Spool::folder_of(range.last), Spool::folder_of(job));
  EXPECT_EQ(range.last.unix_ms() - range.first.unix_ms(), 65'535);
  const auto read = SpoolRange::of_folder(Spool::folder_of(job));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->first, range.first);
  EXPECT_EQ(read->last, range.last);
  for (const auto* path : {"", "0192ab", "0192ab/", "0192ab/c", "0192abxcd", "0192aB/cd", "0192ab/cdd", "0192ab/xx"}) {
    EXPECT_FALSE(SpoolRange::of_folder(path)) << path;
  }
}

class SpoolFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::create_directories(folder.path() + "/spool"));
    auto opened = SpoolFolder::open(folder.path());
    ASSERT_TRUE(opened);
    spool.emplace(std::move(*opened));
  }
  void write(const std::string& path, const std::string& text = "x") const {
    const std::filesystem::path full = folder.path() + "/spool/" + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  [[nodiscard]] bool exists(const std::string& path) const {
    return std::filesystem::exists(folder.path() + "/spool/" + path);
  }

  TempFolder folder;
  std::optional<SpoolFolder> spool;
};

TEST_F(SpoolFolderTest, IsNeverMade) {
  const auto none = SpoolFolder::open(folder.path() + "/other");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/other"));
}

TEST_F(SpoolFolderTest, TellsFoldersAndStrangers) {
  write("0192ab/cd/x");
  write("0192ab/02/x");
  write("0192aa/ff/x");
  write("0192ab/none/x");
  write("0192ab/ee");  // a file where a folder should be
  write("notes");
  const auto tree = spool->tree();
  ASSERT_TRUE(tree) << tree.error().detail;
  EXPECT_THAT(tree->folders, ElementsAre("0192aa/ff", "0192ab/02", "0192ab/cd"));
  EXPECT_THAT(tree->strangers, ElementsAre("0192ab/ee", "0192ab/none", "notes"));
}

TEST_F(SpoolFolderTest, TellsFiles) {
  write("0192ab/cd/one", "12345");
  std::filesystem::create_symlink("/etc/passwd", folder.path() + "/spool/0192ab/cd/link");
  std::map<std::string, SpoolFolder::File> files;
  ASSERT_TRUE(spool->each_file("0192ab/cd", [&](const SpoolFolder::File& file) { files[file.name] = file; }));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files["one"].bytes, 5U);
  EXPECT_TRUE(files["one"].regular);
  EXPECT_GT(files["one"].modified_ms, 1'700'000'000'000);
  EXPECT_FALSE(files["link"].regular);
  EXPECT_TRUE(spool->each_file("0192ab/00", [](const SpoolFolder::File&) { FAIL(); })) << "an empty one";

  EXPECT_EQ((*spool->find("0192ab/cd/one"))->bytes, 5U);
  EXPECT_EQ(*spool->find("0192ab/cd/two"), std::nullopt);
  EXPECT_TRUE(spool->open_file("0192ab/cd/one")->has_value());
  EXPECT_FALSE(spool->open_file("0192ab/cd/two")->has_value());
  EXPECT_FALSE(spool->open_file("0192ab/cd/link")) << "no link is followed";
}

TEST_F(SpoolFolderTest, RemovesFilesAndOldEmptyFolders) {
  write("018bcf/e5/one");
  const auto end = SpoolRange::of_folder("018bcf/e5")->end_ms();
  constexpr std::int64_t one_hour = 3'600'000;
  spool->remove_if_empty("018bcf/e5", end + 100 * one_hour);
  EXPECT_TRUE(exists("018bcf/e5/one"));
  EXPECT_TRUE(spool->remove("018bcf/e5/one"));
  EXPECT_TRUE(spool->remove("018bcf/e5/one")) << "none is no error";
  spool->remove_if_empty("018bcf/e5", end + one_hour - 1);
  EXPECT_TRUE(exists("018bcf/e5")) << "workers may remember it";
  spool->remove_if_empty("018bcf/e5", end + one_hour);
  EXPECT_FALSE(exists("018bcf/e5"));
  EXPECT_TRUE(exists("018bcf")) << "its last jobs are younger";
  write("018bcf/00/two");
  ASSERT_TRUE(spool->remove("018bcf/00/two"));
  spool->remove_if_empty("018bcf/00", end + 100 * one_hour);
  EXPECT_THAT(spool->tree()->folders, IsEmpty());
  EXPECT_FALSE(exists("018bcf"));
}

}  // namespace
}  // namespace docket
