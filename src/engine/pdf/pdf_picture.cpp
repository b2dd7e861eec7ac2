#include "engine/pdf/pdf_picture.h"

#include <PDFDoc.h>
#include <SplashOutputDev.h>
#include <Stream.h>
#include <splash/SplashBitmap.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "engine/pdf/content/pdf_image_device.h"
#include "engine/pdf/poppler_version.h"

namespace docket::engine {
namespace {

// A row of 8-bit samples into a picture's row. Leptonica's words are in the machine's byte order.
void set_gray_row(Pix* pix, int y, const unsigned char* samples, int width) {
  l_uint32* const row = pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix);
  for (int x = 0; x < width; ++x) {
    SET_DATA_BYTE(row, x, samples[x]);
  }
}

// A row of samples, of which those in `black` become black, into a picture of one bit a pixel, all white so far.
void set_binary_row(Pix* pix, int y, const unsigned char* samples, int width, unsigned char black) {
  l_uint32* const row = pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix);
  for (int x = 0; x < width; ++x) {
    if (samples[x] == black) {
      SET_DATA_BIT(row, x);
    }
  }
}

/// Decodes the image with a given number. One a page.
class ScanDevice final : public ImageDevice {
 public:
  ScanDevice(std::uint32_t ordinal, std::uint64_t max_pixels) : ordinal_(ordinal), max_pixels_(max_pixels) {}

  PixPtr take() { return std::move(pix_); }

 protected:
  bool visit_image(const ImageDrawing& image) override {
    if (image.ordinal != ordinal_ ||
        static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height) > max_pixels_) {
      return false;
    }
    if (image.colors == nullptr) {
      decode_binary(image, image.invert ? 1 : 0);
      return true;
    }
    const int components = image.colors->getNumPixelComps();
    const int bits = image.colors->getBits();
    if (components == 1 && bits == 1) {
      const auto zero = gray_of(*image.colors, 0);
      const auto one = gray_of(*image.colors, 1);
      if (std::abs(zero - one) >= 0.5) {
        decode_binary(image, zero < one ? 0 : 1);
        return true;
      }
    }
    const auto pixels = static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
    if (components >= 3 && pixels <= most_colour_pixels) {
      decode_colours(image, components, bits);
    } else {
      decode_gray(image, components, bits);
    }
    return true;
  }

  void visit_shading(GfxState& /*state*/) override {}

 private:
  static double gray_of(GfxImageColorMap& colors, unsigned char sample) {
    GfxGray gray = 0;
    colors.getGray(&sample, &gray);
    return colToDbl(gray);
  }

  void decode_binary(const ImageDrawing& image, unsigned char black) {
    pix_.reset(pixCreate(image.width, image.height, 1));
    decode(image, 1, 1,
           [&](int y, unsigned char* samples) { set_binary_row(pix_.get(), y, samples, image.width, black); });
  }

  void decode_gray(const ImageDrawing& image, int components, int bits) {
    pix_.reset(pixCreate(image.width, image.height, 8));
    std::vector<unsigned char> gray(static_cast<std::size_t>(image.width));
    decode(image, components, bits, [&](int y, unsigned char* samples) {
      image.colors->getGrayLine(samples, gray.data(), image.width);
      set_gray_row(pix_.get(), y, gray.data(), image.width);
    });
  }

  void decode_colours(const ImageDrawing& image, int components, int bits) {
    pix_.reset(pixCreate(image.width, image.height, 32));
    decode(image, components, bits, [&](int y, unsigned char* samples) {
      l_uint32* const row = pixGetData(pix_.get()) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix_.get());
      image.colors->getRGBLine(samples, row, image.width);
      // Poppler leaves the top byte free, Leptonica the lowest one.
      std::for_each(row, row + image.width, [](l_uint32& pixel) { pixel <<= 8; });
    });
  }

  // Calls take_row for each row. Data that end early leave the rest white, as viewers show it; no data at all: no
  // picture.
  template <class TakeRow>
  void decode(const ImageDrawing& image, int components, int bits, TakeRow&& take_row) {
    if (!pix_) {
      return;
    }
    if (pixGetDepth(pix_.get()) != 1) {
      pixSetAll(pix_.get());
    }
    ImageStream rows(&image.stream, image.width, components, bits);
    begin_rows(rows);
    int y = 0;
    for (; y < image.height; ++y) {
      unsigned char* const samples = rows.getLine();
      if (samples == nullptr) {
        break;
      }
      take_row(y, samples);
    }
    rows.close();
    if (y == 0) {
      pix_.reset();
    }
  }

  std::uint32_t ordinal_;
  std::uint64_t max_pixels_;
  PixPtr pix_;
};

