// What is left of a unit's files when its end is committed, or is not, and how it ends where they fail.
#pragma once

#include "base/error.h"
#include "job/job_id.h"
#include "job/outputs.h"
#include "store/command.h"
#include "store/reader.h"
#include "store/spool/spool.h"

namespace docket {

/// How a unit ends for an error of our own with files or the store, before its work is done: where the machine lacks
/// something it waits (Postponed); what waiting does not mend, such as a file that is gone or a record that cannot be
/// read, counts as a try.
UnitEnd end_of_own_error(const Error& error);

/// Removes, after the commit of `end` (null: there was nothing to commit), what belongs to no job: all of `unit`'s job
/// if that was removed meanwhile, uploads that are not kept, and the unit's `own` output file if it may have been
/// written and the end does not refer to it. What cannot be removed is the reaper's. Blocks.
void remove_unneeded(StoreReader& reader, Spool& spool, const ClaimedUnit& unit, const EndUnit* end,
                     const OutputFile& own, bool may_be_written);

/// Gives back the room that the unit's `own` output file takes before its end is committed, which a full disk would not
/// take: unless `end` refers to the file. It stays, empty. Blocks.
void empty_unneeded(Spool& spool, const JobId& job, const OutputFile& own, const UnitEnd& end) noexcept;

/// Has `outputs`, which are sections of the unit's `own` output file, be there after a loss of power, or be found
/// missing or damaged: small ones are taken into their record, and the file is needed no more (remove_unneeded()); of
/// others the file and its folder are synced, or with `sync` off the sections summed up. Blocks. store_full, io.
Result<void> keep_outputs(Spool& spool, const JobId& job, const OutputFile& own, Outputs& outputs, bool sync);

}  // namespace docket
