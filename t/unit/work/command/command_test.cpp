// What commands are given and leave, without running one.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "job/progress/page_progress.h"
#include "work/command/command_inputs.h"
#include "work/command/command_outputs.h"
#include "work/command/command_run.h"
#include "work/command/work_folder.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

class CommandFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = (fs::temp_directory_path() / "docket-command-XXXXXX").string();
    ASSERT_NE(::mkdtemp(store_.data()), nullptr);
    auto spool = Spool::open(store_, true);
    ASSERT_TRUE(spool) << spool.error().detail;
    spool_.emplace(std::move(*spool));
    unit_.job = JobId::make(1'700'000'000'000);
    unit_.seq = 7;
    unit_.attempt = 2;
  }
  void TearDown() override { fs::remove_all(store_); }

  WorkFolder make() {
    auto folder = WorkFolder::make(store_, work_folder_name(unit_));
    EXPECT_TRUE(folder) << folder.error().detail;
    return std::move(*folder);
  }
  static void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }
  static std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::string stored(const Section& section, const OutputFile& file) const {
    return read(spool_->absolute(Spool::output_path(unit_.job, file))).substr(section.offset, section.length);
  }
  Result<Outputs> store(const WorkFolder& folder) {
    auto found = folder.find_outputs(1'000'000);
    if (!found) {
      return pass_on(found);
    }
    return store_outputs(*spool_, unit_.job, own_, folder, std::move(*found), standard_output);
  }

  std::string store_;
  std::optional<Spool> spool_;
  Unit unit_;
  const OutputFile own_{.pages = false, .seq = 7, .attempt = 2};
};

