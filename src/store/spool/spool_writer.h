// An upload on its way into the spool.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "base/sha256.h"
#include "job/job.h"

namespace docket {

/// Appends bytes to an upload's file, hashes them on the way and keeps the first ones to tell the type by. Memory is
/// constant. Owned by the request that receives; used on the event loop only, where each call does one write(2) to the
/// page cache.
class SpoolWriter {
 public:
  explicit SpoolWriter(Fd file) : file_(std::make_shared<Fd>(std::move(file))) {}

  /// store_full when the disk is, io for other failures.
  Result<void> append(std::string_view bytes);

  /// Size, hash and type of all that was appended; call once, at the end.
  void finish(FileStatus& status);

  /// The type as far as it can be told: unknown while too few bytes are here (see is_type_known()).
  [[nodiscard]] MediaType type() const noexcept { return detect_media_type(head_); }
  [[nodiscard]] bool is_type_known() const noexcept { return head_.size() >= media_type_window; }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// The descriptor, shared with the thread that syncs it after the request may have gone.
  [[nodiscard]] const std::shared_ptr<Fd>& file() const noexcept { return file_; }

 private:
  std::shared_ptr<Fd> file_;
  Sha256Hasher hasher_;
  std::string head_;
  std::uint64_t size_ = 0;
};

}  // namespace docket