// The highest resolution, `dpi` at most, with which the page stays within all limits; nothing if 72 is too high.
std::optional<std::uint16_t> resolution_within(const RenderRequest& request) {
  const double width = request.width * request.user_unit / points_per_inch;  // inches
  const double height = request.height * request.user_unit / points_per_inch;
  const double by_area = std::sqrt(static_cast<double>(request.max_pixels) / (width * height));
  const double by_side = (max_picture_side - 1) / std::max(width, height);
  const double within = std::floor(std::min({static_cast<double>(request.dpi), by_area, by_side}));
  if (within < points_per_inch) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(within);
}

PixPtr to_pix(const SplashBitmap& bitmap) {
  const auto* data = bitmap.getDataPtr();
  if (data == nullptr || bitmap.getWidth() <= 0 || bitmap.getHeight() <= 0) {
    return nullptr;
  }
  PixPtr pix(pixCreateNoInit(bitmap.getWidth(), bitmap.getHeight(), 8));
  if (!pix) {
    return nullptr;
  }
  pixSetPadBits(pix.get(), 0);
  for (int y = 0; y < bitmap.getHeight(); ++y) {
    set_gray_row(pix.get(), y, data + static_cast<std::ptrdiff_t>(y) * bitmap.getRowSize(), bitmap.getWidth());
  }
  return pix;
}

}  // namespace

Result<Picture> render_page(PDFDoc& document, int page, const RenderRequest& request) {
  const auto dpi = resolution_within(request);
  if (!dpi) {
    return fail(ErrorCode::too_many_pixels, "Page " + std::to_string(page) + " measures " +
                                                std::to_string(std::lround(request.width * request.user_unit)) + " × " +
                                                std::to_string(std::lround(request.height * request.user_unit)) +
                                                " points: at 72 dpi that is more than the " +
                                                std::to_string(request.max_pixels) +
                                                " pixels that docket_max_pixels allows.");
  }
  SplashColor white = {0xff, 0xff, 0xff, 0xff};
  SplashOutputDev device(splashModeMono8, /*bitmapRowPadA=*/4, /*reverseVideoA=*/false, white);
  device.setFontAntialias(true);
  device.setVectorAntialias(true);
  device.setSkipText(request.without_text, request.without_text);
  device.startDoc(&document);
  const double per_72_units = *dpi * request.user_unit;
  document.displayPage(&device, page, per_72_units, per_72_units, 0, /*useMediaBox=*/false, /*crop=*/true,
                       /*printing=*/false);
  Picture picture;
  if (const auto* bitmap = device.getBitmap(); bitmap != nullptr) {
    picture.pix = to_pix(*bitmap);
  }
  if (!picture.pix) {
    return fail(ErrorCode::corrupt, "Page " + std::to_string(page) + " cannot be drawn.");
  }
  const auto scale = static_cast<float>(points_per_inch / per_72_units);
  picture.frame = {.x0 = 0, .y0 = 0, .x_scale = scale, .y_scale = scale};
  picture.dpi = *dpi;
  pixSetResolution(picture.pix.get(), *dpi, *dpi);
  return picture;
}

