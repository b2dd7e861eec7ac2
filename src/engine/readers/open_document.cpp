#include "engine/readers/open_document.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "document/tessdata.h"
#include "engine/image/image_reader.h"
#include "engine/model/chosen_pages.h"
#include "engine/model/reader.h"
#include "engine/ocr/tesseract.h"
#include "engine/pdf/pdf_reader.h"
#include "engine/pdf/pdf_warm_up.h"

namespace docket::engine {
namespace {

Result<std::unique_ptr<DocumentReader>> open_whole(int fd, MediaType type, const ReadOptions& options) {
  switch (type) {
    case MediaType::pdf:
      return open_pdf(fd, options);
    case MediaType::png:
    case MediaType::jpeg:
    case MediaType::tiff:
    case MediaType::webp:
    case MediaType::gif:
    case MediaType::bmp:
    case MediaType::pnm:
    case MediaType::jp2:
      return open_image(fd, type, options);
    case MediaType::unknown:
      break;
  }
  return fail(ErrorCode::unsupported_type, "Documents of this type cannot be read.");
}

}  // namespace

Result<std::unique_ptr<DocumentReader>> open_document(int fd, MediaType type, const ReadOptions& options) {
  return open_whole(fd, type, options).and_then([&](std::unique_ptr<DocumentReader>&& document) {
    return choose_pages(std::move(document), options);
  });
}

Result<void> warm_readers(const std::string& languages) {
  warm_up_poppler();
  if (languages.empty()) {
    return {};
  }
  return load_languages(languages);
}

std::vector<std::string> reader_folders() {
  // Fonts, their configuration and caches, character maps.
  static constexpr std::array<const char*, 9> candidates{"/etc/fonts",
                                                         "/usr/share/fonts",
                                                         "/usr/share/fontconfig",
                                                         "/usr/local/share/fonts",
                                                         "/usr/lib/X11/fonts",
                                                         "/usr/share/X11/fonts",
                                                         "/var/cache/fontconfig",
                                                         "/usr/share/poppler",
                                                         "/usr/share/ghostscript/fonts"};
  std::vector<std::string> folders(candidates.begin(), candidates.end());
  folders.push_back(tessdata_folder());
  std::error_code error;
  std::erase_if(folders, [&error](const std::string& folder) {
    return folder.empty() || !std::filesystem::is_directory(folder, error);
  });
  return folders;
}

}  // namespace docket::engine
