#include "engine/image/tiff_file.h"

#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "engine/image/orientation.h"

namespace docket::engine {

/// Reading from memory, as libtiff wants it. Nothing is ever written.
struct TiffFile::Access {
  static TiffFile& file(thandle_t handle) { return *static_cast<TiffFile*>(handle); }

  static tmsize_t read(thandle_t handle, void* buffer, tmsize_t size) {
    auto& self = file(handle);
    const std::uint64_t length = self.bytes_.size();
    const auto left = length - std::min(self.position_, length);
    const auto count = std::min(left, static_cast<std::uint64_t>(std::max<tmsize_t>(size, 0)));
    std::memcpy(buffer, self.bytes_.data() + (length - left), count);
    self.position_ += count;
    return static_cast<tmsize_t>(count);
  }

  static tmsize_t write(thandle_t /*handle*/, void* /*buffer*/, tmsize_t /*size*/) { return -1; }

  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    auto& self = file(handle);
    const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? self.position_ : self.bytes_.size();
    self.position_ = base + offset;  // unsigned: a step back wraps round as libtiff means it
    return self.position_;
  }

  static int close(thandle_t /*handle*/) { return 0; }
  static toff_t size(thandle_t handle) { return file(handle).bytes_.size(); }

  static int map(thandle_t handle, void** base, toff_t* size) {
    auto& self = file(handle);
    *base = const_cast<std::uint8_t*>(self.bytes_.data());  // opened for reading only
    *size = self.bytes_.size();
    return 1;
  }

  static void unmap(thandle_t /*handle*/, void* /*base*/, toff_t /*size*/) {}
};

std::unique_ptr<TiffFile> TiffFile::open(std::span<const std::uint8_t> bytes) {
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  std::unique_ptr<TiffFile> file(new TiffFile(bytes));
  file->handle_ = TIFFClientOpen("upload", "r", file.get(), Access::read, Access::write, Access::seek, Access::close,
                                 Access::size, Access::map, Access::unmap);
  return file->handle_ == nullptr ? nullptr : std::move(file);
}

TiffFile::~TiffFile() {
  if (handle_ != nullptr) {
    TIFFClose(handle_);
  }
}

std::uint32_t TiffFile::page_count() {
  return std::max<std::uint32_t>(TIFFNumberOfDirectories(handle_), 1);
}

std::optional<ImageSize> TiffFile::size(std::uint32_t page) {
  ImageSize size;
  if (TIFFSetDirectory(handle_, page) == 0 || TIFFGetField(handle_, TIFFTAG_IMAGEWIDTH, &size.width) == 0 ||
      TIFFGetField(handle_, TIFFTAG_IMAGELENGTH, &size.height) == 0 || size.width == 0 || size.height == 0) {
    return std::nullopt;
  }
  return size;
}

bool TiffFile::is_plain(std::uint32_t page) {
  if (TIFFSetDirectory(handle_, page) == 0) {
    return false;
  }
  std::uint16_t photometric = 0;
  std::uint16_t bits = 1;
  std::uint16_t samples = 1;
  TIFFGetField(handle_, TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetFieldDefaulted(handle_, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(handle_, TIFFTAG_SAMPLESPERPIXEL, &samples);
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
      return samples == 1 && (bits == 1 || bits == 8);
    case PHOTOMETRIC_MINISBLACK:
      return samples == 1 && (bits == 1 || bits == 8 || bits == 16);
    case PHOTOMETRIC_RGB:
      return samples == 3 && bits == 8;
    case PHOTOMETRIC_YCBCR:
      return true;  // which is JPEG data
    default:
      return false;
  }
}

PixPtr TiffFile::decode_gray(std::uint32_t page) {
  const auto dimensions = size(page);
  constexpr std::uint32_t most = std::numeric_limits<l_int32>::max();
  if (!dimensions || dimensions->width > most || dimensions->height > most) {
    return nullptr;
  }
  const std::size_t width = dimensions->width;
  std::vector<std::uint32_t> colours(width * dimensions->height);
  // Asked for the orientation it has, libtiff leaves the rows as they are; it could mirror, but not turn.
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(handle_, TIFFTAG_ORIENTATION, &orientation);
  if (TIFFReadRGBAImageOriented(handle_, dimensions->width, dimensions->height, colours.data(), orientation,
                                /*stop_on_error=*/0) == 0) {
    return nullptr;
  }
  PixPtr pix(pixCreate(static_cast<l_int32>(dimensions->width), static_cast<l_int32>(dimensions->height), 8));
  if (!pix) {
    return nullptr;
  }
  for (std::size_t y = 0; y < dimensions->height; ++y) {
    const std::uint32_t* const from = colours.data() + y * width;
    l_uint32* const to = pixGetData(pix.get()) + y * static_cast<std::size_t>(pixGetWpl(pix.get()));
    for (std::size_t x = 0; x < width; ++x) {
      // Colours are multiplied by their alpha already; white shines through the rest.
      const auto luminance = (299 * TIFFGetR(from[x]) + 587 * TIFFGetG(from[x]) + 114 * TIFFGetB(from[x])) / 1000;
      SET_DATA_BYTE(to, x, static_cast<l_uint8>(std::min<std::uint32_t>(luminance + 255 - TIFFGetA(from[x]), 255)));
    }
  }
  float x_resolution = 0;
  float y_resolution = 0;
  std::uint16_t unit = RESUNIT_INCH;
  TIFFGetFieldDefaulted(handle_, TIFFTAG_RESOLUTIONUNIT, &unit);
  if (unit != RESUNIT_NONE && TIFFGetField(handle_, TIFFTAG_XRESOLUTION, &x_resolution) != 0 &&
      TIFFGetField(handle_, TIFFTAG_YRESOLUTION, &y_resolution) != 0) {
    const float per_inch = unit == RESUNIT_CENTIMETER ? 2.54F : 1.0F;
    const auto dots = [per_inch](float resolution) {
      const float value = resolution * per_inch;
      return value > 0 && value < 100'000 ? static_cast<l_int32>(std::lround(value)) : 0;
    };
    pixSetResolution(pix.get(), dots(x_resolution), dots(y_resolution));
  }
  return upright(std::move(pix), orientation);
}

}  // namespace docket::engine