PixPtr draw_part(PDFDoc& document, int page, const Box& part, double dots) {
  const double scale = dots / points_per_inch;
  const auto pixels = [scale](float units) {
    return static_cast<int>(std::lround(static_cast<double>(units) * scale));
  };
  const int x = pixels(part.x0);
  const int y = pixels(part.y0);
  const int width = std::max(pixels(part.x1) - x, 1);
  const int height = std::max(pixels(part.y1) - y, 1);
  SplashColor white = {0xff, 0xff, 0xff, 0xff};
  SplashOutputDev device(splashModeRGB8, /*bitmapRowPadA=*/4, /*reverseVideoA=*/false, white);
  device.setFontAntialias(true);
  device.setVectorAntialias(true);
  device.startDoc(&document);
  document.displayPageSlice(&device, page, dots, dots, 0, /*useMediaBox=*/false, /*crop=*/true, /*printing=*/false, x,
                            y, width, height);
  const auto* const bitmap = device.getBitmap();
  if (bitmap == nullptr || bitmap->getDataPtr() == nullptr || bitmap->getWidth() <= 0 || bitmap->getHeight() <= 0) {
    return nullptr;
  }
  PixPtr pix(pixCreate(bitmap->getWidth(), bitmap->getHeight(), 32));
  if (!pix) {
    return nullptr;
  }
  for (int row = 0; row < bitmap->getHeight(); ++row) {
    const auto* from = bitmap->getDataPtr() + static_cast<std::ptrdiff_t>(row) * bitmap->getRowSize();
    l_uint32* const to = pixGetData(pix.get()) + static_cast<std::ptrdiff_t>(row) * pixGetWpl(pix.get());
    for (int column = 0; column < bitmap->getWidth(); ++column, from += 3) {
      to[column] = rgb_pixel(from[0], from[1], from[2]);
    }
  }
  return pix;
}

Picture take_scan(PDFDoc& document, int page, const EmbeddedScan& scan, const RenderRequest& request, Coarse coarse) {
  Picture picture;
  const bool sideways = scan.quarter_turns % 2 != 0;
  const double width = sideways ? scan.height : scan.width;
  const double height = sideways ? scan.width : scan.height;
  const double x_scale = scan.box.width() / width;
  const double y_scale = scan.box.height() / height;
  const double x_dpi = points_per_inch / (x_scale * request.user_unit);
  const double y_dpi = points_per_inch / (y_scale * request.user_unit);
  // Rendering makes pixels square, coarse scans smooth and very fine ones smaller.
  constexpr double square = 1.1;
  constexpr double least_dpi = 100;
  const double fine = 2.0 * request.dpi;
  if (std::max(width, height) >= max_picture_side || std::max(x_dpi, y_dpi) > square * std::min(x_dpi, y_dpi) ||
      (coarse == Coarse::refused && std::min(x_dpi, y_dpi) < least_dpi) || std::max(x_dpi, y_dpi) > fine) {
    return picture;
  }
  ScanDevice device(scan.ordinal, request.max_pixels);
  document.displayPage(&device, page, points_per_inch, points_per_inch, 0, /*useMediaBox=*/false, /*crop=*/true,
                       /*printing=*/false);
  picture.pix = device.take();
  if (picture.pix && scan.quarter_turns != 0) {
    picture.pix.reset(pixRotateOrth(picture.pix.get(), scan.quarter_turns));
  }
  if (!picture.pix) {
    return picture;
  }
  picture.frame = {.x0 = scan.box.x0,
                   .y0 = scan.box.y0,
                   .x_scale = static_cast<float>(x_scale),
                   .y_scale = static_cast<float>(y_scale)};
  picture.dpi = static_cast<std::uint16_t>(std::lround((x_dpi + y_dpi) / 2));
  // Of a poster's resolution Tesseract's own guess, from the height of the letters, is the better one.
  const int dpi = static_cast<float>(picture.dpi) < points_per_inch ? 0 : picture.dpi;
  set_resolution(*picture.pix, dpi, dpi);
  return picture;
}

}  // namespace docket::engine
