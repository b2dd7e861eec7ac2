// docketctl as a program, on stores that are in use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ctl/docketctl_fixture.h"
#include "ctl/print.h"

namespace docket {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Docketctl, ListsTheJobsOfALiveStore) {
  const auto first = driver->accept({.owner = "ann", .files = 2});
  const auto second = driver->accept();
  const auto ran = ctl({"list"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, AllOf(HasSubstr("ID "), HasSubstr("STATUS"), HasSubstr("ann"), HasSubstr("file0.pdf +1"),
                             HasSubstr("pending"), HasSubstr("0/?")));
  EXPECT_LT(ran.out.find(second.text()), ran.out.find(first.text())) << "the newest first";
}

TEST_F(Docketctl, AnEmptyListIsAList) {
  EXPECT_EQ(ctl({"list"}).code, 0);
  const auto body = json::parse(ctl({"--json", "list"}).out);
  EXPECT_EQ(body["count"], 0);
  EXPECT_TRUE(body["tasks"].empty());
}

TEST_F(Docketctl, ListsByStateAndLimit) {
  const auto completed = driver->accept();
  ASSERT_TRUE(driver->complete_small(*driver->claim(), 3));
  const auto failed = driver->accept();
  ASSERT_TRUE(driver->end(*driver->claim(), ended::Refused{{ErrorCode::encrypted, "x"}}));
  const auto waiting = driver->accept();

  auto ran = ctl({"list", "--status", "completed,failed"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr(completed.text()), HasSubstr(failed.text()), Not(HasSubstr(waiting.text()))));
  ran = ctl({"list", "--limit", "1"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr(waiting.text()), Not(HasSubstr(failed.text())), HasSubstr("there are more")));
  ran = ctl({"list", "--limit", "3"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr(completed.text()), Not(HasSubstr("there are more"))));

  const auto body = json::parse(ctl({"list", "--json", "--status", "completed"}).out);
  EXPECT_EQ(body["count"], 1);
  EXPECT_EQ(body["tasks"][0]["job_id"], completed.text());
  EXPECT_EQ(body["tasks"][0]["processed_pages"], 3);
}

TEST_F(Docketctl, ShowsOneJob) {
  auto change = driver->new_job({.owner = "ann", .fields = R"({"k":"v"})"});
  change.status.files[0].filename = "evil\x1b[2J\xC2\x9B.pdf";
  ASSERT_TRUE(driver->commit(change).result);
  const auto id = change.record.id.text();
  auto ran = ctl({"show", id});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr(id), HasSubstr("pending"), HasSubstr("ann"), HasSubstr("evil?[2J?.pdf"),
                             HasSubstr("1. of pool 0"), HasSubstr(R"({"k":"v"})"), Not(HasSubstr("\x1b"))));

  ASSERT_TRUE(driver->end(*driver->claim(), ended::Refused{{ErrorCode::encrypted, "it needs a password"}}));
  ran = ctl({"show", id});
  EXPECT_THAT(ran.out, HasSubstr("encrypted: it needs a password"));
  const auto body = json::parse(ctl({"--json", "show", id}).out);
  EXPECT_EQ(body["job_id"], id);
  EXPECT_EQ(body["status"], "failed");
  EXPECT_EQ(body["fields"]["k"], "v");
  EXPECT_EQ(body["error"]["code"], "encrypted");
}

TEST_F(Docketctl, AnUnknownJobIsCodeOne) {
  const auto ran = ctl({"show", JobId::make(5).text()});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("there is no job"));
}

TEST_F(Docketctl, WrongUsageIsCodeTwo) {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"sing"},
                                                    {"show"},
                                                    {"show", "17"},
                                                    {"list", "--status", "done"},
                                                    {"list", "--limit", "0"},
                                                    {"list", "--limit", "x"}};
  for (const auto& arguments : wrong) {
    const auto ran = ctl(arguments);
    EXPECT_EQ(ran.code, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
  EXPECT_THAT(ctl({"list", "--status", "done"}).err, HasSubstr("pending, processing, completed, failed"));
}

TEST_F(Docketctl, HelpTellsTheExitCodes) {
  const auto ran = run({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("list"), HasSubstr("show"), HasSubstr("Exit codes")));
}

TEST_F(Docketctl, TakesTheStoreFromTheEnvironment) {
  const auto id = driver->accept();
  EXPECT_THAT(run({"list"}, {"DOCKET_STORE=" + backend.options.folder}).out, HasSubstr(id.text()));
}

TEST_F(Docketctl, NeverMakesAStore) {
  const auto nowhere = backend.folder.path() + "/nowhere";
  const auto ran = run({"--store", nowhere, "list"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("there is no store in"), HasSubstr(nowhere)));
  EXPECT_FALSE(std::filesystem::exists(nowhere));
}

TEST(Printable, LeavesTextAndTakesControl) {
  EXPECT_EQ(ctl::printable("Größe – 大.pdf"), "Größe – 大.pdf");
  EXPECT_EQ(ctl::printable("a\nb\tc\x7f\xff\xC2\x85"), "a?b?c???");
  EXPECT_EQ(ctl::printable("\xC2\xA0"), "\xC2\xA0");
  EXPECT_EQ(ctl::printable(""), "");
}

}  // namespace
}  // namespace docket
