// docketctl purge and stats.
#include <nlohmann/json.hpp>

#include "ctl/docketctl_fixture.h"
#include "ctl/duration.h"
#include "host/lease.h"
#include "store/spool/spool.h"

namespace docket {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class DocketctlPurge : public Docketctl {
 protected:
  void SetUp() override {
    Docketctl::SetUp();
    std::filesystem::create_directories(backend.options.folder + "/spool");
    std::filesystem::create_directories(backend.options.folder + "/run");
  }

  /// With an input of 100 bytes, a result of 10, and what a lost try left: another 1.
  JobId completed(const JobSpec& spec = {}) {
    const auto id = driver->accept(spec);
    const auto held = driver->claim();
    EXPECT_TRUE(driver->complete_small(*held));
    write_file(Spool::input_path(id, 0), 100);
    write_file(Spool::output_path(id, held->outputs().output_file), 10);
    write_file(Spool::output_path(id, {.pages = false, .seq = 77, .attempt = 3}), 1);
    return id;
  }
  JobId failed(const JobSpec& spec = {}) {
    const auto id = driver->accept(spec);
    EXPECT_TRUE(driver->end(*driver->claim(), ended::Refused{{ErrorCode::encrypted, "x"}}));
    write_file(Spool::input_path(id, 0), 100);
    return id;
  }
  JobId waiting() {
    const auto id = driver->accept();
    write_file(Spool::input_path(id, 0), 100);
    return id;
  }
};

TEST_F(DocketctlPurge, RemovesFinalJobsWithAllTheirFiles) {
  const auto gone = completed();
  const auto also = failed();
  const auto left = waiting();
  const auto ran = ctl({"purge", "--older-than", "1h"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "removed 2 jobs with 4 files, 211 bytes\n");
  EXPECT_THAT(driver->list(), testing::ElementsAre(left));
  EXPECT_FALSE(has_file(Spool::input_path(gone, 0)));
  EXPECT_FALSE(has_file(Spool::input_path(also, 0)));
  EXPECT_TRUE(has_file(Spool::input_path(left, 0)));
  EXPECT_THAT(backend.check(*store), testing::IsEmpty());
  EXPECT_EQ(ctl({"purge", "--older-than", "1h"}).out, "removed 0 jobs with 0 files, 0 bytes\n");
}

TEST_F(DocketctlPurge, TakesItsFoldersWithIt) {
  const auto gone = completed();  // of 2023: its folder is long past
  ASSERT_EQ(ctl({"purge", "--status", "completed"}).code, 0);
  EXPECT_FALSE(has_file(Spool::folder_of(gone)));
  EXPECT_FALSE(has_file(Spool::folder_of(gone).substr(0, 6)));
}

TEST_F(DocketctlPurge, IsRestrictedByStatusOwnerAndAge) {
  const auto anns = completed({.owner = "ann"});
  const auto bens = completed({.owner = "ben"});
  const auto lost = failed({.owner = "ann"});
  const auto nobodys = failed();
  EXPECT_EQ(ctl({"purge", "--older-than", "300w"}).out, "removed 0 jobs with 0 files, 0 bytes\n");
  EXPECT_THAT(ctl({"purge", "--owner", "ann", "--status", "failed"}).out, HasSubstr("removed 1 job "));
  EXPECT_THAT(driver->list(), testing::ElementsAre(nobodys, bens, anns));
  EXPECT_THAT(ctl({"purge", "--owner", ""}).out, HasSubstr("removed 1 job ")) << "nobody's";
  EXPECT_THAT(driver->list(), testing::ElementsAre(bens, anns));
  EXPECT_EQ(code_of(driver->see(lost)), ErrorCode::not_found);
}

TEST_F(DocketctlPurge, ADryRunOnlyCounts) {
  const auto id = completed();
  EXPECT_EQ(ctl({"purge", "--dry-run", "--status", "completed"}).out, "would remove 1 job with 3 files, 111 bytes\n");
  EXPECT_TRUE(driver->see(id));
  EXPECT_TRUE(has_file(Spool::input_path(id, 0)));
}

TEST_F(DocketctlPurge, RemovesManyJobs) {
  std::vector<JobId> ids;
  for (int i = 0; i < 200; ++i) {
    ids.push_back(failed());
  }
  EXPECT_EQ(ctl({"purge", "--status", "failed"}).out, "removed 200 jobs with 200 files, 20000 bytes\n");
  EXPECT_TRUE(driver->list().empty());
  EXPECT_THAT(backend.check(*store), testing::IsEmpty());
}

TEST_F(DocketctlPurge, WithoutARestrictionItIsRefused) {
  completed();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"purge"},
                                                    {"purge", "--dry-run"},
                                                    {"purge", "--older-than", "soon"},
                                                    {"purge", "--older-than", "1y"},
                                                    {"purge", "--status", "processing"},
                                                    {"purge", "--status", "failed", "--json"}}) {
    const auto ran = ctl(arguments);
    EXPECT_EQ(ran.code, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_THAT(ctl({"purge"}).err, AllOf(HasSubstr("--older-than"), HasSubstr("--status"), HasSubstr("--owner")));
  EXPECT_EQ(driver->list().size(), 1U);
}

TEST_F(DocketctlPurge, StatsCount) {
  const auto lease = LeaseFile::create(backend.options.folder + "/run");
  ASSERT_TRUE(lease);
  completed();
  failed();
  const auto oldest = waiting();
  waiting();
  driver->accept({.pool = 3, .priority = 1});
  driver->accept({.pool = 3, .priority = 1});
  ASSERT_TRUE(driver->claim(lease->holder(), 3));
  ASSERT_TRUE(driver->claim(worker(9), 3));  // nobody's lease

  auto ran = ctl({"stats"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("jobs          6\n"), HasSubstr("  pending     2\n"),
                             HasSubstr("  processing  2\n"), HasSubstr("  completed   1\n"),
                             HasSubstr("  failed      1\n"), HasSubstr(": " + oldest.text() + "\n"),
                             HasSubstr("waiting       2 units\n"), HasSubstr("  pool 0      2\n"),
                             HasSubstr("  pool 3      0\n"), HasSubstr("held          2 units\n")));
  EXPECT_THAT(ran.out, AllOf(HasSubstr("  alive       " + lease->holder().text() + ": 1\n"),
                             HasSubstr("  dead        " + worker(9).text() + ": 1\n"),
                             HasSubstr("spool         6 files, 411 bytes\n"), HasSubstr(" % of the map\n")));
  const auto body = json::parse(ctl({"stats", "--json"}).out);
  EXPECT_EQ(body["jobs"], json::parse(R"({"pending": 2, "processing": 2, "completed": 1, "failed": 1})"));
  EXPECT_EQ(body["oldest_pending"]["job_id"], oldest.text());
  EXPECT_GT(body["oldest_pending"]["age_seconds"], 1000);
  EXPECT_EQ(body["waiting_units"], json::parse(R"({"0": 2, "3": 0})"));
  EXPECT_EQ(body["holders"].size(), 2U);
  EXPECT_GT(body["database"]["bytes"], 0);
  EXPECT_EQ(body["spool"], json::parse(R"({"files": 6, "bytes": 411})"));
}

TEST_F(DocketctlPurge, StatsOfAnEmptyStore) {
  const auto body = json::parse(ctl({"stats", "--json"}).out);
  EXPECT_TRUE(body["oldest_pending"].is_null());
  EXPECT_TRUE(body["waiting_units"].empty());
  EXPECT_TRUE(body["holders"].empty());
  EXPECT_THAT(ctl({"stats"}).out, HasSubstr("waiting       0 units\n"));
}

TEST(Spans, AreReadAsNginxDoes) {
  using ctl::milliseconds_of;
  EXPECT_EQ(milliseconds_of("90"), 90'000);
  EXPECT_EQ(milliseconds_of("0s"), 0);
  EXPECT_EQ(milliseconds_of("15m"), 900'000);
  EXPECT_EQ(milliseconds_of("1d12h"), 129'600'000);
  EXPECT_EQ(milliseconds_of("2w"), 1'209'600'000);
  for (const auto* text : {"", "d", "1y", "-1", "1 d", "1.5h", "99999999999", "4000000000w", "50000w50000w"}) {
    EXPECT_EQ(milliseconds_of(text), std::nullopt) << text;
  }
}

TEST(Spans, AreTold) {
  EXPECT_EQ(ctl::span_text(0), "0 s");
  EXPECT_EQ(ctl::span_text(59'999), "59 s");
  EXPECT_EQ(ctl::span_text(125'000), "2 min 5 s");
  EXPECT_EQ(ctl::span_text(3'600'000 + 5'000), "1 h");
  EXPECT_EQ(ctl::span_text(100 * 86'400'000LL + 3 * 3'600'000), "100 d 3 h");
}

}  // namespace
}  // namespace docket
