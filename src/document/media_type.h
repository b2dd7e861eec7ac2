// The document types Docket knows. Numbers are stored and sent to the engine; append only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace docket {

enum class MediaType : std::uint8_t {
  unknown = 0,
  pdf = 1,
  png = 2,
  jpeg = 3,
  tiff = 4,
  webp = 5,
  gif = 6,
  bmp = 7,
  pnm = 8,  ///< PBM, PGM, PPM, PAM
  jp2 = 9,  ///< JPEG 2000: the file format JP2, or a codestream alone
};

struct MediaTypeInfo {
  MediaType type;
  std::string_view name;       ///< in `docket_types`
  std::string_view mime;       ///< as Content-Type
  std::string_view extension;  ///< without the dot
};

inline constexpr std::array<MediaTypeInfo, 10> all_media_types{{
    {MediaType::unknown, "unknown", "application/octet-stream", "bin"},
    {MediaType::pdf, "pdf", "application/pdf", "pdf"},
    {MediaType::png, "png", "image/png", "png"},
    {MediaType::jpeg, "jpeg", "image/jpeg", "jpg"},
    {MediaType::tiff, "tiff", "image/tiff", "tif"},
    {MediaType::webp, "webp", "image/webp", "webp"},
    {MediaType::gif, "gif", "image/gif", "gif"},
    {MediaType::bmp, "bmp", "image/bmp", "bmp"},
    {MediaType::pnm, "pnm", "image/x-portable-anymap", "pnm"},
    {MediaType::jp2, "jp2", "image/jp2", "jp2"},
}};

constexpr const MediaTypeInfo& info(MediaType type) noexcept {
  return all_media_types[static_cast<std::size_t>(type)];
}

/// How many first bytes of a file detect_media_type() wants to see: PDF allows its header within the first 1024.
inline constexpr std::size_t media_type_window = 1024;

/// The type told by a file's first bytes (at most media_type_window of them matter), whatever it is called.
MediaType detect_media_type(std::string_view first_bytes) noexcept;

}  // namespace docket
