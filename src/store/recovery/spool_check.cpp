#include "store/recovery/spool_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/plural.h"
#include "base/sha256.h"
#include "store/section_checksum.h"
#include "store/spool/spool.h"

namespace docket {
namespace {

constexpr std::size_t read_at_once = std::size_t{256} << 10U;

tl::unexpected<Error> pass_on(Error& error) {
  return fail(std::move(error));
}

/// One check. Lives as long as one call, on its thread.
class SpoolCheck {
 public:
  SpoolCheck(StoreReader& reader, const SpoolFolder& spool, const SpoolCheckOptions& options)
      : reader_(reader), spool_(spool), options_(options), buffer_(options.quick ? 0 : read_at_once) {}

  Result<SpoolReport> run() {
    auto tree = spool_.tree();
    if (!tree) {
      return pass_on(tree.error());
    }
    // No job has an id of zeros: this asks for the first one.
    auto next_job = reader_.files(JobId{}, JobId{}, [](const JobFiles&) {});
    if (!next_job) {
      return pass_on(next_job.error());
    }
    // The folders that there are and those where jobs' files should be, in one ascending order.
    auto folder = tree->folders.begin();
    while (*next_job || folder != tree->folders.end()) {
      auto name = *next_job ? Spool::folder_of(**next_job) : *folder;
      if (folder != tree->folders.end() && *folder <= name) {
        name = *folder++;
      }
      auto checked = check_folder(name);
      if (!checked) {
        return pass_on(checked.error());
      }
      next_job = std::move(checked);
    }
    for (const auto& path : tree->strangers) {
      if (auto noted = note_stranger(path); !noted) {
        return pass_on(noted.error());
      }
    }
    return std::move(report_);
  }

 private:
  using Sentences = std::vector<std::string>;

  /// Returns the first job behind those of this folder.
  Result<std::optional<JobId>> check_folder(const std::string& folder) {
    const auto range = SpoolRange::of_folder(folder).value_or(SpoolRange{});
    // The jobs come first: a file of theirs that lies here belongs to them even if they are removed in the meantime.
    std::vector<JobFiles> jobs;
    auto behind = reader_.files(range.first, range.last, [&](JobFiles one) { jobs.push_back(std::move(one)); });
    if (!behind) {
      return behind;
    }
    for (const auto& job : jobs) {
      if (auto checked = check_job(job); !checked) {
        return pass_on(checked.error());
      }
    }
    std::vector<SpoolFolder::File> files;
    if (auto listed = spool_.each_file(folder, [&](SpoolFolder::File one) { files.push_back(std::move(one)); });
        !listed) {
      return pass_on(listed.error());
    }
    for (const auto& file : files) {
      if (auto checked = check_file(folder, file, jobs); !checked) {
        return pass_on(checked.error());
      }
    }
    return behind;
  }

  Result<void> check_job(const JobFiles& job) {
    ++report_.jobs;
    auto found = look_at(job);
    auto state = job.state;
    if (!found.empty()) {
      // Things may have gone on since the job was read: looked at again, what is wrong must still be.
      std::optional<JobFiles> again;
      if (auto read = reader_.files(job.id, job.id, [&](JobFiles one) { again = std::move(one); }); !read) {
        return pass_on(read.error());
      }
      found = again ? look_at(*again) : Sentences{};
      state = again ? again->state : state;
    }
    for (auto& sentence : found) {
      report_.problems.push_back({.kind = SpoolProblem::Kind::damaged,
                                  .job = job.id,
                                  .state = state,
                                  .path = {},
                                  .bytes = 0,
                                  .sentence = "job " + job.id.text() + ": " + sentence});
    }
    return {};
  }

  Sentences look_at(const JobFiles& job) {
    Sentences found;
    for (std::uint32_t i = 0; i < job.inputs.size(); ++i) {
      const auto name = "input " + std::to_string(i);
      const auto file = spool_.open_file(Spool::input_path(job.id, i));
      if (file && !*file) {
        found.push_back(name + " is missing");
      } else if (auto wrong = file ? look_at_input(**file, job.inputs[i]) : cannot_be_read(file.error())) {
        found.push_back(name + " " + *wrong);
      }
    }
    for (const auto& used : job.output_files) {
      const auto path = Spool::output_path(job.id, used.output_file);
      const auto name = "its results in " + path.substr(path.find(job.id.text()));
      const auto file = spool_.find(path);
      if (!file) {
        found.push_back(name + " " + *cannot_be_read(file.error()));
      } else if (!*file) {
        found.push_back(name + " are missing");
      } else if ((*file)->bytes < used.bytes) {
        found.push_back(name + " end after " + counted((*file)->bytes, "byte") + " instead of " +
                        std::to_string(used.bytes));
      } else if (auto wrong = look_at_sections(path, used)) {
        found.push_back(name + " " + *wrong);
      }
    }
    if (!job.readable) {
      found.emplace_back("its records do not tell which files it has");
    }
    return found;
  }

