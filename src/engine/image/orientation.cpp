#include "engine/image/orientation.h"

#include <string_view>
#include <utility>

#include "engine/image/riff.h"

namespace docket::engine {
namespace {

using namespace std::string_view_literals;

constexpr int upright_already = 1;

// Exif data are a TIFF file; the first directory has the tag.
int orientation_in(ByteView exif) noexcept {
  constexpr std::uint32_t tag = 0x0112;
  constexpr std::uint32_t type_short = 3;
  constexpr std::size_t entry_size = 12;
  const bool big = exif.has(0, "MM"sv);
  if (!big && !exif.has(0, "II"sv)) {
    return upright_already;
  }
  const auto number = [&](std::size_t offset, std::size_t size) {
    return big ? exif.big(offset, size) : exif.little(offset, size);
  };
  const std::size_t directory = number(4, 4);
  const auto entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto entry = directory + 2 + i * entry_size;
    if (entry + entry_size > exif.size()) {
      break;
    }
    if (number(entry, 2) == tag && number(entry + 2, 2) == type_short) {
      const auto value = number(entry + 8, 2);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : upright_already;
    }
  }
  return upright_already;
}

constexpr auto exif_name = "Exif\0\0"sv;

// In JPEG, the first APP1 segment with that name, before the picture's data (SOS).
ByteView exif_of_jpeg(ByteView file) noexcept {
  constexpr std::uint8_t app1 = 0xE1;
  constexpr std::uint8_t start_of_scan = 0xDA;
  constexpr std::uint8_t fill = 0xFF;
  for (std::size_t at = 2; at + 4 <= file.size() && file.at(at) == fill;) {
    const auto marker = file.at(at + 1);
    if (marker == fill) {
      ++at;
      continue;
    }
    const std::size_t length = file.big(at + 2, 2);
    if (marker == start_of_scan || length < 2) {
      break;
    }
    const auto segment = file.part(at + 4, length - 2);
    if (marker == app1 && segment.has(0, exif_name)) {
      return segment.part(exif_name.size());
    }
    at += 2 + length;
  }
  return {};
}

// In PNG, the chunk eXIf: length, name, data, checksum.
ByteView exif_of_png(ByteView file) noexcept {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around_data = 12;
  for (auto at = signature; at + around_data <= file.size();) {
    const std::size_t length = file.big(at, 4);
    if (file.has(at + 4, "eXIf"sv)) {
      return file.part(at + 8, length);
    }
    at += around_data + length;
  }
  return {};
}

// In WebP, the chunk EXIF, with or without the name that JPEG wants.
ByteView exif_of_webp(ByteView file) noexcept {
  for (auto at = riff_header; at + chunk_header <= file.size();) {
    const std::size_t length = file.little(at + 4, 4);
    if (file.has(at, "EXIF"sv)) {
      const auto data = file.part(at + chunk_header, length);
      return data.has(0, exif_name) ? data.part(exif_name.size()) : data;
    }
    at += chunk_header + length + length % 2;
  }
  return {};
}

}  // namespace

int exif_orientation(MediaType type, ByteView file) noexcept {
  switch (type) {
    case MediaType::jpeg:
      return orientation_in(exif_of_jpeg(file));
    case MediaType::png:
      return orientation_in(exif_of_png(file));
    case MediaType::webp:
      return orientation_in(exif_of_webp(file));
    default:
      return upright_already;
  }
}

PixPtr upright(PixPtr pix, int orientation) {
  struct Change {
    int quarter_turns;  // clockwise
    bool mirrored;      // left and right, afterwards
  };
  static constexpr Change changes[]{{0, false}, {0, false}, {0, true}, {2, false}, {2, true},
                                    {1, true},  {1, false}, {3, true}, {3, false}};
  if (!pix || orientation <= upright_already || orientation > 8) {
    return pix;
  }
  const auto change = changes[orientation];
  int x_resolution = 0;
  int y_resolution = 0;
  pixGetResolution(pix.get(), &x_resolution, &y_resolution);
  if (change.quarter_turns != 0) {
    pix.reset(pixRotateOrth(pix.get(), change.quarter_turns));
  }
  if (pix && change.mirrored) {
    pix.reset(pixFlipLR(nullptr, pix.get()));
  }
  if (pix) {
    if (change.quarter_turns % 2 != 0) {
      std::swap(x_resolution, y_resolution);
    }
    set_resolution(*pix, x_resolution, y_resolution);
  }
  return pix;
}

}  // namespace docket::engine
