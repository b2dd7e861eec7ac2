// docketctl check and requeue.
#include <chrono>

#include "base/sha256.h"
#include "ctl/docketctl_fixture.h"
#include "host/lease.h"
#include "store/lmdb/lmdb_edit.h"
#include "store/spool/spool.h"

namespace docket {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class DocketctlCheck : public Docketctl {
 protected:
  void SetUp() override {
    Docketctl::SetUp();
    std::filesystem::create_directories(backend.options.folder + "/spool");
    std::filesystem::create_directories(backend.options.folder + "/run");
    auto made = LeaseFile::create(backend.options.folder + "/run");
    ASSERT_TRUE(made);
    alive.emplace(std::move(*made));
  }

  JobId accept(const JobSpec& spec = {}) {
    auto change = driver->new_job(spec);
    for (std::uint32_t i = 0; i < spec.files; ++i) {
      auto& file = change.status.files[i];
      file.size = 100;
      file.sha256 = sha256(std::string(100, 'x'));
      write_file(Spool::input_path(change.record.id, i), 100);
    }
    EXPECT_TRUE(driver->commit(change).result);
    return change.record.id;
  }
  JobId complete() {
    const auto held = *driver->claim(alive->holder());
    EXPECT_TRUE(driver->complete_small(held));
    write_file(Spool::output_path(held.unit.job, held.outputs().output_file), 10);
    write_file(Spool::output_path(held.unit.job, {.pages = true}), 10);
    return held.unit.job;
  }
  void damage(const std::function<void(lmdb::Txn&, const Tables&)>& edit) {
    driver.reset();
    store.reset();
    edit_tables(backend, edit);
    store = backend.open();
    driver.emplace(*store);
  }
  /// The whole of a check with and without repair; files of any age count.
  Ran check(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"check", "--age", "0"});
    return ctl(more);
  }

  std::optional<LeaseFile> alive;
};

TEST_F(DocketctlCheck, ASoundLiveStoreIsClean) {
  accept();
  complete();
  accept({.files = 2});
  const auto held = driver->claim(alive->holder());
  const auto ran = check();
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.out, "2 jobs, 5 files, 320 bytes: no problems\n");
  EXPECT_EQ(check({"--repair"}).out, ran.out);
  EXPECT_TRUE(driver->record(*held, {})) << "a live worker's unit is left to it";
}

TEST_F(DocketctlCheck, RemovesFilesWithoutAJob) {
  const auto nobodys = Spool::input_path(JobId::make(1'600'000'000'000), 0);
  write_file(nobodys, 5);
  EXPECT_EQ(ctl({"check"}).out, "0 jobs, 1 file, 5 bytes: no problems\n") << "it is not an hour old";
  auto ran = check();
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "file " + nobodys + " has no job\n0 jobs, 1 file, 5 bytes: 1 problem\n");
  EXPECT_TRUE(has_file(nobodys));
  ran = check({"--repair"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "file " + nobodys + " has no job (removed)\n0 jobs, 1 file, 5 bytes: 1 problem, 1 mended\n");
  EXPECT_FALSE(has_file(nobodys));
  EXPECT_FALSE(has_file("017480")) << "nor its folders";
  EXPECT_EQ(check().out, "0 jobs, 0 files, 0 bytes: no problems\n");
}

TEST_F(DocketctlCheck, FailsJobsThatLostAFileAndLeavesFinalOnes) {
  const auto completed = accept();
  complete();
  const auto waiting = accept({.files = 2});
  const auto sound = accept();
  write_file(Spool::input_path(waiting, 0), 99);
  write_file(Spool::output_path(completed, {.pages = true}), 1);
  std::filesystem::remove(backend.options.folder + "/spool/" + Spool::input_path(waiting, 1));
  auto ran = check();
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr(completed.text() + ".pages end after 1 byte instead of 2\n"),
                    HasSubstr("job " + waiting.text() + ": input 0 has 99 bytes instead of 100\n"),
                    HasSubstr("job " + waiting.text() + ": input 1 is missing\n"), EndsWith(": 3 problems\n")));
  EXPECT_EQ(driver->head(waiting).state, State::pending);

  ran = check({"--repair"});
  EXPECT_EQ(ran.code, 1) << "a result is lost for ever";
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("(cannot be mended: the job is completed, and that is for ever)\n"),
                    HasSubstr("input 1 is missing (the job has failed)\n"), EndsWith(": 3 problems, 2 mended\n")));
  EXPECT_EQ(driver->head(waiting).error, ErrorCode::corrupt);
  EXPECT_EQ(driver->head(completed).state, State::completed);
  EXPECT_EQ(driver->claimed_job(alive->holder()), sound);
}

