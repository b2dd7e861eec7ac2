// Markdown (CommonMark): headings with #, lists, one line a paragraph.
#pragma once

#include <string>

#include "engine/write/flow/block_flow.h"
#include "engine/write/markdown/markdown_markup.h"
#include "engine/write/writer.h"

namespace docket::engine {

class MarkdownWriter final : public Writer {
 public:
  /// `page_separator`, if it is not empty, stands alone between pages, and then no paragraph goes on over pages.
  explicit MarkdownWriter(std::string page_separator);

  /// The same for a part of a page: its footnotes are called what `labels`, which outlive the writer, say.
  MarkdownWriter(std::string page_separator, const NoteLabels& labels);

  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  BlockFlow<MarkdownMarkup> flow_;
};

}  // namespace docket::engine
