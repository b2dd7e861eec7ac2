// What an upload with dry_run is answered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "document/media_type.h"
#include "document/page_set.h"

namespace docket::http {

/// One file of an estimate.
struct EstimatedFile {
  std::string_view filename;
  MediaType type = MediaType::unknown;
  std::uint64_t size = 0;
  ErrorCode error = ErrorCode::none;
  std::string_view error_detail{};
  std::uint32_t total_pages = 0;         ///< that `chosen` chooses
  std::span<const PageRange> scanned{};  ///< of these, ascending
};

/// Appends the JSON object: files with their pages, sums over all, and `seconds`. `chosen` tells pages' numbers.
void append_estimate(std::string& out, std::span<const EstimatedFile> files, const PageSet& chosen, double seconds);

}  // namespace docket::http
