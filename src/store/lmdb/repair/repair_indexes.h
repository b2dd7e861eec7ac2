// What finds jobs again, made anew from the jobs there are: by owner, time, request, results and callback.
#pragma once

#include <cstdint>

#include "store/lmdb/repair/repair_tables.h"

namespace docket {

/// Removes entries of by_owner and expiry that are not what the jobs' statuses say. Missing ones are written job by
/// job.
void repair_job_indexes(RepairTables& tables);

/// Which Idempotency-Keys made which jobs: one each. A key whose content is not known any more is free again.
void repair_requests(RepairTables& tables);

/// A job that is in doubt is no dedupe source any more: the next one to be completed is.
void repair_dedupe_sources(RepairTables& tables);

/// Every job that is final and has a callback has a delivery, and that stands where its state says. Of a delivery that
/// cannot be read: it is sent once more.
void repair_outbox(RepairTables& tables, std::int64_t now_ms);

}  // namespace docket