TEST_F(CommandFolder, IsGoneWithItsOwner) {
  std::string path;
  {
    const auto folder = make();
    path = folder.path();
    EXPECT_EQ(path, store_ + "/work/" + unit_.job.text() + ".7-2");
    EXPECT_TRUE(fs::is_directory(path + "/in") && fs::is_directory(path + "/out") && fs::is_directory(path + "/tmp"));
    write(path + "/out/file", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(CommandFolder, ThoseWhoseOwnersDiedAreRemoved) {
  const auto alive = make();
  for (const auto* name : {"01890000-0000-7000-8000-000000000000.7-1", "strange", "program.17.1"}) {
    fs::create_directories(store_ + "/work/" + name + "/out/deep");
  }
  write(store_ + "/work/file", "x");
  remove_stale_work_folders(store_);
  EXPECT_TRUE(fs::exists(alive.path() + "/in"));
  EXPECT_EQ(std::distance(fs::directory_iterator(store_ + "/work"), {}), 1);
}

TEST_F(CommandFolder, AProgramThatStaysHasAPartForEachUnit) {
  auto program = WorkFolder::make(store_, "program");
  ASSERT_TRUE(program);
  {
    auto part = WorkFolder::make_within(*program, "one");
    ASSERT_TRUE(part);
    EXPECT_EQ(part->path(), program->path());
    EXPECT_EQ(part->inputs(), program->path() + "/in/one");
    ASSERT_TRUE(part->write_input("0", "input"));
    EXPECT_EQ(read(program->path() + "/in/one/0"), "input");
    write(part->outputs() + "/file", "output");
    const auto found = part->find_outputs(100);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->files.size(), 1U);
    EXPECT_EQ(found->files[0].name, "file");
  }
  EXPECT_FALSE(fs::exists(program->path() + "/in/one"));
  EXPECT_FALSE(fs::exists(program->path() + "/out/one"));
  EXPECT_TRUE(fs::exists(program->path() + "/tmp"));
}

TEST_F(CommandFolder, OutputsAreStoredInOneFile) {
  auto folder = make();
  ASSERT_TRUE(folder.create_result());
  write(folder.path() + "/out/small", "small");
  write(folder.path() + "/out/large", std::string(5000, 'l'));
  fs::create_directory(folder.path() + "/out/sub");
  write(folder.path() + "/out/sub/result.txt", "not the main one");
  ASSERT_EQ(::chmod((folder.path() + "/out/small").c_str(), 0), 0);
  const auto outputs = store(folder);
  ASSERT_TRUE(outputs) << outputs.error().detail;
  EXPECT_EQ(outputs->output_file, own_);
  ASSERT_EQ(outputs->sections.size(), 4U);
  EXPECT_EQ(outputs->sections[0].name, "large");
  EXPECT_EQ(outputs->sections[0].offset, 0U) << "the largest one is not copied";
  EXPECT_EQ(stored(outputs->sections[0], own_), std::string(5000, 'l'));
  EXPECT_EQ(outputs->sections[1].name, "small");
  EXPECT_EQ(stored(outputs->sections[1], own_), "small");
  EXPECT_EQ(outputs->sections[2].name, "stdout");
  EXPECT_EQ(stored(outputs->sections[3], own_), "not the main one");
  EXPECT_EQ(main_output(*outputs), &outputs->sections[2]);
}

TEST_F(CommandFolder, SmallOutputsNeedNoFile) {
  auto folder = make();
  const auto result = folder.create_result();
  ASSERT_TRUE(result);
  write(folder.path() + "/result", "standard output");
  write(folder.path() + "/out/b", "of b");
  write(folder.path() + "/out/a", "of a");
  const auto found = folder.find_outputs(1000);
  ASSERT_TRUE(found);
  const auto outputs = read_outputs(own_, folder, *found, standard_output, result->get());
  ASSERT_TRUE(outputs && *outputs);
  const auto& [file, sections, bytes] = **outputs;
  ASSERT_TRUE(bytes);
  ASSERT_EQ(sections.size(), 3U);
  const std::array<std::pair<std::string, std::string>, 3> expected{
      {{"a", "of a"}, {"b", "of b"}, {"stdout", "standard output"}}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(sections[i].name, expected[i].first);
    EXPECT_EQ(bytes->substr(sections[i].offset, sections[i].length), expected[i].second);
  }
}

TEST_F(CommandFolder, AResultOfItsOwnIsTakenForStandardOutput) {
  auto folder = make();
  const auto result = folder.create_result();
  write(folder.path() + "/result", "standard output");
  write(folder.path() + "/out/result.txt", "text");
  const auto found = folder.find_outputs(1000);
  ASSERT_TRUE(result && found);
  const auto outputs = read_outputs(own_, folder, *found, standard_output, result->get());
  ASSERT_TRUE(outputs && *outputs);
  EXPECT_EQ((*outputs)->bytes, "text");
}

TEST_F(CommandFolder, OutputsThatHaveGrownNeedAFile) {
  auto folder = make();
  const auto result = folder.create_result();
  write(folder.path() + "/out/a", "small");
  const auto found = folder.find_outputs(1000);
  ASSERT_TRUE(result && found);
  write(folder.path() + "/out/a", std::string(max_inline_outputs + 1, 'l'));
  const auto outputs = read_outputs(own_, folder, *found, standard_output, result->get());
  ASSERT_TRUE(outputs);
  EXPECT_FALSE(*outputs);
}

TEST_F(CommandFolder, ALogIsTheJobsWhenSomethingStandsInIt) {
  const auto folder = make();
  const auto kept = spool_->absolute(Spool::log_path(unit_.job, 0));
  RunFiles files;
  ASSERT_TRUE(files.prepare(folder));
  ASSERT_TRUE(files.keep_log(*spool_, unit_.job, 0, folder));
  EXPECT_FALSE(fs::exists(kept));
  ASSERT_EQ(::write(files.log().get(), "line\n", 5), 5);
  ASSERT_EQ(::write(files.result().get(), "old", 3), 3);
  ASSERT_TRUE(files.keep_log(*spool_, unit_.job, 0, folder));
  ASSERT_EQ(::write(files.log().get(), "more\n", 5), 5);
  ASSERT_TRUE(files.keep_log(*spool_, unit_.job, 0, folder));
  EXPECT_EQ(read(kept), "line\nmore\n");

  ASSERT_TRUE(files.prepare(folder));
  EXPECT_EQ(read(kept), "line\nmore\n");
  EXPECT_EQ(fs::file_size(folder.path() + "/log"), 0U);
  EXPECT_EQ(fs::file_size(folder.path() + "/result"), 0U);
}

TEST_F(CommandFolder, AResultOfItsOwnIsTheMainOne) {
  auto folder = make();
  ASSERT_TRUE(folder.create_result());
  write(folder.path() + "/out/result.txt", "text");
  write(folder.path() + "/out/result.json", "{}");
  const auto outputs = store(folder);
  ASSERT_TRUE(outputs);
  ASSERT_EQ(outputs->sections.size(), 2U);
  EXPECT_EQ(main_output(*outputs)->name, "result.json");
  EXPECT_EQ(main_output({.output_file = own_, .sections = {outputs->sections[1]}})->name, "result.txt");
  EXPECT_EQ(main_output({}), nullptr);
}

TEST_F(CommandFolder, NamesThatAreNoUtf8AreMadeSo) {
  auto folder = make();
  ASSERT_TRUE(folder.create_result());
  write(folder.path() + "/out/a\xFF", "one");
  write(folder.path() + "/out/a\xFE", "two");
  const auto found = folder.find_outputs(100);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->files.size(), 1U) << "two files cannot have one name";
  EXPECT_EQ(found->files[0].name, "a\xEF\xBF\xBD");
  EXPECT_EQ(found->passed_over, 1U);
}

TEST_F(CommandFolder, AllThatItWritesIsCounted) {
  auto folder = make();
  write(folder.path() + "/out/a", std::string(3000, 'x'));
  write(folder.path() + "/out/b", std::string(1000, 'x'));
  fs::create_hard_link(folder.path() + "/out/a", folder.path() + "/out/c");
  fs::create_hard_link(folder.path() + "/out/a", folder.path() + "/tmp/d");
  fs::create_directories(folder.path() + "/tmp/deep/er");
  write(folder.path() + "/tmp/deep/er/e", std::string(500, 'x'));
  fs::resize_file(folder.path() + "/tmp/deep/er/e", 1'000'000);  // a hole takes no room
  write(folder.path() + "/tmp/f", std::string(7, 'x'));
  const auto room = folder.find_outputs(100'000);
  ASSERT_TRUE(room) << room.error().detail;
  EXPECT_EQ(room->bytes, 1000U);
  EXPECT_EQ(room->passed_over, 2U);
  EXPECT_TRUE(folder.find_outputs(3000 + 1000 + 4096 + 7));
  for (const std::uint64_t most : {3000 + 1000 + 500 + 6, 3000 + 999, 999}) {
    const auto found = folder.find_outputs(most);
    ASSERT_FALSE(found) << most;
    EXPECT_EQ(found.error().code, ErrorCode::command_failed);
    EXPECT_NE(found.error().detail.find("docket_command_output"), std::string::npos);
  }
  std::string deep = folder.path() + "/tmp";
  for (std::size_t i = 0; i <= max_temporary_depth; ++i) {
    deep += "/x";
  }
  fs::create_directories(deep);
  EXPECT_FALSE(folder.find_outputs(100'000));
}

TEST_F(CommandFolder, IsEmptiedBetweenTheJobsOfAProgramThatStays) {
  const auto folder = make();
  fs::create_directories(folder.path() + "/tmp/deep/er");
  fs::create_directories(folder.path() + "/tmp/kept");
  ASSERT_EQ(::mkfifo((folder.path() + "/tmp/kept/pipe").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((folder.path() + "/tmp/pipe").c_str(), 0600), 0);
  write(folder.path() + "/tmp/deep/er/a", "x");
  write(folder.path() + "/tmp/sem.a", "x");
  write(folder.path() + "/out/b", "x");
  fs::create_symlink("/etc/passwd", folder.path() + "/tmp/link");
  folder.tidy();
  EXPECT_TRUE(fs::is_empty(folder.path() + "/out"));
  EXPECT_TRUE(fs::exists(folder.path() + "/tmp/kept/pipe") && fs::exists(folder.path() + "/tmp/pipe"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() + "/tmp"), {}), 3) << "and a semaphore";
  EXPECT_TRUE(fs::exists("/etc/passwd"));
}

TEST_F(CommandFolder, InputsAreNamedByNumbers) {
  ASSERT_TRUE(spool_->create_input(unit_.job, 0));
  ASSERT_TRUE(spool_->create_input(unit_.job, 1));
  auto folder = make();
  ClaimedUnit claimed;
  claimed.unit = unit_;
  claimed.unit.kind = UnitKind::run;
  claimed.unit.file = Unit::whole_job;
  claimed.status.files.resize(2);
  claimed.status.files[0].filename = "--help \"\n";
  claimed.status.files[1].filename = "../../etc/passwd";
  ASSERT_TRUE(link_inputs(folder, *spool_, claimed));
  ASSERT_TRUE(write_lists(folder, claimed, R"({"a":1})"));
  EXPECT_TRUE(fs::exists(folder.path() + "/in/0") && fs::exists(folder.path() + "/in/1"));
  EXPECT_EQ(read(folder.path() + "/in/fields.json"), R"({"a":1})");
  const auto files = read(folder.path() + "/in/files.json");
  EXPECT_NE(files.find(R"({"name":"--help \"\n","path":")" + folder.path() + R"(/in/0","size":0,)"), std::string::npos)
      << files;
  EXPECT_NE(files.find(R"("name":"../../etc/passwd","path":")" + folder.path() + "/in/1\""), std::string::npos)
      << files;
  EXPECT_NE(files.find(R"("type":"application/octet-stream")"), std::string::npos) << files;
}

TEST(CommandEnd, ClientsSeeNoPathsOfTheStore) {
  const auto shown = [](std::string text) { return without_store_paths(std::move(text), "/var/lib/docket"); };
  EXPECT_EQ(shown("cat: /var/lib/docket/work/0189.7-1/in/0: no"), "cat: in/0: no");
  EXPECT_EQ(shown("'/var/lib/docket/work/program.1.2/tmp/a b', /var/lib/docket/work/x/out"), "'tmp/a b', out");
  EXPECT_EQ(shown("chdir /var/lib/docket/work/0189.7-1: No such file"), "chdir .: No such file");
  EXPECT_EQ(shown("/var/lib/docket/work/0189.7-1"), ".");
  EXPECT_EQ(shown("open /var/lib/docket/spool/ab/0189.out.1: full"), "open spool/ab/0189.out.1: full");
  EXPECT_EQ(shown("/var/lib/docket2/work/a/b and /srv/p.py"), "/var/lib/docket2/work/a/b and /srv/p.py");
}

TEST(CommandEnd, ExitCodesAndSignalsSayWhatBecomesOfTheJob) {
  const Limits limits{.cpu_seconds = 3, .unit_ms = 5000};
  const auto end = [&](launch::Exited::Why why, int status, std::string tail = "") {
    return end_of_command({.why = why, .wait_status = status, .result_cut = false, .tail = std::move(tail)}, limits,
                          {});
  };
  using Why = launch::Exited::Why;
  EXPECT_TRUE(std::holds_alternative<ended::Completed>(end(Why::itself, 0)));
  const auto refused = end(Why::itself, 3 << 8, "first\nlast\n");
  ASSERT_TRUE(std::holds_alternative<ended::Refused>(refused));
  EXPECT_EQ(std::get<ended::Refused>(refused).error.detail, "exit code 3: first\nlast");
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(end(Why::itself, 75 << 8)));
  const auto killed = end(Why::itself, SIGKILL);
  ASSERT_TRUE(std::holds_alternative<ended::Failed>(killed));
  EXPECT_FALSE(std::get<ended::Failed>(killed).repeats);
  const auto busy = end(Why::itself, SIGXCPU);
  ASSERT_TRUE(std::holds_alternative<ended::Failed>(busy));
  EXPECT_TRUE(std::get<ended::Failed>(busy).repeats);
  EXPECT_EQ(std::get<ended::Failed>(end(Why::timed_out, SIGKILL)).error.code, ErrorCode::timeout);
  EXPECT_TRUE(std::holds_alternative<ended::Released>(end(Why::stopped, SIGTERM)));
  EXPECT_EQ(std::get<ended::Refused>(end(Why::refused, 0, "no such file")).error.detail,
            "the command could not be started: no such file");
  EXPECT_TRUE(std::holds_alternative<ended::Failed>(end(Why::nonsense, SIGKILL)));
}

TEST(CommandEnd, StandardOutputIsAResultAsAWholeOnly) {
  const FoundFiles files{.files = {{.path = "a", .name = "a", .size = 60}}, .bytes = 60, .passed_over = 0};
  const auto check = [&](const launch::Exited& exited, std::uint64_t size, const FoundFiles& found) {
    const auto fits = check_standard_output(exited, size, found, 100);
    return fits ? ErrorCode::none : fits.error().code;
  };
  EXPECT_EQ(check({}, 40, files), ErrorCode::none);
  EXPECT_EQ(check({}, 41, files), ErrorCode::command_failed);
  EXPECT_EQ(check({.result_cut = true, .tail = {}}, 40, files), ErrorCode::command_failed);
  EXPECT_EQ(check({.result_errno = ENOSPC, .tail = {}}, 10, files), ErrorCode::store_full);
  EXPECT_EQ(check({.result_errno = EIO, .tail = {}}, 10, files), ErrorCode::io);
  const FoundFiles answered{.files = {{.path = "result.txt", .name = "result.txt", .size = 6}}, .bytes = 6};
  EXPECT_EQ(check({.result_cut = true, .result_errno = ENOSPC, .tail = {}}, 1000, answered), ErrorCode::none);
}

TEST(CommandEnd, AProgramThatEndedBeforeItsJobIsNoEndOfTheJob) {
  using Why = launch::Exited::Why;
  const auto is_none = [](Why why, bool begun) {
    return is_no_end_of_job({.why = why, .job_begun = begun, .tail = {}});
  };
  EXPECT_TRUE(is_none(Why::itself, false) && is_none(Why::nonsense, false));
  EXPECT_FALSE(is_none(Why::itself, true) || is_none(Why::nonsense, true));
  EXPECT_FALSE(is_none(Why::stopped, false) || is_none(Why::refused, false) || is_none(Why::timed_out, false));
}

TEST(CommandEnd, AsMuchOfTheLogsEndAsAStatusKeepsIsToldInWholeCharacters) {
  std::string tail(400, 'x');
  for (int i = 0; i < 200; ++i) {
    tail += "\xC3\xA4";
  }
  const auto end = end_of_command({.why = launch::Exited::Why::itself, .wait_status = 1 << 8, .tail = tail}, {}, {});
  const auto& detail = std::get<ended::Refused>(end).error.detail;
  EXPECT_LE(detail.size(), max_kept_detail);
  EXPECT_GT(detail.size(), max_kept_detail - 3);
  EXPECT_TRUE(detail.starts_with("exit code 1: \xC3\xA4")) << detail;
  EXPECT_TRUE(detail.ends_with("\xC3\xA4"));
}

}  // namespace
}  // namespace docket
