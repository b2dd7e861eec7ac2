// The stored status: written whole, read in place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "job/job.h"

namespace docket {

std::string encode(const Status& status);
Result<Status> decode_status(std::string_view bytes);

/// One file of a StatusView.
struct FileView {
  std::string_view filename;
  std::string_view error_detail;
  MediaType type = MediaType::unknown;
  State state = State::pending;
  ErrorCode error = ErrorCode::none;
  std::uint32_t total_pages = 0;
  std::uint32_t processed_pages = 0;
  std::uint32_t failed_pages = 0;
  std::uint64_t size = 0;
  std::string_view sha256;  ///< 32 bytes
};

/// One warning of a StatusView.
struct WarningView {
  std::uint16_t file = 0;
  std::uint32_t page = 0;
  ErrorCode code = ErrorCode::none;
  std::string_view detail;
};

/// A stored status read in place: no allocation, no copy but the head. Lives as long as the bytes it was made from
/// (a read transaction); used by the thread that reads.
class StatusView {
 public:
  /// bad_record for bytes of another version or shape.
  static Result<StatusView> parse(std::string_view bytes) noexcept;

  StatusHead head;
  std::string_view owner;
  std::string_view result_url;
  std::string_view detail;

  /// Calls `visit(FileView)` for each file in order.
  template <class Visit>
  void each_file(Visit&& visit) const {
    auto rest = files_;
    FileView file;
    while (next_file(rest, file)) {
      visit(file);
    }
  }

  /// Calls `visit(WarningView)` for each warning kept.
  template <class Visit>
  void each_warning(Visit&& visit) const {
    auto rest = warnings_;
    WarningView warning;
    while (next_warning(rest, warning)) {
      visit(warning);
    }
  }

 private:
  static bool next_file(std::string_view& rest, FileView& file) noexcept;
  static bool next_warning(std::string_view& rest, WarningView& warning) noexcept;

  std::string_view files_;
  std::string_view warnings_;
};

}  // namespace docket
