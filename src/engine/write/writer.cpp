#include "engine/write/writer.h"

#include "engine/write/hocr.h"
#include "engine/write/html/html.h"
#include "engine/write/json.h"
#include "engine/write/markdown/markdown.h"
#include "engine/write/markdown/markdown_det.h"
#include "engine/write/text.h"

namespace docket::engine {

std::unique_ptr<Writer> make_writer(Format format, const WriterOptions& options) {
  switch (format) {
    case Format::markdown:
      return std::make_unique<MarkdownWriter>(options.page_separator);
    case Format::text:
      return std::make_unique<TextWriter>(options.page_separator);
    case Format::json:
      return std::make_unique<JsonWriter>(options.with_files);
    case Format::hocr:
      return std::make_unique<HocrWriter>();
    case Format::markdown_det:
      return std::make_unique<MarkdownDetWriter>(options.with_files);
    case Format::html:
      return std::make_unique<HtmlWriter>(options);
    case Format::images:
    case Format::png:
    case Format::pdf:
    case Format::layout_pdf:
      break;
  }
  return nullptr;
}

}  // namespace docket::engine
