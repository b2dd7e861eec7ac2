// Sections (job/outputs.h) as bytes: in the stored records, and in the messages between a worker and docket-engine.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "job/outputs.h"

namespace docket {

/// What comes along of each section, each with all before it.
enum class SectionParts : std::uint8_t {
  place,  ///< all that the engine says, and what records of before there were sums have
  sum,
  name,
};

/// Appends a 32-bit count and the sections.
void put_sections(ByteWriter& out, const std::vector<Section>& sections, SectionParts parts);

/// Reads what put_sections() wrote; false for a count that cannot be true, an unknown format or representation.
/// What is cut short shows in `in`.
[[nodiscard]] bool get_sections(ByteReader& in, std::vector<Section>& sections, SectionParts parts);

}  // namespace docket
