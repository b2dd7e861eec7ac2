#include "core/media_type.h"

namespace docket {
namespace {

using namespace std::string_view_literals;

// PNG (ISO/IEC 15948, 5.2), JPEG (SOI and the first byte of the next marker, T.81 annex B), TIFF 6.0 section 2 and the
// BigTIFF extension (version 43, then the size of its offsets: 8, 0).
constexpr auto png_signature = "\x89PNG\r\n\x1A\n"sv;
constexpr auto jpeg_start = "\xFF\xD8\xFF"sv;
constexpr std::array tiff_starts{
    "II*\0"sv,
    "MM\0*"sv,
    "II+\0\x08\0\0\0"sv,
    "MM\0+\0\x08\0\0"sv,
};
constexpr auto pdf_header = "%PDF-"sv;

}  // namespace

MediaType detect_media_type(std::string_view first_bytes) noexcept {
  // Images first: they begin with their signature, while a PDF header may also stand in an image's metadata.
  if (first_bytes.starts_with(png_signature)) {
    return MediaType::png;
  }
  if (first_bytes.starts_with(jpeg_start)) {
    return MediaType::jpeg;
  }
  for (const auto start : tiff_starts) {
    if (first_bytes.starts_with(start)) {
      return MediaType::tiff;
    }
  }
  // Acrobat takes a header anywhere in the first 1024 bytes (PDF 1.7 implementation note 13), and files rely on it.
  if (first_bytes.substr(0, media_type_window).find(pdf_header) != std::string_view::npos) {
    return MediaType::pdf;
  }
  return MediaType::unknown;
}

}  // namespace docket
