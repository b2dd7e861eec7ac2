// Where the results of pages and of whole jobs stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "document/format.h"

namespace docket {

/// Which of a job's files something stands in: the pages file that all ranges append to, or one unit's own output,
/// named by its seq and attempt.
struct OutputFile {
  bool pages = false;
  std::uint64_t seq = 0;
  std::uint32_t attempt = 0;

  friend bool operator==(const OutputFile&, const OutputFile&) = default;
};

/// A range of an output file: one representation. `format` is nothing for a page's model, which only assemble reads,
/// and for a file with a name of its own.
struct Section {
  std::optional<Format> format;
  Representation representation = Representation::raw;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t sum = 0;  ///< of its bytes, see store/section_checksum.h; 0: none was made
  std::string name{};     ///< of a file that a command made: a relative path, valid UTF-8; else empty

  friend bool operator==(const Section&, const Section&) = default;
};

/// Outputs that come to no more bytes than this may stand in their record: a file costs syncs of its own.
inline constexpr std::size_t max_inline_outputs = 4096;

/// Where a page's, or the whole job's, outputs are. Immutable once committed.
struct Outputs {
  OutputFile output_file;  ///< names the unit that made them, also where there is no such file
  std::vector<Section> sections;
  std::optional<std::string> bytes{};  ///< what the sections are ranges of; nothing: the output file

  friend bool operator==(const Outputs&, const Outputs&) = default;
};

/// The bytes of a section where they stand in the record; empty where they do not.
std::string_view inline_bytes(const Outputs& outputs, const Section& section) noexcept;

/// What all sections come to, in bytes.
std::uint64_t size_of(const Outputs& outputs) noexcept;

/// A page that is done, or was given up (then `error` says why and there are no outputs).
struct PageRecord {
  std::uint16_t file = 0;
  std::uint32_t page = 0;  ///< 1-based among those that Options::pages chooses of its file
  ErrorCode error = ErrorCode::none;
  std::string error_detail;
  Outputs outputs;

  friend bool operator==(const PageRecord&, const PageRecord&) = default;
};

}  // namespace docket
