// TIFF files with libtiff: their directories, and the forms that Leptonica does not decode.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/image/image_size.h"
#include "engine/model/pix.h"

struct tiff;

namespace docket::engine {

/// An open TIFF file in memory. Owns libtiff's handle, not the bytes, which outlive it. Lives in a child, on its only
/// thread; pages are counted from 0.
class TiffFile {
 public:
  /// Nothing if the first directory cannot be read.
  static std::unique_ptr<TiffFile> open(std::span<const std::uint8_t> bytes);
  ~TiffFile();
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  /// Counted by walking over the directories; nothing is decoded. At least 1.
  [[nodiscard]] std::uint32_t page_count();

  /// By the page's directory alone; nothing if there is no such page or it has no size.
  [[nodiscard]] std::optional<ImageSize> size(std::uint32_t page);

  /// Whether the page has one of the forms that Leptonica reads right, keeping black and white at one bit a pixel. Of
  /// others (Lab, gray of 2 bits with white as 0 …) it makes something, but not what they show.
  [[nodiscard]] bool is_plain(std::uint32_t page);

  /// Decodes a page of any form that libtiff turns into colours (tiled, planar, YCbCr, 16 bits, CMYK …) to 8-bit gray,
  /// what is transparent becoming white, upright, with its resolution. nullptr if libtiff cannot.
  [[nodiscard]] PixPtr decode_gray(std::uint32_t page);

 private:
  explicit TiffFile(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  // libtiff's callbacks get this object as their handle.
  struct Access;

  std::span<const std::uint8_t> bytes_;
  std::uint64_t position_ = 0;
  struct tiff* handle_ = nullptr;
};

}  // namespace docket::engine
