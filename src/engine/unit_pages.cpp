#include "engine/unit_pages.h"

#include <optional>
#include <string>
#include <utility>

#include "document/image_name.h"
#include "engine/layout/layout.h"
#include "engine/write/page_pictures.h"

namespace docket::engine {
namespace {

/// Writes the page's pictures that are asked for, each on its own: together they may be large. Names the figures that
/// could be taken out.
Result<void> write_pictures(const wire::UnitRequest& request, DocumentReader& reader, std::uint32_t number, Page& page,
                            AppendFile& file, std::vector<Section>& sections) {
  const auto write = [&](Format format, const std::string& bytes) -> Result<void> {
    return file.append(bytes).map([&](std::uint64_t begin) {
      sections.push_back({format, Representation::raw, begin, bytes.size()});
    });
  };
  const auto formats = request.options.formats;
  if (formats.has(Format::images)) {
    ImageName name{.file = std::nullopt, .page = number, .index = 0};
    if (request.filenames.size() > 1) {
      name.file = request.file;
    }
    for (auto& image : page.images) {
      const auto png = picture_of(reader, number, page, image, request.limits.max_pixels);
      if (png.empty()) {
        continue;
      }
      if (auto written = write(Format::images, png); !written) {
        return written;
      }
      image.name = name.text();
      ++name.index;
    }
  }
  if (formats.has(Format::png)) {
    const auto png = preview_of(reader, number, page);
    return png.empty() ? Result<void>{} : write(Format::png, png);
  }
  return {};
}

}  // namespace

ReadOptions read_options(const wire::UnitRequest& request) {
  return {.ocr = request.options.ocr,
          .languages = request.options.languages,
          .dpi = request.options.dpi,
          .max_pixels = request.limits.max_pixels,
          .max_pages = request.limits.max_pages,
          .pages = request.options.pages,
          .password = request.password};
}

Result<LaidOut> lay_out_page(const wire::UnitRequest& request, DocumentReader& reader, std::uint32_t number,
                             Result<Page> read, AppendFile& file) {
  LaidOut done{.number = number, .page = {}, .pictures = {}};
  if (!read) {
    done.page = pass_on(read);
    return done;
  }
  auto page = lay_out(std::move(*read));
  page.file = request.file;
  auto written = write_pictures(request, reader, number, page, file, done.pictures);
  if (!written) {
    return pass_on(written);
  }
  done.page = std::move(page);
  return done;
}

}  // namespace docket::engine