  static std::optional<std::string> cannot_be_read(const Error& error) { return "cannot be read: " + error.detail; }

  /// What is wrong with results of which there are sums.
  [[nodiscard]] std::optional<std::string> look_at_sections(const std::string& path,
                                                            const JobFiles::Reach& used) const {
    if (options_.quick || used.summed.empty()) {
      return std::nullopt;
    }
    const auto file = spool_.open_file(path);
    if (!file) {
      return cannot_be_read(file.error());
    }
    if (!*file) {
      return "are missing";
    }
    for (const auto& section : used.summed) {
      const auto sum = sum_of((*file)->get(), section);
      if (!sum) {
        return cannot_be_read(sum.error());
      }
      if (*sum != section.sum) {
        return "are not what was written: their sum differs";
      }
    }
    return std::nullopt;
  }

  /// What is wrong with it.
  std::optional<std::string> look_at_input(const Fd& file, const JobFiles::Input& input) {
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) {
      return cannot_be_read(fail_errno("fstat", errno).value());
    }
    if (!S_ISREG(info.st_mode)) {
      return "is no file";
    }
    if (const auto size = static_cast<std::uint64_t>(info.st_size); size != input.size) {
      return "has " + counted(size, "byte") + " instead of " + std::to_string(input.size);
    }
    if (options_.quick) {
      return std::nullopt;
    }
    for (;;) {
      const auto size = ::read(file.get(), buffer_.data(), buffer_.size());
      if (size < 0 && errno == EINTR) {
        continue;
      }
      if (size < 0) {
        static_cast<void>(hasher_.finish());
        return cannot_be_read(fail_errno("read", errno).value());
      }
      if (size == 0) {
        break;
      }
      hasher_.update({buffer_.data(), static_cast<std::size_t>(size)});
    }
    return hasher_.finish() == input.sha256
               ? std::nullopt
               : std::optional<std::string>("is not what was uploaded: its SHA-256 differs");
  }

  [[nodiscard]] bool is_old(const SpoolFolder::File& file) const {
    return file.modified_ms <= options_.now_ms - options_.min_age_ms;
  }

  /// `jobs` are the folder's, ascending, as they were before it was read.
  Result<void> check_file(const std::string& folder, const SpoolFolder::File& file, const std::vector<JobFiles>& jobs) {
    ++report_.files;
    report_.bytes += file.bytes;
    const auto path = folder + "/" + file.name;
    const auto name = SpoolName::parse(file.name);
    if (!name || !file.regular || Spool::folder_of(name->job) != folder) {
      return note_stranger(path);
    }
    const auto job = std::lower_bound(jobs.begin(), jobs.end(), name->job,
                                      [](const JobFiles& one, const JobId& id) { return one.id < id; });
    if (job != jobs.end() && job->id == name->job) {
      if (is_final(job->state) && job->readable && is_old(file) && !has_file(*job, *name)) {
        report_.leftovers.push_back({path, file.bytes});
      }
      return {};
    }
    if (!is_old(file)) {
      return {};
    }
    const auto recorded = reader_.summary(name->job);
    if (recorded || recorded.error().code != ErrorCode::not_found) {
      return {};  // recorded in the meantime; or a record that cannot be read
    }
    return note(SpoolProblem::Kind::orphan, path, "file " + path + " has no job");
  }

  Result<void> note_stranger(const std::string& path) {
    return note(SpoolProblem::Kind::stranger, path, path + " is not of the spool's making");
  }

  /// Only if it is still there, and old.
  Result<void> note(SpoolProblem::Kind kind, const std::string& path, std::string sentence) {
    auto file = spool_.find(path);
    if (!file) {
      return pass_on(file.error());
    }
    if (*file && is_old(**file)) {
      report_.problems.push_back({.kind = kind,
                                  .job = {},
                                  .state = {},
                                  .path = path,
                                  .bytes = (*file)->bytes,
                                  .sentence = std::move(sentence)});
    }
    return {};
  }

  StoreReader& reader_;
  const SpoolFolder& spool_;
  const SpoolCheckOptions& options_;
  std::vector<char> buffer_;
  Sha256Hasher hasher_;
  SpoolReport report_;
};

}  // namespace

Result<SpoolReport> check_spool(StoreReader& reader, const SpoolFolder& spool, const SpoolCheckOptions& options) {
  return SpoolCheck(reader, spool, options).run();
}

}  // namespace docket
