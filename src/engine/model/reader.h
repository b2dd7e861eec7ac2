// The readers' interface: a document opened from a descriptor, read page by page.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "document/page_set.h"
#include "engine/model/document.h"
#include "engine/model/pix.h"
#include "job/options.h"

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

}  // namespace docket::engine
