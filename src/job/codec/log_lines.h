// Lines that a job's command has written, as they are told to those who watch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "job/job_event.h"
#include "job/job_id.h"

namespace docket {

struct JobLines {
  OwnerKey owner;
  JobId job;
  std::uint32_t left_out = 0;      ///< lines before these that are not told
  std::vector<std::string> lines;  ///< valid UTF-8 without line breaks

  friend bool operator==(const JobLines&, const JobLines&) = default;
};

std::string encode(const JobLines& lines);
/// bad_record for anything that encode() does not make.
Result<JobLines> decode_lines(std::string_view bytes);

}  // namespace docket
