// The pages of a unit: read, laid out, with their pictures written.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "document/format.h"
#include "engine/model/append_file.h"
#include "engine/model/reader.h"
#include "protocol/wire.h"

namespace docket::engine {

/// How the unit's document is to be read.
ReadOptions read_options(const wire::UnitRequest& request);

/// A page that was read, or why it could not be.
struct LaidOut {
  std::uint32_t number = 0;
  Result<Page> page;
  std::vector<Section> pictures;  ///< those that are written already
};

/// Lays out a page that was read and writes its pictures. What is wrong with the page itself is not an error here: it
/// is told where its turn comes, and the others go on.
Result<LaidOut> lay_out_page(const wire::UnitRequest& request, DocumentReader& reader, std::uint32_t number,
                             Result<Page> read, AppendFile& file);

}  // namespace docket::engine
