// The readers' interface: a document opened from a descriptor, read page by page.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/job.h"
#include "document/media_type.h"
#include "document/page_set.h"
#include "engine/model/document.h"
#include "engine/model/pix.h"

namespace docket::engine {

/// What a page probably needs, told without reading it.
enum class PageClass : char { text = 't', scan = 's' };

struct ReadOptions {
  OcrMode ocr = OcrMode::automatic;
  std::string languages = "eng";
  std::uint16_t dpi = 300;
  std::uint64_t max_pixels = 100'000'000;
  std::uint32_t max_pages = 2000;  ///< of those chosen
  PageSet pages;
  std::string password;
};

/// A page that is stored as a JPEG file, such as a PDF can take over as it is. Lives as long as its document.
struct StoredJpeg {
  std::span<const std::uint8_t> bytes;
  int width = 0;  ///< pixels, as stored
  int height = 0;
  int components = 3;   ///< 1 gray, 3 colours; 8 bits each
  int orientation = 1;  ///< how it is to be turned to be upright, see orientation.h
};

/// An open document. Lives in a child of docket-engine, on its only thread; destroyed at the child's end.
class DocumentReader {
 public:
  DocumentReader() = default;
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;
  virtual ~DocumentReader() = default;

  [[nodiscard]] virtual std::uint32_t page_count() const = 0;

  /// A guess, which costs next to nothing. `page` is 1-based.
  [[nodiscard]] virtual PageClass classify(std::uint32_t page) = 0;

  /// Reads one page: its words as lines, from the text layer or recognised, as the options say. An error is this
  /// page's only (corrupt, too_many_pixels …).
  virtual Result<Page> read(std::uint32_t page) = 0;

  /// The same, but of a page that must be recognised nothing: it costs no more than a look at it.
  virtual Result<std::optional<Page>> read_text(std::uint32_t page) = 0;

  /// Draws a part of a page: 32 bits a pixel, or fewer. `part` is in points of the page as the file shows it, which
  /// read() may have turned: see box_as_shown(). The caller sees to it that the picture is not too large. Nothing if it
  /// cannot be drawn.
  virtual PixPtr draw(std::uint32_t page, const Box& part, float dpi) = 0;

  /// The page as it is stored, if it is a JPEG file and nothing else.
  [[nodiscard]] virtual std::optional<StoredJpeg> stored_jpeg(std::uint32_t page) const = 0;
};

/// Opens a document of a known type; takes no ownership of `fd`, which is seekable and stays open while the reader
/// lives. The document is that of the chosen pages, see choose_pages(). Errors: encrypted, wrong_password, corrupt,
/// no_pages, too_many_pages, bad_option, unsupported_type.
Result<std::unique_ptr<DocumentReader>> open_document(int fd, MediaType type, const ReadOptions& options);

/// Loads what every child will need into this process, to be inherited copy-on-write: Poppler's tables and fonts, and
/// the models of `languages` ("" loads none). Called in the fork server before it forks; may be called again for other
/// languages. An error names the language without a model.
Result<void> warm_readers(const std::string& languages);

/// Folders that readers may open files in lazily (fonts, CMaps, models); the sandbox lets these be read.
std::vector<std::string> reader_folders();

}  // namespace docket::engine
