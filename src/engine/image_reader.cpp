#include "engine/image_reader.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/mapped_file.h"
#include "engine/ocr.h"
#include "engine/pix.h"
#include "engine/tiff_file.h"

namespace docket::engine {
namespace {

constexpr float points_per_inch = 72;

// What Tesseract holds credible; anything else is a default that some program wrote.
constexpr int lowest_resolution = 70;
constexpr int highest_resolution = 2400;

// A picture as Tesseract takes it: 1, 8 or 32 bits a pixel, no palette, what was transparent white.
PixPtr to_plain(PixPtr pix) {
  if (auto* const palette = pixGetColormap(pix.get()); palette != nullptr) {
    l_int32 opaque = 1;
    pixcmapIsOpaque(palette, &opaque);
    pix.reset(pixRemoveColormap(pix.get(), opaque != 0 ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA));
  }
  if (pix && pixGetDepth(pix.get()) == 32 && pixGetSpp(pix.get()) == 4) {
    pix.reset(pixRemoveAlpha(pix.get()));
  }
  if (!pix) {
    return nullptr;
  }
  const auto depth = pixGetDepth(pix.get());
  const auto pixels =
      static_cast<std::uint64_t>(pixGetWidth(pix.get())) * static_cast<std::uint64_t>(pixGetHeight(pix.get()));
  if (depth != 1 && depth != 8 && !(depth == 32 && pixels <= most_colour_pixels)) {
    const int x_resolution = pixGetXRes(pix.get());
    const int y_resolution = pixGetYRes(pix.get());
    pix.reset(pixConvertTo8(pix.get(), 0));
    if (pix) {
      pixSetResolution(pix.get(), x_resolution, y_resolution);
    }
  }
  return pix;
}

bool credible(int resolution) {
  return resolution >= lowest_resolution && resolution <= highest_resolution;
}

// The resolution at which a picture of unknown size would be a sheet of A4.
float resolution_of_sheet(int width, int height) {
  constexpr float a4_long = 11.69F;  // inches
  return std::clamp(std::round(static_cast<float>(std::max(width, height)) / a4_long),
                    static_cast<float>(lowest_resolution), static_cast<float>(highest_resolution));
}

/// Lives in a child, on its only thread. Keeps the file mapped.
class ImageReader final : public DocumentReader {
 public:
  /// `tiff` reads from `file`; nullptr for other types.
  ImageReader(MappedFile file, std::unique_ptr<TiffFile> tiff, MediaType type, std::uint32_t pages, ReadOptions options)
      : file_(std::move(file)), tiff_(std::move(tiff)), type_(type), pages_(pages), options_(std::move(options)) {}

  [[nodiscard]] std::uint32_t page_count() const override { return pages_; }

  [[nodiscard]] PageClass classify(std::uint32_t /*page*/) override {
    return options_.ocr == OcrMode::off ? PageClass::text : PageClass::scan;
  }

  Result<Page> read(std::uint32_t number) override {
    if (number == 0 || number > pages_) {
      return fail(ErrorCode::corrupt, "The image has no page " + std::to_string(number) + ".");
    }
    auto size = check_size(number);
    if (!size) {
      return tl::unexpected(std::move(size.error()));
    }
    auto pix = decode(number);
    if (!pix) {
      return fail(ErrorCode::corrupt, pages_ == 1
                                          ? std::string("The image cannot be decoded.")
                                          : "Page " + std::to_string(number) + " of the image cannot be decoded.");
    }
    return recognise_page(number, std::move(pix));
  }

 private:
  // By the header, before anything is decoded: a small file may hold a huge picture.
  [[nodiscard]] Result<void> check_size(std::uint32_t number) const {
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    if (tiff_) {
      if (const auto size = tiff_->size(number - 1); size) {
        width = size->width;
        height = size->height;
      }
    } else {
      const auto bytes = file_.bytes();
      l_int32 w = 0;
      l_int32 h = 0;
      if (pixReadHeaderMem(bytes.data(), bytes.size(), nullptr, &w, &h, nullptr, nullptr, nullptr) == 0 && w > 0 &&
          h > 0) {
        width = static_cast<std::uint64_t>(w);
        height = static_cast<std::uint64_t>(h);
      }
    }
    if (width == 0 || height == 0) {
      return fail(ErrorCode::corrupt, "The image's header cannot be read.");
    }
    if (width > options_.max_pixels / height) {
      return fail(ErrorCode::too_many_pixels, "The image has " + std::to_string(width) + " × " +
                                                  std::to_string(height) + " pixels, more than the " +
                                                  std::to_string(options_.max_pixels) +
                                                  " that docket_max_pixels allows.");
    }
    return {};
  }

