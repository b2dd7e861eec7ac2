#include "engine/pdf/pdf_warm_up.h"

#include <PDFDoc.h>
#include <Stream.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/pdf/pdf_picture.h"
#include "engine/pdf/pdf_survey.h"
#include "engine/pdf/poppler_runtime.h"
#include "engine/pdf/text/pdf_text_layer.h"

namespace docket::engine {
namespace {

constexpr int page_width = 200;
constexpr int page_height = 300;

constexpr std::array<const char*, 14> standard_fonts{
    "Times-Roman", "Times-Bold",     "Times-Italic",      "Times-BoldItalic",
    "Helvetica",   "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique",
    "Courier",     "Courier-Bold",   "Courier-Oblique",   "Courier-BoldOblique",
    "Symbol",      "ZapfDingbats"};

// A page with a word in each standard font.
std::string tiny_document() {
  std::vector<std::string> objects;
  std::string fonts;
  std::string content;
  int y = page_height;
  for (std::size_t at = 0; at < standard_fonts.size(); ++at) {
    const auto tag = "/F" + std::to_string(at);
    fonts += tag + " << /Type /Font /Subtype /Type1 /BaseFont /" + standard_fonts[at] + " >> ";
    y -= 20;
    content += "BT " + tag + " 12 Tf 10 " + std::to_string(y) + " Td (Warm) Tj ET\n";
  }
  objects.emplace_back("<< /Type /Catalog /Pages 2 0 R >>");
  objects.emplace_back("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  objects.push_back("<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 " + std::to_string(page_width) + " " +
                    std::to_string(page_height) + "] /Resources << /Font << " + fonts + ">> >> >>");
  objects.push_back("<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "endstream");

  std::string file = "%PDF-1.4\n";
  std::string table = "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (std::size_t at = 0; at < objects.size(); ++at) {
    const auto offset = std::to_string(file.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    file += std::to_string(at + 1) + " 0 obj\n" + objects[at] + "\nendobj\n";
  }
  const auto start = std::to_string(file.size());
  file += table + "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R >>\nstartxref\n" + start +
          "\n%%EOF\n";
  return file;
}

}  // namespace

void warm_up_poppler() {
  static bool warm = false;
  if (std::exchange(warm, true)) {
    return;
  }
  prepare_poppler();
  const auto bytes = tiny_document();
  auto stream = std::make_unique<MemStream>(bytes.data(), 0, static_cast<Goffset>(bytes.size()), Object(objNull));
  PDFDoc document(stream.release());
  read_text_layer(document, 1, {.width = 612, .height = 792});
  survey_page(document, 1, page_width, page_height);
  // Only what it leaves behind in the process matters.
  (void)render_page(document, 1, {.width = page_width, .height = page_height, .dpi = 72, .max_pixels = 1'000'000});
}

}  // namespace docket::engine
