#include "engine/layout/layout.h"

#include <utility>

#include "engine/layout/blocks/captions.h"
#include "engine/layout/blocks/code_blocks.h"
#include "engine/layout/blocks/drawings.h"
#include "engine/layout/blocks/figures.h"
#include "engine/layout/blocks/footnotes.h"
#include "engine/layout/blocks/headings.h"
#include "engine/layout/blocks/lists.h"
#include "engine/layout/blocks/outline.h"
#include "engine/layout/blocks/quotes.h"
#include "engine/layout/blocks/tags.h"
#include "engine/layout/clean.h"
#include "engine/layout/paragraphs.h"
#include "engine/layout/reading_order.h"
#include "engine/layout/scripts.h"
#include "engine/layout/tables/tables.h"
#include "engine/layout/writing_mode.h"

namespace docket::engine {

Page lay_out(Page page) {
  clean_lines(page.lines, page.fonts);
  for (auto& block : page.hidden) {
    clean_lines(block.lines);
  }
  std::erase_if(page.hidden, [](const Block& block) { return block.lines.empty(); });
  const bool is_rtl = is_mostly_rtl(page.lines);
  if (page.measures == Measures::exact) {
    mark_scripts(page.lines);
  }
  keep_figures(page);
  auto vertical = take_vertical_text(page);
  auto labels = take_drawings(page);
  auto tables = take_tables(page);  // which counts the columns from the side where they begin itself
  if (is_rtl) {
    mirror(page);
    mirror(tables, page.width);
  }
  auto regions = reading_order(std::move(page.lines), page.height);
  page.lines.clear();
  page.blocks = build_blocks(std::move(regions), page.fonts, page.measures);
  put_tables(page.blocks, std::move(tables));
  if (page.measures == Measures::exact) {
    mark_footnotes(page);
  }
  make_code(page);
  mark_headings(page);
  mark_tagged(page);
  mark_outlined(page);
  make_lists(page.blocks);
  if (page.measures == Measures::exact) {
    mark_quotes(page);
  }
  place_figures(page);
  put_vertical_text(page, std::move(vertical));
  if (is_rtl) {
    mirror(page);
    set_writing_mode(page.blocks, WritingMode::rtl);
  }
  put_labels(page.blocks, std::move(labels));
  mark_captions(page.blocks);
  page.rules.clear();
  page.fills.clear();
  return page;
}

}  // namespace docket::engine
