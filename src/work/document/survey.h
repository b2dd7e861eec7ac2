// What a document would take, without doing it: an upload with dry_run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "document/page_set.h"
#include "job/job.h"
#include "work/document/engine_client.h"

namespace docket {

/// What is known of one file.
struct FileSurvey {
  Error error{};                     ///< why it could not be read; none: it could
  std::uint32_t total_pages = 0;     ///< that the options choose
  std::vector<PageRange> scanned{};  ///< of these, ascending; the others are text
};

/// Looks at one file of `record`'s job, which need not be in a store: `file` is its number, `input` the file itself,
/// `password` the documents'. Blocks for as long as docket_unit_timeout allows, or until `stop` says true. An error
/// where no engine can be had: it says nothing of the document.
Result<FileSurvey> survey_file(EngineClient& engine, const JobRecord& record, const FileStatus& status,
                               std::uint16_t file, Fd input, const std::string& password,
                               const std::function<bool()>& stop);

}  // namespace docket
