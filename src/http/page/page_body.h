// What the web page is told about its server: ui.json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/format.h"
#include "http/form/option.h"
#include "job/options.h"

namespace docket::http {

/// How callers are told apart.
enum class PageAccess : std::uint8_t { nobody, token, owner };

/// A location that takes files. Addresses are relative to the page's.
struct PageUpload {
  std::string url;
  bool is_command = false;
  OptionSet options;      ///< what its clients may set
  FormatSet formats;      ///< what is made where they set nothing
  std::string languages;  ///< "eng+deu"
  OcrMode ocr = OcrMode::automatic;
  std::uint32_t types = 0;      ///< bits over MediaType: what is taken
  std::uint64_t max_size = 0;   ///< of a request; 0: any
  std::uint64_t max_files = 0;  ///< in a request
  PageAccess access = PageAccess::nobody;
};

struct PageFacts {
  std::string title;
  std::vector<PageUpload> uploads;
  std::vector<std::string> languages;  ///< that there are models for
  std::string result;
  std::string tasks;
  std::string events;                 ///< empty: none
  std::string settings;               ///< empty: none
  std::uint32_t comment_seconds = 0;  ///< how often a stream without events shows that it is alive
};

/// Appends them as JSON.
void append_page_facts(std::string& out, const PageFacts& facts);

}  // namespace docket::http
