// Reading and writing files below docket_store, whole.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"

namespace docket {

/// Writes all of `bytes` at `offset`. store_full where the disk is, io. Blocks as pwrite(2) does.
inline Result<void> write_at(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return fail_writing("pwrite", written < 0 ? errno : ENOSPC);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

/// Fills `bytes` with what stands at `offset`. bad_record if the file ends before; io. Blocks as pread(2) does.
inline Result<void> read_at(int file, std::span<char> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("pread", errno);
    }
    if (got == 0) {
      return fail(ErrorCode::bad_record, "a file is shorter than it was written");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace docket
