#include "engine/write/hocr.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/json_text.h"
#include "base/version.h"
#include "engine/text/text_style.h"
#include "engine/write/html_text.h"

namespace docket::engine {
namespace {

constexpr std::uint16_t text_dpi = 300;

/// A font's name within the quotes of a property: what would end it, or the property, is left out.
void append_font_name(std::string& out, std::string_view name) {
  std::string plain;
  std::ranges::copy_if(name, std::back_inserter(plain), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != ';' && c != '\\' && c != 0x7F;
  });
  append_html(out, plain, HtmlContext::attribute);
}

struct Pixels {
  std::int32_t x0, y0, x1, y1;
};

/// Appends one page's elements. Lives while it is written.
class PageElements {
 public:
  PageElements(const Page& page, std::uint32_t number, std::string& out)
      : page_(page), number_(std::to_string(number)), out_(out), dpi_(page.dpi != 0 ? page.dpi : text_dpi) {
    scale_ = static_cast<float>(dpi_) / points_per_inch;
    width_ = std::max(pixels(page.width), 1);
    height_ = std::max(pixels(page.height), 1);
  }

  void write() {
    open("div", "ocr_page", "page_" + number_);
    out_ += "bbox 0 0 ";
    number(width_);
    out_ += ' ';
    number(height_);
    out_ += "; ppageno ";
    out_ += std::to_string(std::stoul(number_) - 1);
    out_ += "; scan_res ";
    number(dpi_);
    out_ += ' ';
    number(dpi_);
    out_ += "'>\n";
    for (const auto& block : page_.blocks) {
      add(block);
    }
    out_ += "</div>\n";
  }

 private:
  [[nodiscard]] std::int32_t pixels(float points) const {
    const auto value = points * scale_;
    return std::isfinite(value) ? static_cast<std::int32_t>(std::lround(std::clamp(value, -1e6F, 1e6F))) : 0;
  }

  /// Within the page, and at least a pixel wide and high: tools divide by areas.
  [[nodiscard]] Pixels pixels(const Box& box) const {
    Pixels p{std::clamp(pixels(box.x0), 0, width_ - 1), std::clamp(pixels(box.y0), 0, height_ - 1),
             std::clamp(pixels(box.x1), 1, width_), std::clamp(pixels(box.y1), 1, height_)};
    p.x1 = std::max(p.x1, p.x0 + 1);
    p.y1 = std::max(p.y1, p.y0 + 1);
    return p;
  }

  void number(std::int32_t value) { out_ += std::to_string(value); }

  /// An element's start up to its title's properties.
  void open(std::string_view element, std::string_view type, std::string_view id) {
    out_ += '<';
    out_ += element;
    out_ += " class='";
    out_ += type;
    out_ += "' id='";
    out_ += id;
    out_ += "' title='";
  }

  Pixels bbox(const Box& box) {
    const auto p = pixels(box);
    out_ += "bbox ";
    number(p.x0);
    out_ += ' ';
    number(p.y0);
    out_ += ' ';
    number(p.x1);
    out_ += ' ';
    number(p.y1);
    return p;
  }

  std::string id(std::string_view what, std::uint32_t index) const {
    return std::string(what) + "_" + number_ + "_" + std::to_string(index);
  }

  void add(const Block& block) {
    const auto is_picture = block.kind == BlockKind::figure && block.lines.empty();
    open("div", is_picture ? "ocr_photo" : "ocr_carea", id("block", ++blocks_));
    bbox(block.box);
    out_ += "'>";
    if (!block.lines.empty()) {
      add_paragraph(block.box, block.lines);
    }
    for (const auto& cell : block.cells) {
      if (!cell.lines.empty()) {
        add_paragraph(cell.box, cell.lines);
      }
    }
    out_ += "</div>\n";
  }

  void add_paragraph(const Box& box, const std::vector<Line>& lines) {
    out_ += '\n';
    open("p", "ocr_par", id("par", ++paragraphs_));
    bbox(box);
    out_ += "'>\n";
    for (const auto& line : lines) {
      add(line);
    }
    out_ += "</p>\n";
  }

  void add(const Line& line) {
    open("span", "ocr_line", id("line", ++lines_));
    const auto box = bbox(line.box);
    out_ += "; baseline 0 ";
    number(std::clamp(pixels(line.baseline), 0, height_) - box.y1);
    float size = 0;
    for (const auto& word : line.words) {
      size = std::max(size, word.size);
    }
    if (size > 0) {
      out_ += "; x_size ";
      append_json_number(out_, static_cast<double>(size * scale_), 2);
    }
    out_ += "'>";
    for (const auto& word : line.words) {
      add(word);
      if (word.space_after && &word != &line.words.back()) {
        out_ += ' ';
      }
    }
    out_ += "</span>\n";
  }

  void add(const Word& word) {
    open("span", "ocrx_word", id("word", ++words_));
    bbox(word.box);
    if (word.confidence >= 0) {
      out_ += "; x_wconf ";
      number(word.confidence);
    }
    const auto* font = font_of(word, page_.fonts);
    if (font != nullptr && !font->name.empty()) {
      out_ += "; x_font \"";
      append_font_name(out_, font->name);
      out_ += '"';
    }
    if (word.size > 0) {
      out_ += "; x_fsize ";
      append_json_number(out_, static_cast<double>(word.size), 2);
    }
    out_ += "'>";
    const bool bold = font != nullptr && font->bold;
    const bool italic = font != nullptr && font->italic;
    out_ += bold ? "<strong>" : "";
    out_ += italic ? "<em>" : "";
    append_html(out_, word.text, HtmlContext::attribute);
    out_ += italic ? "</em>" : "";
    out_ += bold ? "</strong>" : "";
    out_ += "</span>";
  }

  const Page& page_;
  std::string number_;
  std::string& out_;
  std::int32_t dpi_;
  float scale_ = 1;
  std::int32_t width_ = 1;
  std::int32_t height_ = 1;
  std::uint32_t blocks_ = 0;
  std::uint32_t paragraphs_ = 0;
  std::uint32_t lines_ = 0;
  std::uint32_t words_ = 0;
};

}  // namespace

void HocrWriter::begin(std::string& out) {
  if (begun_) {
    return;
  }
  begun_ = true;
  out +=
      "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta "
      "charset=\"utf-8\"/>\n<title></title>\n";
  out += "<meta name='ocr-system' content='docket ";
  out += version;
  out +=
      "'/>\n<meta name='ocr-capabilities' content='ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_photo "
      "ocrp_font ocrp_wconf'/>\n</head>\n<body>\n";
}

void HocrWriter::add_page(const Page& page, std::string& out) {
  begin(out);
  PageElements(page, ++page_, out).write();
}

void HocrWriter::finish(std::string& out) {
  begin(out);
  out += "</body>\n</html>\n";
}

}  // namespace docket::engine
