#include "engine/write/html/html_place.h"

#include <cstdint>

#include "engine/layout/writing_mode.h"
#include "engine/write/short_text.h"

namespace docket::engine {

void append_place(std::string& out, const Page& page, const Box& box) {
  ShortText place;
  place.add(" data-page=\"");
  place.add(static_cast<std::int32_t>(page.number));
  place.add("\" data-box=\"");
  place.add(box, " ");
  place.add("\"");
  out += place.view();
}

void append_direction(std::string& out, std::span<const Line> lines) {
  out += is_mostly_rtl(lines) ? " dir=\"rtl\"" : "";
}

void append_start(std::string& out, std::string_view element, const Page& page, const Block& block) {
  out += '<';
  out += element;
  append_place(out, page, block.box);
  append_direction(out, block.lines);
  out += '>';
}

}  // namespace docket::engine
