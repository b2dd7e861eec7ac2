#include "engine/write/json.h"

#include <algorithm>

#include "base/json_text.h"
#include "engine/text/continuation.h"
#include "engine/write/block_kind.h"
#include "engine/write/image_name.h"
#include "engine/write/plain_table.h"
#include "engine/write/short_text.h"

namespace docket::engine {
namespace {

void append_bool(std::string& out, bool value) {
  out += value ? "true" : "false";
}

std::string_view word_of(Source source) noexcept {
  switch (source) {
    case Source::text:
      return "text";
    case Source::recognised:
      return "recognised";
    case Source::mixed:
      return "mixed";
    case Source::blank:
      break;
  }
  return "blank";
}

void append_fonts(std::string& out, const std::vector<Font>& fonts) {
  out += "\"fonts\":[";
  for (const auto& font : fonts) {
    out += &font == fonts.data() ? "{\"name\":" : ",{\"name\":";
    append_json_string(out, font.name);
    out += ",\"bold\":";
    append_bool(out, font.bold);
    out += ",\"italic\":";
    append_bool(out, font.italic);
    out += ",\"monospace\":";
    append_bool(out, font.monospace);
    out += '}';
  }
  out += ']';
}

void append_links(std::string& out, const std::vector<std::string>& links) {
  out += ",\"links\":";
  for (const auto& link : links) {
    out += &link == links.data() ? '[' : ',';
    append_json_string(out, link);
  }
  out += ']';
}

void append_word(std::string& out, const Word& word) {
  out += "{\"text\":";
  append_json_string(out, word.text);
  ShortText rest;
  rest.add(",");
  rest.add(word.box);
  if (word.confidence >= 0) {
    rest.add(",\"confidence\":");
    rest.add(std::int32_t{word.confidence});
  }
  rest.add(",\"size\":");
  rest.add(word.size);
  if (word.font >= 0) {
    rest.add(",\"font\":");
    rest.add(std::int32_t{word.font});
  }
  if (word.link >= 0) {
    rest.add(",\"link\":");
    rest.add(std::int32_t{word.link});
  }
  if (word.script != Script::normal) {
    rest.add(word.script == Script::subscript ? ",\"script\":\"subscript\"" : ",\"script\":\"superscript\"");
  }
  if (word.script == Script::note) {
    rest.add(",\"note\":true");
  }
  rest.add(word.space_after ? "}" : ",\"space_after\":false}");
  out += rest.view();
}

void append_line(std::string& out, const Line& line) {
  ShortText head;
  head.add("{");
  head.add(line.box);
  head.add(",\"baseline\":");
  head.add(line.baseline);
  head.add(",\"words\":[");
  out += head.view();
  for (const auto& word : line.words) {
    if (&word != line.words.data()) {
      out += ',';
    }
    append_word(out, word);
  }
  out += "]}";
}

void append_lines(std::string& out, const std::vector<Line>& lines) {
  out += ",\"lines\":[";
  for (const auto& line : lines) {
    if (&line != lines.data()) {
      out += ',';
    }
    append_line(out, line);
  }
  out += ']';
}

void append_cell(std::string& out, const Cell& cell) {
  ShortText head;
  head.add("{\"row\":");
  head.add(std::int32_t{cell.row});
  head.add(",\"column\":");
  head.add(std::int32_t{cell.column});
  head.add(",\"row_span\":");
  head.add(std::int32_t{cell.row_span});
  head.add(",\"column_span\":");
  head.add(std::int32_t{cell.column_span});
  head.add(cell.is_header ? ",\"header\":true," : ",\"header\":false,");
  head.add(cell.box);
  out += head.view();
  out += ",\"text\":";
  append_json_string(out, text_of(std::span(cell.lines)));
  append_lines(out, cell.lines);
  out += '}';
}

/// The counts, text and cells of a table; its text is that of the text format.
void append_table(std::string& out, const Block& table) {
  const auto size = size_of_table(table);
  out += ",\"rows\":";
  append_json_number(out, std::uint64_t{size.rows});
  out += ",\"columns\":";
  append_json_number(out, std::uint64_t{size.columns});
  std::string text;
  append_plain_table(text, table);
  out += ",\"text\":";
  append_json_string(out, text);
  out += ",\"cells\":[";
  for (const auto& cell : table.cells) {
    if (&cell != table.cells.data()) {
      out += ',';
    }
    append_cell(out, cell);
  }
  out += ']';
}

void append_block(std::string& out, const Page& page, const Block& block) {
  out += "{\"type\":\"";
  out += word_of(block.kind);
  out += '"';
  if (block.kind == BlockKind::heading || block.kind == BlockKind::list_item) {
    out += ",\"level\":";
    append_json_number(out, static_cast<std::uint64_t>(std::max<int>(block.level, 0)));
  }
  if (!block.marker.empty()) {
    out += ",\"marker\":";
    append_json_string(out, block.marker);
  }
  if (const auto* name = image_name(block, page)) {
    out += ",\"image\":";
    append_json_string(out, *name);
  }
  ShortText box;
  box.add(",");
  box.add(block.box);
  out += box.view();
  if (block.kind == BlockKind::table) {
    append_table(out, block);
  } else {
    out += ",\"text\":";
    append_json_string(out, text_of(block));
    append_lines(out, block.lines);
  }
  out += '}';
}

void append_blocks(std::string& out, const Page& page, std::string_view name, std::span<const Block> blocks) {
  out += ",\"";
  out += name;
  out += "\":[";
  for (const auto& block : blocks) {
    if (&block != blocks.data()) {
      out += ',';
    }
    append_block(out, page, block);
  }
  out += ']';
}

}  // namespace

void JsonWriter::add_page(const Page& page, std::string& out) {
  out += any_page_ ? std::string_view(",\n") : json_page_begin;
  out += "{\"page\":";
  any_page_ = true;
  append_json_number(out, std::uint64_t{page.number});
  if (with_files_) {
    out += ",\"file\":";
    append_json_number(out, std::uint64_t{page.file});
  }
  ShortText size;
  size.add(",\"width\":");
  size.add(page.width);
  size.add(",\"height\":");
  size.add(page.height);
  out += size.view();
  out += ",\"source\":\"";
  out += word_of(page.source);
  out += "\",\"dpi\":";
  append_json_number(out, std::uint64_t{page.dpi});
  out += ',';
  append_fonts(out, page.fonts);
  if (!page.links.empty()) {
    append_links(out, page.links);
  }
  if (page.quarter_turns != 0) {
    out += ",\"quarter_turns\":";
    append_json_number(out, std::uint64_t{page.quarter_turns});
  }
  append_blocks(out, page, "blocks", page.blocks);
  if (!page.hidden.empty()) {
    append_blocks(out, page, "hidden", page.hidden);
  }
  out += '}';
}

void JsonWriter::finish(std::string& out) {
  out += any_page_ ? json_page_end : std::string_view("{\"pages\":[]}\n");
}

}  // namespace docket::engine
