// The folder that a command works in: what it is given, and what it leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "job/unit.h"

namespace docket {

/// A regular file that a command left in its output folder.
struct FoundFile {
  std::string path;  ///< below the output folder, as it is named there
  std::string name;  ///< the same as valid UTF-8: what clients know it by
  std::uint64_t size = 0;
};

/// What a command may leave.
inline constexpr std::size_t max_output_files = 1000;
inline constexpr std::size_t max_output_depth = 16;
inline constexpr std::size_t max_output_entries = 10'000;                 ///< folders, links and all others included
inline constexpr std::size_t max_output_name = 1000;                      ///< bytes of a name with its folders
inline constexpr std::size_t max_output_names = std::size_t{128} << 10U;  ///< bytes of all names
inline constexpr std::size_t max_temporary_depth = 100;                   ///< of folders with temporary files
inline constexpr std::size_t max_temporary_entries = 100'000;

struct FoundFiles {
  std::vector<FoundFile> files;  ///< by name
  std::uint64_t bytes = 0;
  std::uint32_t passed_over = 0;  ///< links, sockets, files that have another name elsewhere, names that are taken
};

/// A folder of the store's work/, with `in`, `out` and `tmp` (mode 0700), or a unit's part of one that a program which
/// stays was given. Removed with all in it by its end. While it lives it is locked (flock(2)), by which
/// remove_stale_work_folders() knows it. Used by one pool thread.
class WorkFolder {
 public:
  /// Makes work/<name>, empty. Errors: store_full, io.
  static Result<WorkFolder> make(const std::string& store_path, const std::string& name);
  /// Makes out/<name> of `program`, which outlives it, and in/<name> with the first input. Errors: as above.
  static Result<WorkFolder> make_within(const WorkFolder& program, const std::string& name);
  WorkFolder(WorkFolder&&) noexcept = default;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< absolute: where the program works
  [[nodiscard]] std::string inputs() const { return path_ + "/in" + within_; }
  [[nodiscard]] std::string input_path(std::string_view name) const { return inputs() + "/" + std::string(name); }
  [[nodiscard]] std::string outputs() const { return path_ + "/out" + within_; }

  /// Gives the command a file of its own. Errors: store_full, io.
  Result<void> write_input(const std::string& name, std::string_view text);
  /// Gives the command the upload at the absolute path `from`, by another name of the same file.
  Result<void> link_input(const std::string& from, const std::string& name);

  /// New files beside the three folders, where the command does not come: for its standard output, or its answer, and
  /// for its log. Errors: store_full, io.
  [[nodiscard]] Result<Fd> create_result() const { return create(result_name); }
  [[nodiscard]] Result<Fd> create_log() const { return create(log_name); }
  /// Their names in folder().
  static constexpr const char* result_name = "result";
  static constexpr const char* log_name = "log";

  /// Calls `visit` with each file that find_outputs() would find, open for reading: what is seen is what is read,
  /// whatever a program that still lives does to the names meanwhile. Errors: those of `visit`, and of find_outputs().
  using Visit = std::function<Result<void>(int file, const FoundFile& found)>;
  Result<void> each_output(std::uint64_t max_bytes, const Visit& visit) const;

  /// What lies in the output folder. command_failed for too many files, too deep folders, too long names, and for more
  /// than `max_bytes` in all (docket_command_output), temporary files and what is passed over included. Follows no
  /// link.
  [[nodiscard]] Result<FoundFiles> find_outputs(std::uint64_t max_bytes) const;
  /// The output folder, open.
  [[nodiscard]] Result<Fd> open_outputs() const;
  /// Removes what a program that stays has left in `out` and `tmp` when it has no job, but for sockets, pipes, the
  /// folders that these stand in, and named semaphores: they are open. Errors are left for the next time.
  void tidy() const;
  [[nodiscard]] int folder() const noexcept { return folder_.get(); }

 private:
  WorkFolder() = default;
  Result<FoundFiles> walk(std::uint64_t max_bytes, const Visit& visit) const;
  Result<void> make_parts();
  Result<void> make_inputs();
  [[nodiscard]] Result<void> make_part(const char* part) const;
  [[nodiscard]] Result<Fd> create(const std::string& name) const;

  std::string path_;
  std::string within_;  ///< "/<name>" of a unit's part; empty: it is the whole folder
  Fd parent_;           ///< of the whole folder: work/
  Fd folder_;           ///< that holds in/, out/ and tmp/; locked where it is ours
  bool made_ = false;
  bool has_inputs_ = false;  ///< in/ is there
};

/// The name of a unit's folder.
std::string work_folder_name(const Unit& unit);

/// `text` as clients may read it: names in work folders stand in it as they are below these, other names as they are
/// below the store.
std::string without_store_paths(std::string text, const std::string& store_path);

/// Removes the folders whose owners have died. Blocks; errors are left for the next time.
void remove_stale_work_folders(const std::string& store_path);

}  // namespace docket
