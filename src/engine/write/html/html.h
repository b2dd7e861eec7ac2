// Semantic HTML5: the blocks of Markdown, each with its page and box. No script, no style, nothing from elsewhere.
//
//   <h2 data-page="1" data-box="72 90.5 301 112">Results</h2>
//
// `data-page` counts from 1 within the file, `data-box` is in points from the page's top left corner: left, top, right,
// bottom. A paragraph that goes on over a page's end is one, with a <span> of the same attributes around what stands on
// the next page; a table has a <tbody> with them. Of several files each is an <article data-file="0">.
#pragma once

#include <string>

#include "engine/write/flow/block_flow.h"
#include "engine/write/html/html_markup.h"
#include "engine/write/writer.h"

namespace docket::engine {

class HtmlWriter final : public Writer {
 public:
  explicit HtmlWriter(const WriterOptions& options) : flow_(HtmlMarkup(options)) {}

  void add_page(const Page& page, std::string& out) override { flow_.add_page(page, out); }
  void finish(std::string& out) override { flow_.finish(out); }

 private:
  BlockFlow<HtmlMarkup> flow_;
};

}  // namespace docket::engine
