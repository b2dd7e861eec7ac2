#include "work/unit_files.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "host/file_io.h"
#include "store/section_checksum.h"

namespace docket {
namespace {

/// Whether the job's results are in the unit's own output file.
bool refers_to_file(const UnitEnd& end) noexcept {
  const auto* completed = std::get_if<ended::Completed>(&end);
  return completed != nullptr && !completed->outputs.bytes;
}

}  // namespace

UnitEnd end_of_own_error(const Error& error) {
  if (is_transient(error.code)) {
    return ended::Postponed{error};
  }
  return ended::Failed{{ErrorCode::crashed, error.detail}};
}

void remove_unneeded(StoreReader& reader, Spool& spool, const ClaimedUnit& unit, const EndUnit* end,
                     const OutputFile& own, bool may_be_written) {
  const auto& job = unit.unit.job;
  const auto inputs = static_cast<std::uint32_t>(unit.status.files.size());
  const bool committed = end != nullptr && end->result;
  if (!committed) {
    // The job's files were removed with it; what was created or written since belongs to no job.
    if (const auto record = reader.record(job); !record && record.error().code == ErrorCode::not_found) {
      static_cast<void>(spool.remove_job(job, inputs, std::array{own}));
      return;
    }
  }
  if (committed && end->result->head.input_gone != 0) {
    for (std::uint32_t i = 0; i < inputs; ++i) {
      static_cast<void>(spool.remove(Spool::input_path(job, i)));  // or the reaper does
    }
  }
  const bool used = committed && (refers_to_file(end->end) || !end->pages.empty());
  if (may_be_written && !used) {
    static_cast<void>(spool.remove(Spool::output_path(job, own)));
  }
}

void empty_unneeded(Spool& spool, const JobId& job, const OutputFile& own, const UnitEnd& end) noexcept {
  if (refers_to_file(end)) {
    return;
  }
  static_cast<void>(::truncate(spool.absolute(Spool::output_path(job, own)).c_str(), 0) == 0);
}

Result<void> keep_outputs(Spool& spool, const JobId& job, const OutputFile& own, Outputs& outputs, bool sync) {
  const auto stored = spool.open_output(job, own);
  if (!stored) {
    return pass_on(stored);
  }
  if (const auto size = size_of(outputs); size <= max_inline_outputs) {
    std::string bytes(size, '\0');
    if (auto read = read_at(stored->get(), bytes, 0); !read) {
      return read;
    }
    outputs.bytes = std::move(bytes);
    return {};
  }
  if (!sync) {
    return sum_up(stored->get(), outputs);
  }
  if (::fdatasync(stored->get()) != 0) {
    return fail_writing("fdatasync", errno);  // a file system may hand out its room as late as here
  }
  return spool.sync_folders(std::array{job});
}

}  // namespace docket
