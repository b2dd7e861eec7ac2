#include "engine/image/image_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "engine/image/bmp.h"
#include "engine/image/first_frame.h"
#include "engine/image/image_size.h"
#include "engine/image/jp2_file.h"
#include "engine/image/orientation.h"
#include "engine/image/tiff_file.h"
#include "engine/model/mapped_file.h"
#include "engine/model/pix.h"
#include "engine/ocr/recognition.h"
#include "engine/ocr/tesseract.h"

namespace docket::engine {
namespace {

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
      set_resolution(*pix, x_resolution, y_resolution);
    }
  }
  return pix;
}

// What screens have: programs that know nothing of a picture write it, and cameras do.
constexpr int screen_resolution = 96;
constexpr float largest_sheet = 17;  // inches: A3 and tabloid

// Whether a picture is as large as its resolution says. Credible resolutions are not, if they make the photograph of a
// page a poster.
bool credible(int pixels, int resolution) {
  return resolution >= lowest_resolution && resolution <= highest_resolution &&
         (resolution > screen_resolution ||
          static_cast<float>(pixels) <= largest_sheet * static_cast<float>(resolution));
}

// The resolution at which a picture of unknown size would be a sheet of A4.
float resolution_of_sheet(int width, int height) {
  constexpr float a4_long = 11.69F;  // inches
  return std::clamp(std::round(static_cast<float>(std::max(width, height)) / a4_long),
                    static_cast<float>(lowest_resolution), static_cast<float>(highest_resolution));
}

/// Pixels to an inch.
struct Resolution {
  float x_dpi = 0;
  float y_dpi = 0;
  bool is_stored = false;  ///< it is the picture's own, not a guess

  [[nodiscard]] PictureFrame frame() const {
    return {.x0 = 0, .y0 = 0, .x_scale = points_per_inch / x_dpi, .y_scale = points_per_inch / y_dpi};
  }
};

Resolution resolution_of(Pix& pix) {
  const int width = pixGetWidth(&pix);
  const int height = pixGetHeight(&pix);
  int x = 0;
  int y = 0;
  pixGetResolution(&pix, &x, &y);
  if (credible(width, x) && credible(height, y)) {
    return {.x_dpi = static_cast<float>(x), .y_dpi = static_cast<float>(y), .is_stored = true};
  }
  const auto guess = resolution_of_sheet(width, height);
  return {.x_dpi = guess, .y_dpi = guess, .is_stored = false};
}

/// The part of a picture, drawn at `dpi`: smaller if that is less than it has, never larger.
PixPtr draw_part(const PixPtr& pix, const Box& part, float dpi) {
  const auto size = resolution_of(*pix);
  const auto frame = size.frame();
  const auto pixels = [](float points, float scale) { return static_cast<int>(std::lround(points / scale)); };
  const int x = pixels(part.x0, frame.x_scale);
  const int y = pixels(part.y0, frame.y_scale);
  auto* box =
      boxCreate(x, y, std::max(pixels(part.x1, frame.x_scale) - x, 1), std::max(pixels(part.y1, frame.y_scale) - y, 1));
  PixPtr clipped(box != nullptr ? pixClipRectangle(pix.get(), box, nullptr) : nullptr);
  boxDestroy(&box);
  const float x_factor = std::min(dpi / size.x_dpi, 1.0F);
  const float y_factor = std::min(dpi / size.y_dpi, 1.0F);
  if (clipped && (x_factor < 1 || y_factor < 1)) {
    // Of one bit a pixel, too: what is made smaller becomes gray.
    if (pixGetDepth(clipped.get()) == 1) {
      clipped.reset(pixConvertTo8(clipped.get(), 0));
    }
    clipped.reset(clipped ? pixScale(clipped.get(), x_factor, y_factor) : nullptr);
  }
  return clipped;
}

/// Lives in a child, on its only thread. Keeps the file mapped.
class ImageReader final : public DocumentReader {
 public:
  ImageReader(MappedFile file, MediaType type, ReadOptions options)
      : file_(std::move(file)), type_(type), options_(std::move(options)) {}

