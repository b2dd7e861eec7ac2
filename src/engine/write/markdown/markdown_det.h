// Markdown for machines: block by block, each with its page, kind and box.
//
// A block is a comment line and the block's Markdown, blocks are divided by an empty line:
//
//   <!-- {"page":1,"kind":"heading","level":2,"box":[72,90.5,301,112],"lines":1} -->
//   ## Results
//
// The comment holds a JSON object: `page` from 1 within its file, `file` from 0 where a job has several, `kind` as in
// json, `level` of headings and list items, `box` in points from the page's top left corner, `lines`: how many lines of
// Markdown follow, so that a reader need not guess where a block of code ends. What stands in the
// margins, running headers and page numbers are here, too.
#pragma once

#include <string>

#include "engine/write/flow/note_labels.h"
#include "engine/write/writer.h"

namespace docket::engine {

class MarkdownDetWriter final : public Writer {
 public:
  /// `with_files`: each block has the index of its file.
  explicit MarkdownDetWriter(bool with_files) noexcept : with_files_(with_files) {}

  void add_page(const Page& page, std::string& out) override;
  void finish(std::string& out) override;

 private:
  bool with_files_;
  bool any_block_ = false;
  NoteLabels labels_;
};

}  // namespace docket::engine
