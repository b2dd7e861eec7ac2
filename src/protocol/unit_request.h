// What docket-engine is asked to do: one unit, as bytes in a memfd of its own, since it may be larger than a message.
// Part of the protocol in protocol/wire.h, whose version the bytes begin with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "document/media_type.h"
#include "job/options.h"
#include "job/unit.h"

namespace docket::wire {

/// Where a finished page lies in the pages file, for assemble.
struct PageIndex {
  std::uint16_t file = 0;
  std::uint32_t page = 0;
  std::uint64_t offset = 0;  ///< of its model
  std::uint64_t length = 0;  ///< 0: this page was given up

  friend bool operator==(const PageIndex&, const PageIndex&) = default;
};

/// What the server has to know of a request before it forks. It reads no more than this, so that no password and no
/// name of one job's stays in the memory that the next job's child inherits.
struct RequestHead {
  UnitKind kind = UnitKind::probe;
  OcrMode ocr = OcrMode::automatic;
  std::string languages;
  Limits limits;
};

struct UnitRequest {
  UnitKind kind = UnitKind::probe;
  bool may_finish = false;    ///< a probe of a job's only file may write the final results of a small document itself
  bool may_do_pages = false;  ///< a probe may do the pages of a small document itself, into the pages file
  bool survey = false;        ///< a probe only tells of each page whether it is text or scanned; neither of the above
  std::vector<std::string> filenames;
  MediaType type = MediaType::unknown;  ///< of the input
  std::uint16_t file = 0;
  std::uint32_t first_page = 0;
  std::uint32_t last_page = 0;
  Options options;
  Limits limits;
  std::string password;
  std::vector<PageIndex> index;  ///< assemble only
  std::vector<MediaType> types;  ///< of all the job's files, for an assemble that is given them
};

/// Languages longer than this are no languages; so the head of a request fits into its first max_head bytes, in which
/// nothing else stands.
inline constexpr std::size_t max_languages = 1024;
inline constexpr std::size_t max_head = 2048;

std::string encode(const UnitRequest& request);
Result<UnitRequest> decode_request(std::string_view bytes);
/// Reads the head from the first max_head bytes of an encoded request.
Result<RequestHead> decode_request_head(std::string_view first_bytes);

}  // namespace docket::wire