  /// To be called once, before anything else. Error: corrupt.
  Result<void> open() {
    switch (type_) {
      case MediaType::tiff:
        tiff_ = TiffFile::open(file_.bytes());
        if (!tiff_) {
          return fail(ErrorCode::corrupt, "The TIFF file has no directory that can be read.");
        }
        pages_ = tiff_->page_count();
        break;
      case MediaType::jp2:
        jp2_ = Jp2File::open(file_.bytes());
        if (!jp2_) {
          return fail(ErrorCode::corrupt, "The image's header cannot be read.");
        }
        break;
      case MediaType::gif:
        first_frame_ = first_gif_frame(file_.bytes());
        break;
      case MediaType::webp:
        first_frame_ = first_webp_frame(file_.bytes());
        break;
      default:
        break;
    }
    return {};
  }

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
      return pass_on(size);
    }
    auto pix = decode(number);
    if (!pix) {
      return fail(ErrorCode::corrupt, pages_ == 1
                                          ? std::string("The image cannot be decoded.")
                                          : "Page " + std::to_string(number) + " of the image cannot be decoded.");
    }
    return recognise_page(number, std::move(pix));
  }

  Result<std::optional<Page>> read_text(std::uint32_t number) override {
    if (options_.ocr != OcrMode::off) {
      return std::nullopt;
    }
    return read(number);
  }

  PixPtr draw(std::uint32_t number, const Box& part, float dpi) override {
    if (number == 0 || number > pages_ || !check_size(number)) {
      return nullptr;
    }
    const auto pix = decode(number);
    return pix ? draw_part(pix, part, dpi) : nullptr;
  }

  [[nodiscard]] std::optional<StoredJpeg> stored_jpeg(std::uint32_t number) const override {
    const auto all = bytes().bytes();
    StoredJpeg stored{.bytes = all, .orientation = exif_orientation(type_, bytes())};
    l_int32 bits = 0;
    const bool is_known = type_ == MediaType::jpeg && number == 1 &&
                          pixReadHeaderMem(all.data(), all.size(), nullptr, &stored.width, &stored.height, &bits,
                                           &stored.components, nullptr) == 0;
    if (!is_known || bits != 8 || (stored.components != 1 && stored.components != 3)) {
      return std::nullopt;
    }
    return stored;
  }

 private:
  // By the header, before anything is decoded: a small file may hold a huge picture.
  [[nodiscard]] Result<void> check_size(std::uint32_t number) const {
    const auto size = tiff_ ? tiff_->size(number - 1) : jp2_ ? std::optional(jp2_->size()) : image_size(type_, bytes());
    if (!size) {
      return fail(ErrorCode::corrupt, "The image's header cannot be read.");
    }
    if (size->width > options_.max_pixels / size->height) {
      return fail(ErrorCode::too_many_pixels, "The image has " + std::to_string(size->width) + " × " +
                                                  std::to_string(size->height) + " pixels, more than the " +
                                                  std::to_string(options_.max_pixels) +
                                                  " that docket_max_pixels allows.");
    }
    return {};
  }

  /// The picture's bytes: of an animation, its first frame.
  [[nodiscard]] ByteView bytes() const { return first_frame_ ? ByteView(*first_frame_) : ByteView(file_.bytes()); }

  [[nodiscard]] PixPtr decode_bytes(std::uint32_t number) const {
    const auto all = bytes().bytes();
    switch (type_) {
      case MediaType::tiff:
        return decode_tiff(number);
      case MediaType::jp2:
        return jp2_->decode();
      case MediaType::bmp:
        return decode_bmp(bytes());
      case MediaType::jpeg: {
        // What damaged data give is shown by every viewer and worth reading.
        l_int32 warnings = 0;
        return PixPtr(pixReadMemJpeg(all.data(), all.size(), 0, 1, &warnings, L_JPEG_CONTINUE_WITH_BAD_DATA));
      }
      default:
        return PixPtr(pixReadMem(all.data(), all.size()));
    }
  }

  [[nodiscard]] PixPtr decode_tiff(std::uint32_t number) const {
    const auto all = bytes().bytes();
    const bool plain = tiff_->is_plain(number - 1);
    PixPtr pix(plain ? pixReadMemTiff(all.data(), all.size(), static_cast<l_int32>(number) - 1) : nullptr);
    if (!pix) {
      pix = tiff_->decode_gray(number - 1);
    }
    if (!pix && !plain) {
      pix.reset(pixReadMemTiff(all.data(), all.size(), static_cast<l_int32>(number) - 1));
    }
    return pix;
  }

  [[nodiscard]] PixPtr decode(std::uint32_t number) const {
    PixPtr pix = decode_bytes(number);
    if (!pix) {
      return nullptr;
    }
    pix = upright(to_plain(std::move(pix)), exif_orientation(type_, bytes()));
    if (const int side = pix ? std::max(pixGetWidth(pix.get()), pixGetHeight(pix.get())) : 0; side > max_picture_side) {
      const float smaller = static_cast<float>(max_picture_side - 1) / static_cast<float>(side);
      const int x_resolution = pixGetXRes(pix.get());
      const int y_resolution = pixGetYRes(pix.get());
      pix.reset(pixScale(pix.get(), smaller, smaller));
      if (pix) {
        set_resolution(*pix, static_cast<int>(std::lround(static_cast<float>(x_resolution) * smaller)),
                       static_cast<int>(std::lround(static_cast<float>(y_resolution) * smaller)));
      }
    }
    return pix;
  }

  [[nodiscard]] Result<Page> recognise_page(std::uint32_t number, PixPtr pix) const {
    const int width = pixGetWidth(pix.get());
    const int height = pixGetHeight(pix.get());
    const auto size = resolution_of(*pix);
    if (!size.is_stored) {
      // Tesseract's own guess, from the height of the letters, is the better one for recognising.
      set_resolution(*pix, 0, 0);
    }
    const auto frame = size.frame();
    Page page;
    page.number = number;
    page.width = static_cast<float>(width) * frame.x_scale;
    page.height = static_cast<float>(height) * frame.y_scale;
    if (options_.ocr == OcrMode::off) {
      return page;
    }
    page.dpi = static_cast<std::uint16_t>(std::lround((size.x_dpi + size.y_dpi) / 2));
    if (auto done = recognise_onto(page, std::move(pix), frame, options_.languages); !done) {
      return pass_on(done);
    }
    return page;
  }

  MappedFile file_;
  std::unique_ptr<TiffFile> tiff_;  // reads from file_, as does the next
  std::unique_ptr<Jp2File> jp2_;
  std::optional<std::string> first_frame_;
  MediaType type_;
  std::uint32_t pages_ = 1;
  ReadOptions options_;
};

}  // namespace

Result<std::unique_ptr<DocumentReader>> open_image(int fd, MediaType type, const ReadOptions& options) {
  setMsgSeverity(L_SEVERITY_NONE);
  auto file = MappedFile::map(fd);
  if (!file) {
    return pass_on(file);
  }
  auto reader = std::make_unique<ImageReader>(std::move(*file), type, options);
  if (auto opened = reader->open(); !opened) {
    return pass_on(opened);
  }
  return reader;
}

}  // namespace docket::engine
