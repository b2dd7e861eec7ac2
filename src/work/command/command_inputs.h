// What a command is told of its job: files in its folder, environment, arguments (DIRECTIVES.md, Commands).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "protocol/launch.h"
#include "store/command.h"
#include "store/spool/spool.h"
#include "work/command/work_folder.h"

namespace docket {

/// Gives the folder the job's files under their numbers. Errors: store_full, io.
Result<void> link_inputs(WorkFolder& folder, const Spool& spool, const ClaimedUnit& claimed);

/// And, for a program that is started for this job, files.json, fields.json and settings.json. `fields` is a JSON
/// object, or empty. A client's names stand in the texts only. Errors: store_full, io.
Result<void> write_lists(WorkFolder& folder, const ClaimedUnit& claimed, std::string_view fields);

/// The line that a program which stays is given: a JSON object with job_id, fields, files, output_dir and settings.
std::string job_line(const WorkFolder& folder, const ClaimedUnit& claimed, std::string_view fields);

/// What the launcher is asked for by one that stays.
launch::Request request_to_stay(const WorkFolder& folder, const CommandWork& work, const Limits& limits);

/// What the launcher is asked for. Of a unit of one file that file is DOCKET_FILE.
launch::Request launch_request(const WorkFolder& folder, const ClaimedUnit& claimed, const CommandWork& work);

}  // namespace docket
