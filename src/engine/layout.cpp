#include "engine/layout.h"

#include <utility>

#include "engine/captions.h"
#include "engine/drawings.h"
#include "engine/figures.h"
#include "engine/rendering.h"
#include "engine/tables.h"

namespace docket::engine {

Page lay_out(Page page) {
  clean_lines(page.lines);
  if (page.source == Source::text) {
    mark_scripts(page.lines);
  }
  keep_figures(page);
  auto labels = take_drawings(page);
  auto tables = take_tables(page);
  auto regions = reading_order(std::move(page.lines), page.height);
  page.lines.clear();
  page.blocks = build_blocks(std::move(regions), page.fonts, page.source);
  put_tables(page.blocks, std::move(tables));
  make_code(page);
  mark_headings(page);
  make_lists(page.blocks);
  place_figures(page);
  put_labels(page.blocks, std::move(labels));
  mark_captions(page.blocks);
  return page;
}

}  // namespace docket::engine
