#include "engine/write/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/json_text.h"
#include "engine/flow.h"

namespace docket::engine {
namespace {

/// Appends a coordinate with at most two decimals. Much faster than a general conversion; there are six of them a word.
void append_coordinate(std::string& out, float value) {
  if (!std::isfinite(value)) {
    out += '0';
    return;
  }
  auto hundredths = std::lround(std::clamp(static_cast<double>(value), -1e9, 1e9) * 100);
  if (hundredths < 0) {
    out += '-';
    hundredths = -hundredths;
  }
  std::array<char, 24> digits;
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), hundredths / 100).ptr;
  out.append(digits.data(), end);
  const auto fraction = static_cast<int>(hundredths % 100);
  if (fraction != 0) {
    out += '.';
    out += static_cast<char>('0' + fraction / 10);
    if (fraction % 10 != 0) {
      out += static_cast<char>('0' + fraction % 10);
    }
  }
}

void append_box(std::string& out, const Box& box) {
  out += "\"box\":[";
  append_coordinate(out, box.x0);
  out += ',';
  append_coordinate(out, box.y0);
  out += ',';
  append_coordinate(out, box.x1);
  out += ',';
  append_coordinate(out, box.y1);
  out += ']';
}

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

std::string_view word_of(BlockKind kind) noexcept {
  switch (kind) {
    case BlockKind::heading:
      return "heading";
    case BlockKind::list_item:
      return "list_item";
    case BlockKind::margin:
      return "margin";
    case BlockKind::paragraph:
      break;
  }
  return "paragraph";
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

void append_word(std::string& out, const Word& word) {
  out += "{\"text\":";
  append_json_string(out, word.text);
  out += ',';
  append_box(out, word.box);
  if (word.confidence >= 0) {
    out += ",\"confidence\":";
    append_json_number(out, static_cast<std::uint64_t>(word.confidence));
  }
  out += ",\"size\":";
  append_coordinate(out, word.size);
  if (word.font >= 0) {
    out += ",\"font\":";
    append_json_number(out, static_cast<std::uint64_t>(word.font));
  }
  if (!word.space_after) {
    out += ",\"space_after\":false";
  }
  out += '}';
}

void append_line(std::string& out, const Line& line) {
  out += '{';
  append_box(out, line.box);
  out += ",\"baseline\":";
  append_coordinate(out, line.baseline);
  out += ",\"words\":[";
  for (const auto& word : line.words) {
    if (&word != line.words.data()) {
      out += ',';
    }
    append_word(out, word);
  }
  out += "]}";
}

void append_block(std::string& out, const Block& block) {
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
  out += ',';
  append_box(out, block.box);
  out += ",\"text\":";
  append_json_string(out, text_of(block));
  out += ",\"lines\":[";
  for (const auto& line : block.lines) {
    if (&line != block.lines.data()) {
      out += ',';
    }
    append_line(out, line);
  }
  out += "]}";
}

}  // namespace

void JsonWriter::add_page(const Page& page, std::string& out) {
  out += any_page_ ? ",\n{\"page\":" : "{\"pages\":[\n{\"page\":";
  any_page_ = true;
  append_json_number(out, std::uint64_t{page.number});
  if (with_files_) {
    out += ",\"file\":";
    append_json_number(out, std::uint64_t{page.file});
  }
  out += ",\"width\":";
  append_coordinate(out, page.width);
  out += ",\"height\":";
  append_coordinate(out, page.height);
  out += ",\"source\":\"";
  out += word_of(page.source);
  out += "\",\"dpi\":";
  append_json_number(out, std::uint64_t{page.dpi});
  out += ',';
  append_fonts(out, page.fonts);
  out += ",\"blocks\":[";
  for (const auto& block : page.blocks) {
    if (&block != page.blocks.data()) {
      out += ',';
    }
    append_block(out, block);
  }
  out += "]}";
}

void JsonWriter::finish(std::string& out) {
  out += any_page_ ? "\n]}\n" : "{\"pages\":[]}\n";
}

}  // namespace docket::engine
