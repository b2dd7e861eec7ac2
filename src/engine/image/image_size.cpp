#include "engine/image/image_size.h"

#include <string_view>

#include "engine/image/bmp.h"
#include "engine/model/pix.h"

namespace docket::engine {
namespace {

using namespace std::string_view_literals;

std::optional<ImageSize> nonzero(ImageSize size) noexcept {
  return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
}

// Leptonica decodes GIF, BMP and WebP whole to tell their size; of these three types it reads the header only.
std::optional<ImageSize> size_by_leptonica(ByteView file) noexcept {
  l_int32 width = 0;
  l_int32 height = 0;
  const auto bytes = file.bytes();
  if (pixReadHeaderMem(bytes.data(), bytes.size(), nullptr, &width, &height, nullptr, nullptr, nullptr) != 0 ||
      width <= 0 || height <= 0) {
    return std::nullopt;
  }
  return ImageSize{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

std::optional<ImageSize> size_of_gif(ByteView file) noexcept {
  return nonzero({file.little(6, 2), file.little(8, 2)});
}

// The canvas of an extended file, or what the only chunk's bit stream begins with (RFC 9649; RFC 6386, 9.1).
std::optional<ImageSize> size_of_webp(ByteView file) noexcept {
  constexpr std::size_t chunk = 12;
  constexpr std::uint32_t fourteen_bits = 0x3FFF;
  const auto data = file.part(chunk + 8);
  if (file.has(chunk, "VP8X"sv)) {
    return ImageSize{data.little(4, 3) + 1, data.little(7, 3) + 1};
  }
  if (file.has(chunk, "VP8L"sv) && data.at(0) == 0x2F) {
    const auto bits = data.little(1, 4);
    return ImageSize{(bits & fourteen_bits) + 1, (bits >> 14U & fourteen_bits) + 1};
  }
  if (file.has(chunk, "VP8 "sv) && data.has(3, "\x9D\x01\x2A"sv)) {
    return nonzero({data.little(6, 2) & fourteen_bits, data.little(8, 2) & fourteen_bits});
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageSize> image_size(MediaType type, ByteView file) {
  switch (type) {
    case MediaType::png:
    case MediaType::jpeg:
    case MediaType::pnm:
      return size_by_leptonica(file);
    case MediaType::gif:
      return size_of_gif(file);
    case MediaType::webp:
      return size_of_webp(file);
    case MediaType::bmp:
      return bmp_size(file);
    default:
      return std::nullopt;
  }
}

}  // namespace docket::engine
