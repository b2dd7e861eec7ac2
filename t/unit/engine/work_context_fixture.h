// A store, a spool and an engine, as a worker has them.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/engine_fixture.h"
#include "store/lmdb/lmdb_store.h"
#include "work/document/document_processor.h"
#include "work/runner.h"

namespace docket::engine::test {

class WorkContextTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    folder_ = (std::filesystem::temp_directory_path() / "docket-context-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    auto spool = Spool::open(folder_, true);
    ASSERT_TRUE(spool) << spool.error().detail;
    spool_.emplace(std::move(*spool));
    auto store = open_lmdb_store({.folder = folder_});
    ASSERT_TRUE(store) << store.error().detail;
    store_ = std::move(*store);
    reader_ = store_->reader();
    auto notifications = Notifications::open(run_folder());
    ASSERT_TRUE(notifications) << notifications.error().detail;
    notifications_.emplace(std::move(*notifications));
    committer_.emplace(*store_, &*notifications_);
    auto secrets = SecretBox::open(run_folder());
    ASSERT_TRUE(secrets) << secrets.error().detail;
    secrets_.emplace(*secrets);
    auto membership = LeaseMembership::join(run_folder());
    ASSERT_TRUE(membership) << membership.error().detail;
    membership_.emplace(std::move(*membership));
  }

  void TearDown() override {
    EngineTest::TearDown();
    if (store_) {
      const auto wrong = check_lmdb_store(*store_);
      EXPECT_TRUE(wrong && wrong->empty()) << (wrong ? wrong->front() : wrong.error().detail);
    }
    membership_.reset();
    reader_.reset();
    committer_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string run_folder() const { return folder_ + "/run"; }

  WorkContext context() {
    return {.store = *store_,
            .committer = *committer_,
            .membership = *membership_,
            .run_folder = run_folder(),
            .draining = {},
            .quitting = {},
            .log = [this](std::string_view line) {
              const std::scoped_lock lock(log_mutex_);
              log_.emplace_back(line);
            }};
  }

  /// Has documents done, by the engine, as a worker does.
  void run_units(WorkContext& context, std::uint32_t slots = 2) {
    DocumentProcessor documents({.committer = *committer_,
                                 .spool = *spool_,
                                 .engine = client(),
                                 .secrets = *secrets_,
                                 .membership = *membership_,
                                 .page_times = page_times_,
                                 .sync = true,
                                 .quitting = context.quitting,
                                 .log = context.log});
    docket::run_units(context, {.number = document_pool, .slots = slots, .processor = documents});
  }

  struct Upload {
    std::string filename;
    std::string bytes;
    MediaType type = MediaType::pdf;
  };

  JobId accept(const std::vector<Upload>& uploads, std::uint32_t attempts = 2) {
    AcceptJob accepted;
    accepted.now_ms = unix_ms();
    auto& record = accepted.record;
    record.id = JobId::make(accepted.now_ms);
    record.document().options.languages = "eng";
    record.document().options.formats.add(Format::markdown);
    record.document().options.formats.add(Format::text);
    record.limits.attempts = attempts;
    accepted.status.result_url = "/result/";
    for (std::uint32_t index = 0; index < uploads.size(); ++index) {
      const auto file = spool_->create_input(record.id, index);
      EXPECT_TRUE(file);
      const auto& bytes = uploads[index].bytes;
      EXPECT_EQ(::write(file->get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
      FileStatus status;
      status.filename = uploads[index].filename;
      status.type = uploads[index].type;
      status.size = bytes.size();
      accepted.status.files.push_back(std::move(status));
    }
    commit(&accepted);
    EXPECT_TRUE(accepted.result);
    return record.id;
  }

  void commit(Command change) { committer_->commit(std::array{change}); }

  struct Seen {
    StatusHead head;
    std::string error_detail;
    std::vector<std::string> warnings;  ///< "page code"
  };
  Seen status(const JobId& job) {
    Seen seen;
    const auto found =
        reader_->status(job, [&](const StatusView& view, std::string_view, const QueueCounts& /*counts*/) {
          seen.head = view.head;
          seen.error_detail = view.detail;
          view.each_warning([&](const WarningView& warning) {
            seen.warnings.push_back(std::to_string(warning.page) + " " + std::string(to_string(warning.code)));
          });
        });
    EXPECT_TRUE(found) << found.error().detail;
    return seen;
  }

  std::string result(const JobId& job, Format format, Representation representation = Representation::raw) {
    const auto outputs = reader_->outputs(job);
    return outputs ? result(job, *outputs, format, representation) : "(" + outputs.error().detail + ")";
  }
  std::string result(const JobId& job, const Outputs& outputs, Format format,
                     Representation representation = Representation::raw) {
    const auto file = spool_->open_output(job, outputs.output_file);
    if (!file) {
      return "(" + file.error().detail + ")";
    }
    const auto all = contents(*file);
    for (const auto& section : outputs.sections) {
      if (section.format == format && section.representation == representation) {
        return all.substr(section.offset, section.length);
      }
    }
    return "(none)";
  }

  /// The names of the spool's files, without their folders and the job's id: "in.0", "pages" …
  std::vector<std::string> files_of(const JobId& job) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/spool")) {
      const auto name = entry.path().filename().string();
      if (name.rfind(job.text(), 0) == 0) {
        names.push_back(name.substr(job.text().size() + 1));
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string folder_;
  std::optional<Spool> spool_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreReader> reader_;
  std::optional<Notifications> notifications_;
  std::optional<Committer> committer_;
  std::optional<SecretBox> secrets_;
  std::optional<LeaseMembership> membership_;
  std::mutex log_mutex_;
  std::vector<std::string> log_;
  PageTimes page_times_;
};

}  // namespace docket::engine::test
