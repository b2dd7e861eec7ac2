// The stored form of a job's work, as a part of its record.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "job/work.h"

namespace docket {

// Versions of a job's record on which the form of its work depends.
inline constexpr std::uint16_t job_with_kind = 5;  // of other work than documents
inline constexpr std::uint16_t job_with_retention =
    2;  // an older one: `pages`, `expire_ms` and `keep_input` are new in it

/// Without its kind, which the record has before it, and a command's settings, which stand at the record's end.
void put_work(ByteWriter& out, const Work& work);

/// The kind, where there is one, and the payload of a record of this version. False if it is none.
bool get_work(ByteReader& in, Work& work, std::uint16_t version);

}  // namespace docket
