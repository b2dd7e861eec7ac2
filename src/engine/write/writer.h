// The writers' interface: pages with their blocks in, the bytes of one format out, page by page.
#pragma once

#include <memory>
#include <string>

#include "document/format.h"
#include "engine/model/document.h"

namespace docket::engine {

struct WriterOptions {
  std::string page_separator;  ///< Markdown and text; valid UTF-8
  bool with_files = false;     ///< JSON, markdown_det, HTML: say of each page which file it is from
  std::string title;           ///< HTML: what the document is called, any text; empty: nothing is known
  std::string language;        ///< HTML: of what was recognised (BCP 47); empty: nothing is known
};

/// Writes one representation. Owned by the assembly or by render_page(); keeps of the pages no more than how the last
/// one ended. Headings must have their levels. All output is valid UTF-8 if the words are.
class Writer {
 public:
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  virtual ~Writer() = default;

  /// Appends the next page to `out`.
  virtual void add_page(const Page& page, std::string& out) = 0;

  /// Appends what is left; called once, after the last page.
  virtual void finish(std::string& out) = 0;
};

/// Null for formats that are no text.
std::unique_ptr<Writer> make_writer(Format format, const WriterOptions& options);

}  // namespace docket::engine
