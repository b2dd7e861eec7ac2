#include "engine/write/escaped_form.h"

#include "base/json_text.h"

namespace docket::engine {

void append_content(std::string& out, Format format, std::string_view raw) {
  if (is_json(format)) {
    out += raw;
  } else {
    append_json_escaped(out, raw);
  }
}

std::string_view quote(Format format) noexcept {
  return is_json(format) ? "" : "\"";
}

ImageList::ImageList(std::string& out) : out_(out) {
  out_ += "\"images\":[";
}

void ImageList::add(const Page& page) {
  for (const auto& image : page.images) {
    if (!image.name.empty()) {
      out_ += count_ == 0 ? "" : ",";
      append_json_string(out_, image.name);
      ++count_;
    }
  }
}

void ImageList::finish() {
  out_ += "],\"count\":";
  append_json_number(out_, count_);
}

}  // namespace docket::engine
