// What results are made of a page and of a document.
#pragma once

#include <string>

#include "document/format.h"

namespace docket::engine {

struct RenderOptions {
  FormatSet formats;
  std::string page_separator;  ///< Markdown and text; empty: a blank line
  std::string language{};      ///< HTML: of what is recognised (BCP 47); empty: unknown
};

}  // namespace docket::engine
