#include "engine/write/pdf/layout_boxes.h"

#include <algorithm>
#include <string_view>

#include "engine/write/block_kind.h"
#include "engine/write/pdf/page_matrices.h"

namespace docket::engine {
namespace {

constexpr float label_size = 6;         // points
constexpr float label_advance = 0.56F;  // of Helvetica's small letters and digits, on the average
constexpr float line_width = 0.75F;

/// Red, green and blue, 0 to 1, dark enough for white letters.
std::string_view colour_of(BlockKind kind) noexcept {
  switch (kind) {
    case BlockKind::heading:
      return "0.80 0.10 0.10";
    case BlockKind::list_item:
      return "0.10 0.50 0.15";
    case BlockKind::table:
      return "0.55 0.15 0.65";
    case BlockKind::figure:
      return "0.85 0.45 0.00";
    case BlockKind::caption:
      return "0.60 0.40 0.10";
    case BlockKind::code:
      return "0.00 0.45 0.50";
    case BlockKind::quote:
      return "0.35 0.35 0.70";
    case BlockKind::footnote:
      return "0.45 0.25 0.25";
    case BlockKind::margin:
    case BlockKind::page_header:
    case BlockKind::page_footer:
      return "0.45 0.45 0.45";
    case BlockKind::paragraph:
      break;
  }
  return "0.10 0.30 0.75";
}

void append_rectangle(std::string& out, float x, float y, float width, float height) {
  for (const auto value : {x, y, width, height}) {
    append_pdf_number(out, static_cast<double>(value), 2);
    out += ' ';
  }
  out += "re ";
}

void append_label(std::string& out, std::string_view text, float x, float top, const std::string& font) {
  const float width = label_size * label_advance * static_cast<float>(text.size()) + 2;
  const float height = label_size + 1;
  append_rectangle(out, x, top - height, width, height);
  out += "f 1 1 1 rg BT ";
  out += font;
  out += ' ';
  append_pdf_number(out, static_cast<double>(label_size));
  out += " Tf 1 0 0 1 ";
  append_pdf_number(out, static_cast<double>(x + 1), 2);
  out += ' ';
  append_pdf_number(out, static_cast<double>(top - height) + 1.8, 2);
  out += " Tm (";
  out += text;
  out += ") Tj ET\n";
}

}  // namespace

void append_layout_boxes(std::string& out, const Page& page, const std::string& font) {
  if (page.skew != 0) {
    append_pdf_matrix(out, place_askew(page));
  }
  append_pdf_number(out, static_cast<double>(line_width));
  out += " w 0 Tr 0 Tc 0 Tw 100 Tz 0 Ts [] 0 d\n";
  std::size_t number = 0;
  for (const auto& block : page.blocks) {
    const auto colour = colour_of(block.kind);
    const float y = page.height - block.box.y1;
    out += colour;
    out += " RG ";
    for (const auto& cell : block.cells) {
      append_rectangle(out, cell.box.x0, page.height - cell.box.y1, cell.box.width(), cell.box.height());
      out += "S ";
    }
    append_rectangle(out, block.box.x0, y, block.box.width(), block.box.height());
    out += "S ";
    out += colour;
    out += " rg ";
    auto label = std::to_string(++number);
    label += ' ';
    label += word_of(block.kind);
    // Outside the box, above its corner, as long as that is on the page.
    const float above = page.height - block.box.y0 + label_size + 1;
    append_label(out, label, std::max(block.box.x0, 0.0F), std::min(above, page.height), font);
  }
}

}  // namespace docket::engine