  [[nodiscard]] PixPtr decode_bytes(std::uint32_t number) const {
    const auto bytes = file_.bytes();
    if (tiff_) {
      // Leptonica first: it keeps black and white at one bit a pixel.
      if (PixPtr pix(pixReadMemTiff(bytes.data(), bytes.size(), static_cast<l_int32>(number) - 1)); pix) {
        return pix;
      }
      return tiff_->decode_gray(number - 1);
    }
    if (type_ == MediaType::jpeg) {
      // What damaged data give is shown by every viewer and worth reading.
      l_int32 warnings = 0;
      return PixPtr(pixReadMemJpeg(bytes.data(), bytes.size(), 0, 1, &warnings, L_JPEG_CONTINUE_WITH_BAD_DATA));
    }
    return PixPtr(pixReadMem(bytes.data(), bytes.size()));
  }

  [[nodiscard]] PixPtr decode(std::uint32_t number) const {
    PixPtr pix = decode_bytes(number);
    if (!pix) {
      return nullptr;
    }
    pix = to_plain(std::move(pix));
    if (const int side = pix ? std::max(pixGetWidth(pix.get()), pixGetHeight(pix.get())) : 0; side > max_picture_side) {
      const float smaller = static_cast<float>(max_picture_side - 1) / static_cast<float>(side);
      const int x_resolution = pixGetXRes(pix.get());
      const int y_resolution = pixGetYRes(pix.get());
      pix.reset(pixScale(pix.get(), smaller, smaller));
      if (pix) {
        pixSetResolution(pix.get(), static_cast<int>(std::lround(static_cast<float>(x_resolution) * smaller)),
                         static_cast<int>(std::lround(static_cast<float>(y_resolution) * smaller)));
      }
    }
    return pix;
  }

  [[nodiscard]] Result<Page> recognise_page(std::uint32_t number, PixPtr pix) const {
    const int width = pixGetWidth(pix.get());
    const int height = pixGetHeight(pix.get());
    int x_resolution = 0;
    int y_resolution = 0;
    pixGetResolution(pix.get(), &x_resolution, &y_resolution);
    float x_dpi = static_cast<float>(x_resolution);
    float y_dpi = static_cast<float>(y_resolution);
    if (!credible(x_resolution) || !credible(y_resolution)) {
      x_dpi = resolution_of_sheet(width, height);
      y_dpi = x_dpi;
      // Tesseract's own guess, from the height of the letters, is the better one for recognising.
      pixSetResolution(pix.get(), 0, 0);
    }
    const PictureFrame frame{.x0 = 0, .y0 = 0, .x_scale = points_per_inch / x_dpi, .y_scale = points_per_inch / y_dpi};
    Page page;
    page.number = number;
    page.width = static_cast<float>(width) * frame.x_scale;
    page.height = static_cast<float>(height) * frame.y_scale;
    if (options_.ocr == OcrMode::off) {
      return page;
    }
    auto lines = recognise(*pix, frame, options_.languages);
    if (!lines) {
      return tl::unexpected(std::move(lines.error()));
    }
    page.dpi = static_cast<std::uint16_t>(std::lround((x_dpi + y_dpi) / 2));
    page.lines = std::move(*lines);
    page.source = page.lines.empty() ? Source::blank : Source::recognised;
    return page;
  }

  MappedFile file_;
  std::unique_ptr<TiffFile> tiff_;
  MediaType type_;
  std::uint32_t pages_;
  ReadOptions options_;
};

}  // namespace

Result<std::unique_ptr<DocumentReader>> open_image(int fd, MediaType type, const ReadOptions& options) {
  setMsgSeverity(L_SEVERITY_NONE);
  auto file = MappedFile::map(fd);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  std::unique_ptr<TiffFile> tiff;
  if (type == MediaType::tiff) {
    tiff = TiffFile::open(file->bytes());
    if (!tiff) {
      return fail(ErrorCode::corrupt, "The TIFF file has no directory that can be read.");
    }
  }
  const std::uint32_t pages = tiff ? tiff->page_count() : 1;
  if (pages > options.max_pages) {
    return fail(ErrorCode::too_many_pages, "The image has " + std::to_string(pages) + " pages, more than the " +
                                               std::to_string(options.max_pages) + " that docket_max_pages allows.");
  }
  return std::make_unique<ImageReader>(std::move(*file), std::move(tiff), type, pages, options);
}

}  // namespace docket::engine
