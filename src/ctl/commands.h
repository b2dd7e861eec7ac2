// What docketctl does: each command reads a live store and writes its whole answer to a text.
#pragma once

#include <cstdint>
#include <string>

#include "core/job_id.h"
#include "core/store.h"

namespace docket::ctl {

enum class Output : std::uint8_t { text, json };

struct ListOptions {
  std::uint32_t limit = 100;
  std::uint8_t states = 0x0F;  ///< bit mask over State
  Output output = Output::text;
};

/// The newest jobs as a table, or as the body of /tasks. Takes as many short looks at the store as it needs.
Result<std::string> list(StoreReader& reader, const ListOptions& options);

/// All about one job, or its status body. not_found for an unknown one.
Result<std::string> show(StoreReader& reader, const JobId& job, Output output);

}  // namespace docket::ctl
