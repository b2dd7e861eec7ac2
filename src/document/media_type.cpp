#include "document/media_type.h"

#include <algorithm>
#include <span>

namespace docket {
namespace {

using namespace std::string_view_literals;

// PNG (ISO/IEC 15948, 5.2), JPEG (SOI and the first byte of the next marker, T.81 annex B), TIFF 6.0 section 2 and the
// BigTIFF extension (version 43, then the size of its offsets: 8, 0). JPEG 2000 (T.800): a JP2 file's signature box, or
// a codestream's SOC and SIZ.
constexpr auto png_signature = "\x89PNG\r\n\x1A\n"sv;
constexpr auto jpeg_start = "\xFF\xD8\xFF"sv;
constexpr std::array tiff_starts{
    "II*\0"sv,
    "MM\0*"sv,
    "II+\0\x08\0\0\0"sv,
    "MM\0+\0\x08\0\0"sv,
};
constexpr std::array gif_starts{"GIF87a"sv, "GIF89a"sv};
constexpr std::array jp2_starts{"\0\0\0\x0CjP  \r\n\x87\n"sv, "\xFF\x4F\xFF\x51"sv};
constexpr auto pdf_header = "%PDF-"sv;

bool starts_with_any(std::string_view bytes, std::span<const std::string_view> starts) noexcept {
  return std::ranges::any_of(starts, [bytes](std::string_view start) { return bytes.starts_with(start); });
}

// "BM" is two letters that any text may begin with; the length of the header behind it, 14 bytes on, has few values.
bool is_bmp(std::string_view bytes) noexcept {
  constexpr std::array lengths{"\x0C"sv, "\x28"sv, "\x34"sv, "\x38"sv, "\x40"sv, "\x6C"sv, "\x7C"sv};
  return bytes.starts_with("BM"sv) && bytes.size() >= 18 && starts_with_any(bytes.substr(14), lengths) &&
         bytes.substr(15, 3) == "\0\0\0"sv;
}

bool is_webp(std::string_view bytes) noexcept {
  return bytes.starts_with("RIFF"sv) && bytes.size() >= 15 && bytes.substr(8, 7) == "WEBPVP8"sv;
}

// "P1" to "P6", then width and height, with white space and comments between; "P7" has its header's lines.
bool is_pnm(std::string_view bytes) noexcept {
  constexpr auto blanks = " \t\r\n\v\f"sv;
  constexpr auto digits = "0123456789"sv;
  if (bytes.starts_with("P7\n"sv)) {
    return bytes.find("WIDTH "sv) != std::string_view::npos;
  }
  if (bytes.size() < 3 || bytes[0] != 'P' || bytes[1] < '1' || bytes[1] > '6') {
    return false;
  }
  bytes.remove_prefix(2);
  for (int number = 0; number < 2; ++number) {
    const auto before = bytes.size();
    for (;;) {
      bytes.remove_prefix(std::min(bytes.find_first_not_of(blanks), bytes.size()));
      if (!bytes.starts_with('#')) {
        break;
      }
      bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size()));
    }
    const auto length = std::min(bytes.find_first_not_of(digits), bytes.size());
    if (bytes.size() == before || length == 0) {
      return false;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace

MediaType detect_media_type(std::string_view first_bytes) noexcept {
  // Images first: they begin with their signature, while a PDF header may also stand in an image's metadata.
  if (first_bytes.starts_with(png_signature)) {
    return MediaType::png;
  }
  if (first_bytes.starts_with(jpeg_start)) {
    return MediaType::jpeg;
  }
  if (starts_with_any(first_bytes, tiff_starts)) {
    return MediaType::tiff;
  }
  if (is_webp(first_bytes)) {
    return MediaType::webp;
  }
  if (starts_with_any(first_bytes, gif_starts)) {
    return MediaType::gif;
  }
  if (is_bmp(first_bytes)) {
    return MediaType::bmp;
  }
  if (starts_with_any(first_bytes, jp2_starts)) {
    return MediaType::jp2;
  }
  if (is_pnm(first_bytes.substr(0, media_type_window))) {
    return MediaType::pnm;
  }
  // Acrobat takes a header anywhere in the first 1024 bytes (PDF 1.7 implementation note 13), and files rely on it.
  if (first_bytes.substr(0, media_type_window).find(pdf_header) != std::string_view::npos) {
    return MediaType::pdf;
  }
  return MediaType::unknown;
}

}  // namespace docket
