// What a command left, as a job's outputs.
#pragma once

#include <optional>

#include "base/error.h"
#include "job/outputs.h"
#include "protocol/launch.h"
#include "store/spool/spool.h"
#include "work/command/work_folder.h"

namespace docket {

/// The names that a job's standard output, or the answer of a program that stays, has among its outputs, where it is
/// one of them.
inline constexpr std::string_view standard_output = "stdout";
inline constexpr std::string_view answer = "result.json";

/// The output that is the job's result: result.json, else another result.*, else standard output; null: none.
const Section* main_output(const Outputs& outputs) noexcept;

/// Whether standard output, of `size` bytes, can be one of the outputs beside what was found, where it is to be one:
/// all of it was written, and there is room for it among `max_bytes`. Errors: command_failed; store_full, io.
Result<void> check_standard_output(const launch::Exited& exited, std::uint64_t size, const FoundFiles& found,
                                   std::uint64_t max_bytes);

/// What was found, and the result, as bytes for the job's record (Outputs::bytes). Nothing if it has come to more than
/// max_inline_outputs meanwhile. Else as store_outputs() and copy_outputs().
Result<std::optional<Outputs>> read_outputs(const OutputFile& own, const WorkFolder& folder, const FoundFiles& found,
                                            std::string_view result, int result_file);

/// Puts what was found into the output file `own` of the job and says where it lies there: the largest file becomes it,
/// the others are appended. Without a result.* the folder's result file is one of them, under the name `result`. The
/// names are not durable yet, nor is what was written. Errors: store_full, io.
Result<Outputs> store_outputs(Spool& spool, const JobId& job, const OutputFile& own, const WorkFolder& folder,
                              FoundFiles found, std::string_view result);

/// The same while the program still lives, and may do anything to its files: each is opened once, looked at and copied.
/// `result_file` is the folder's result file, which the program does not have. Errors: store_full, io; command_failed
/// for what find_outputs() refuses, and for a file that was changed meanwhile.
Result<Outputs> copy_outputs(Spool& spool, const JobId& job, const OutputFile& own, const WorkFolder& folder,
                             std::uint64_t max_bytes, std::string_view result, int result_file);

}  // namespace docket
