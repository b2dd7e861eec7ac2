// Stored records as bytes; the status, which is read most, has its own header. Every record begins with its version; a
// newer one than known is bad_record, never a guess.
#pragma once

#include <string>
#include <string_view>

#include "job/codec/status_codec.h"
#include "job/job.h"
#include "job/outputs.h"
#include "job/unit.h"

namespace docket {

std::string encode(const JobRecord& record);
std::string encode(const Unit& unit);
std::string encode(const PageRecord& page);
std::string encode(const Outputs& outputs);

Result<JobRecord> decode_job(std::string_view bytes);
Result<Unit> decode_unit(std::string_view bytes);
Result<PageRecord> decode_page(std::string_view bytes);
Result<Outputs> decode_outputs(std::string_view bytes);

}  // namespace docket
