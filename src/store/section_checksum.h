// Sums of results, by which is found what a loss of power left of them.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "job/outputs.h"

namespace docket {

/// The sum of a section of the output file open as `fd`: the first 8 bytes of the SHA-256 of its bytes, never 0.
/// Blocks; reads it all. bad_record if the file ends before it; io.
Result<std::uint64_t> sum_of(int fd, const Section& section);

/// Sums all sections that have none.
Result<void> sum_up(int fd, Outputs& outputs);

}  // namespace docket
