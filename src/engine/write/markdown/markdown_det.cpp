#include "engine/write/markdown/markdown_det.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "engine/write/block_kind.h"
#include "engine/write/markdown/markdown.h"
#include "engine/write/short_text.h"

namespace docket::engine {
namespace {

/// The Markdown of the one block that `page` has, without the line's end behind it.
std::string markdown_of(const Page& page, const NoteLabels& labels) {
  std::string text;
  MarkdownWriter writer({}, labels);
  writer.add_page(page, text);
  writer.finish(text);
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

}  // namespace

void MarkdownDetWriter::add_page(const Page& page, std::string& out) {
  labels_.begin_page(page);
  auto single = page;
  for (const auto& block : page.blocks) {
    single.blocks.assign(1, block);
    if (block.kind == BlockKind::margin || is_running(block.kind)) {  // Markdown for people has no place for these
      single.blocks.front().kind = BlockKind::paragraph;
    }
    const auto text = markdown_of(single, labels_);
    ShortText head;
    out += any_block_ ? "\n" : "";
    any_block_ = true;
    head.add("<!-- {");
    if (with_files_) {
      head.add("\"file\":");
      head.add(std::int32_t{page.file});
      head.add(",");
    }
    head.add("\"page\":");
    head.add(static_cast<std::int32_t>(page.number));
    head.add(",\"kind\":\"");
    head.add(word_of(block.kind));
    head.add("\"");
    if (block.kind == BlockKind::heading || block.kind == BlockKind::list_item) {
      head.add(",\"level\":");
      head.add(std::int32_t{std::max<std::int8_t>(block.level, 0)});
    }
    head.add(",");
    head.add(block.box);
    head.add(",\"lines\":");
    out += head.view();
    const auto lines = text.empty() ? 0 : std::ranges::count(text, '\n') + 1;
    append_json_number(out, static_cast<std::uint64_t>(lines));
    out += "} -->\n";
    out += text;
    out += text.empty() ? "" : "\n";
  }
}

void MarkdownDetWriter::finish(std::string& /*out*/) {}

}  // namespace docket::engine
