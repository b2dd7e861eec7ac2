#include "engine/page_results.h"

#include <utility>

#include "engine/layout/digest/document_digest.h"
#include "engine/write/escaped_form.h"
#include "engine/write/writer.h"

namespace docket::engine {

Page resolve_alone(Page page) {
  DocumentDigest digest;
  digest.add(page);
  std::move(digest).findings().apply(page);
  return page;
}

std::vector<Rendering> render_page(const Page& page, const RenderOptions& options, std::string_view filename) {
  std::vector<Rendering> renderings;
  for (const auto& entry : all_formats) {
    if (!options.formats.has(entry.format) || entry.shape == Shape::file) {
      continue;
    }
    if (entry.shape == Shape::list) {
      std::string list;
      ImageList images(list);
      images.add(page);
      images.finish();
      renderings.push_back({entry.format, Representation::escaped, std::move(list)});
      continue;
    }
    std::string raw;
    raw.reserve(entry.format == Format::json ? 64 * 1024 : 8 * 1024);
    const auto writer = make_writer(
        entry.format,
        {.page_separator = {}, .with_files = false, .title = std::string(filename), .language = options.language});
    writer->add_page(page, raw);
    writer->finish(raw);
    std::string escaped;
    if (!is_json(entry.format)) {
      escaped.reserve(raw.size() + raw.size() / 16 + 8);
      escaped += quote(entry.format);
      append_content(escaped, entry.format, raw);
      escaped += quote(entry.format);
    }
    renderings.push_back({entry.format, Representation::raw, std::move(raw)});
    if (!escaped.empty()) {
      renderings.push_back({entry.format, Representation::escaped, std::move(escaped)});
    }
  }
  return renderings;
}

}  // namespace docket::engine