TEST_F(DocketctlCheck, QuickDoesNotRead) {
  const auto id = accept();
  const auto path = backend.options.folder + "/spool/" + Spool::input_path(id, 0);
  std::ofstream(path) << std::string(100, 'y');
  EXPECT_THAT(check().out, HasSubstr("SHA-256 differs"));
  EXPECT_EQ(check({"--quick"}).code, 0);
}

TEST_F(DocketctlCheck, MendsTables) {
  const auto id = accept({.owner = "ann"});
  damage([&](lmdb::Txn& txn, const Tables& tables) {
    ASSERT_TRUE(*txn.erase(tables.by_owner, by_owner_key(OwnerKey::of("ann"), id)));
    ASSERT_TRUE(*txn.erase(tables.counters, all_counts_key()));
  });
  auto ran = check();
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("job " + id.text() + " is not in `by_owner`\n"));
  ran = check({"--repair"});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("mended: 2 entries of lines, indexes and counters put right\n"));
  EXPECT_EQ(check().code, 0);
  EXPECT_EQ(driver->list({.owner = "ann"}).size(), 1U);
}

TEST_F(DocketctlCheck, TellsNoMoreThanAHundredProblems) {
  for (int i = 0; i < 130; ++i) {
    write_file(Spool::input_path(JobId::make(1'600'000'000'000), 0), 1);
  }
  auto ran = check();
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 102);
  EXPECT_THAT(ran.out, HasSubstr("\nand 30 more\n0 jobs, 130 files, 130 bytes: 130 problems\n"));
  ran = check({"--repair"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, EndsWith(": 130 problems, 130 mended\n"));
}

TEST_F(DocketctlCheck, NotesWhatIsNoProblem) {
  const auto final_job = accept();
  complete();
  write_file(Spool::output_path(final_job, {.pages = false, .seq = 9, .attempt = 9}), 7);
  const auto lost = accept();
  ASSERT_EQ(driver->claimed_job(worker(7)), lost);  // who is no more
  auto ran = check();
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("1 unit held by dead workers: "),
                    HasSubstr("1 file of tries that came to nothing, 7 bytes: "), EndsWith(": no problems\n")));
  ran = check({"--repair"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("1 unit of dead workers given back\n"), HasSubstr("7 bytes: removed\n")));
  EXPECT_EQ(check().out, "2 jobs, 4 files, 220 bytes: no problems\n");
  EXPECT_EQ(driver->claimed_job(alive->holder()), lost);
}

TEST_F(DocketctlCheck, LeavesAloneWhatIsNotDockets) {
  write_file("no\nte", 1);
  const auto ran = check({"--repair"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("no?te is not of the spool's making (cannot be mended: "));
  EXPECT_TRUE(has_file("no\nte"));
}

TEST_F(DocketctlCheck, WithoutASpoolNothingIsProved) {
  std::filesystem::remove_all(backend.options.folder + "/spool");
  const auto ran = check();
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("there is no folder"));
  EXPECT_FALSE(std::filesystem::exists(backend.options.folder + "/spool"));
}

TEST_F(DocketctlCheck, RequeueTakesAUnitFromWhoeverHoldsIt) {
  const auto id = accept();
  const auto held = driver->claim(alive->holder());
  auto ran = ctl({"requeue", id.text()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "job " + id.text() + ": 1 unit given back\n");
  EXPECT_EQ(code_of(driver->complete_small(*held)), ErrorCode::lease_lost);
  EXPECT_EQ(driver->head(id).state, State::pending);
  EXPECT_TRUE(std::filesystem::exists(backend.options.folder + "/run/work")) << "it rang";
  EXPECT_EQ(ctl({"requeue", id.text()}).out, "job " + id.text() + ": no worker has a unit of it\n");
}

TEST_F(DocketctlCheck, RequeueOfTheDeadLeavesTheLiving) {
  const auto first = accept();
  const auto second = accept();
  const auto held = driver->claim(alive->holder());
  ASSERT_EQ(driver->claimed_job(worker(7)), second);
  const auto ran = ctl({"requeue", "--dead"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "1 unit of dead workers given back\n");
  EXPECT_TRUE(driver->complete_small(*held));
  EXPECT_EQ(driver->head(second).state, State::pending);
  EXPECT_EQ(driver->head(first).state, State::completed);
}

TEST_F(DocketctlCheck, RequeueRefusesWhatIsFinalOrUnknown) {
  const auto id = accept();
  complete();
  const auto unknown = JobId::make(5).text();
  const auto ran = ctl({"requeue", id.text(), unknown});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "job " + id.text() + ": the job is completed, and that is for ever\njob " + unknown +
                         ": there is no such job\n");
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"requeue"}, {"requeue", "17"}, {"check", "--age", "x"}, {"check", "--json"}}) {
    EXPECT_EQ(ctl(wrong).code, 2) << testing::PrintToString(wrong);
  }
}

}  // namespace
}  // namespace docket
