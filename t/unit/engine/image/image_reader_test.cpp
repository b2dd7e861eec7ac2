// Images as documents.
#include <gmock/gmock.h>
#include <tiffio.h>

#include "engine/pdf/readers_documents.h"
#include "engine/readers/open_document.h"

namespace docket::engine::readers_test {
namespace {

using testing::FloatNear;
using testing::HasSubstr;

const std::vector<std::string> printed{"The quick brown fox jumps", "over the lazy dog"};

void expect_printed(const Page& page) {
  EXPECT_THAT(text_of(page), HasSubstr("quick brown fox"));
  EXPECT_THAT(text_of(page), HasSubstr("lazy dog"));
  EXPECT_EQ(page.source, Source::recognised);
}

TEST(Image, ResolutionMakesPoints) {
  const auto picture = print(printed);
  const auto page = read_first(encoded(*picture, IFF_PNG), MediaType::png);
  expect_printed(page);
  EXPECT_EQ(page.dpi, 300);
  EXPECT_THAT(page.width, FloatNear(1600 * 72 / 300.0F, 0.5F));
  EXPECT_THAT(page.height, FloatNear(600 * 72 / 300.0F, 0.5F));
  EXPECT_THAT(page.lines.at(0).box.x0, FloatNear(24, 3));
  EXPECT_LT(page.lines.at(0).baseline, page.lines.at(1).baseline);
  EXPECT_EQ(page.lines.at(0).group, page.lines.at(1).group);
}

TEST(Image, WithoutAResolutionIsTakenForASheet) {
  const auto picture = print(printed, 1600, 2338);
  auto png = encoded(*picture, IFF_PNG);
  // The chunk with the resolution: length, name, 9 bytes, checksum.
  png.erase(png.find("pHYs") - 4, 4 + 4 + 9 + 4);
  const auto page = read_first(png, MediaType::png);
  expect_printed(page);
  EXPECT_EQ(page.dpi, 200);
  EXPECT_THAT(page.height, FloatNear(842, 1));
}

TEST(Image, DepthsAndColoursBecomeGray) {
  const auto gray = print(printed);
  const PixPtr binary(pixThresholdToBinary(gray.get(), 128));
  const PixPtr sixteen(pixConvert8To16(gray.get(), 8));
  const PixPtr colour(pixConvertTo32(gray.get()));
  const PixPtr palette(pixConvertGrayToColormap(gray.get()));
  for (Pix* picture : {binary.get(), sixteen.get(), colour.get(), palette.get()}) {
    SCOPED_TRACE(pixGetDepth(picture));
    expect_printed(read_first(encoded(*picture, IFF_PNG), MediaType::png));
  }
  expect_printed(read_first(encoded(*colour, IFF_JFIF_JPEG), MediaType::jpeg));
}

TEST(Image, TransparencyIsWhite) {
  // Black everywhere, opaque only where letters are.
  const auto gray = print(printed);
  const PixPtr picture(pixCreate(pixGetWidth(gray.get()), pixGetHeight(gray.get()), 32));
  const PixPtr alpha(pixInvert(nullptr, gray.get()));
  pixSetRGBComponent(picture.get(), alpha.get(), L_ALPHA_CHANNEL);
  pixSetSpp(picture.get(), 4);
  pixSetResolution(picture.get(), 300, 300);
  expect_printed(read_first(encoded(*picture, IFF_PNG), MediaType::png));
}

// A TIFF of three pages, of which only the middle one has words.
std::string three_pages() {
  const auto words = print(printed);
  const auto empty = print({});
  const PixPtr binary(pixThresholdToBinary(words.get(), 128));
  Pixa* const pages = pixaCreate(3);
  pixaAddPix(pages, empty.get(), L_COPY);
  pixaAddPix(pages, binary.get(), L_COPY);
  pixaAddPix(pages, empty.get(), L_COPY);
  l_uint8* data = nullptr;
  std::size_t size = 0;
  std::string bytes;
  if (pixaWriteMemMultipageTiff(&data, &size, pages) == 0) {
    bytes.assign(reinterpret_cast<const char*>(data), size);
    lept_free(data);
  }
  Pixa* gone = pages;
  pixaDestroy(&gone);
  return bytes;
}

TEST(Image, TiffPagesAreReadInAnyOrder) {
  const auto file = file_of(three_pages());
  const auto document = open_document(file.get(), MediaType::tiff, {});
  ASSERT_TRUE(document) << document.error().detail;
  ASSERT_EQ((*document)->page_count(), 3U);
  EXPECT_EQ((*document)->classify(2), PageClass::scan);
  const auto second = (*document)->read(2);
  ASSERT_TRUE(second) << second.error().detail;
  expect_printed(*second);
  EXPECT_EQ(second->number, 2U);
  EXPECT_EQ(second->dpi, 300);
  const auto first = (*document)->read(1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->source, Source::blank);
  EXPECT_FALSE((*document)->read(4));
}

TEST(Image, TooManyTiffPages) {
  const auto pages = read_all(three_pages(), MediaType::tiff, with(&ReadOptions::max_pages, 2));
  ASSERT_FALSE(pages);
  EXPECT_EQ(pages.error().code, ErrorCode::too_many_pages);
  EXPECT_THAT(pages.error().detail, HasSubstr("docket_max_pages"));
}

/// A TIFF in memory, for libtiff to write.
struct TiffBytes {
  std::string bytes;
  std::size_t position = 0;
};

// A gray picture as a tiled RGB TIFF, a form that Leptonica refuses.
std::string tiled(Pix& picture) {
  TiffBytes out;
  const auto write = [](thandle_t handle, void* data, tmsize_t size) -> tmsize_t {
    auto& file = *static_cast<TiffBytes*>(handle);
    file.bytes.resize(std::max(file.bytes.size(), file.position + static_cast<std::size_t>(size)));
    file.bytes.replace(file.position, static_cast<std::size_t>(size), static_cast<const char*>(data),
                       static_cast<std::size_t>(size));
    file.position += static_cast<std::size_t>(size);
    return size;
  };
  const auto read = [](thandle_t handle, void* data, tmsize_t size) -> tmsize_t {
    auto& file = *static_cast<TiffBytes*>(handle);
    const auto count = file.bytes.copy(static_cast<char*>(data), static_cast<std::size_t>(size), file.position);
    file.position += count;
    return static_cast<tmsize_t>(count);
  };
  const auto seek = [](thandle_t handle, toff_t offset, int whence) -> toff_t {
    auto& file = *static_cast<TiffBytes*>(handle);
    file.position = whence == SEEK_END ? file.bytes.size() + offset : offset;
    return file.position;
  };
  const auto close = [](thandle_t) { return 0; };
  const auto size = [](thandle_t handle) -> toff_t { return static_cast<TiffBytes*>(handle)->bytes.size(); };
  TIFF* const tiff = TIFFClientOpen("made", "w", &out, read, write, seek, close, size, nullptr, nullptr);
  constexpr int side = 64;
  const int width = pixGetWidth(&picture);
  const int height = pixGetHeight(&picture);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, side);
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, side);
  TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 300 / 2.54);
  TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 300 / 2.54);
  for (int top = 0; top < height; top += side) {
    for (int left = 0; left < width; left += side) {
      std::string tile(std::size_t{3} * side * side, '\xff');
      for (int y = 0; y < side && top + y < height; ++y) {
        for (int x = 0; x < side && left + x < width; ++x) {
          l_uint32 gray = 0;
          pixGetPixel(&picture, left + x, top + y, &gray);
          tile.replace(static_cast<std::size_t>(3 * (y * side + x)), 3, 3, static_cast<char>(gray));
        }
      }
      TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0, 0);
    }
  }
  TIFFClose(tiff);
  return out.bytes;
}

TEST(Image, TiledTiffIsReadWithLibtiff) {
  const auto picture = print(printed);
  const auto page = read_first(tiled(*picture), MediaType::tiff);
  expect_printed(page);
  EXPECT_EQ(page.dpi, 300);
}

TEST(Image, PixelsAreCountedBeforeDecoding) {
  const auto picture = print(printed);
  for (const auto& [type, bytes] : {std::pair{MediaType::png, encoded(*picture, IFF_PNG)},
                                    std::pair{MediaType::jpeg, encoded(*picture, IFF_JFIF_JPEG)},
                                    std::pair{MediaType::tiff, encoded(*picture, IFF_TIFF)}}) {
    const auto pages = read_all(bytes, type, with(&ReadOptions::max_pixels, 1600 * 600 - 1));
    ASSERT_TRUE(pages);
    ASSERT_FALSE(pages->front());
    EXPECT_EQ(pages->front().error().code, ErrorCode::too_many_pixels);
    EXPECT_THAT(pages->front().error().detail, HasSubstr("1600 × 600"));
    EXPECT_THAT(pages->front().error().detail, HasSubstr("docket_max_pixels"));
  }
  // A header that lies: 2³¹ - 1 pixels a side, and not one of them there.
  auto lie = encoded(*picture, IFF_PNG);
  lie.replace(16, 8, "\x7f\xff\xff\xff\x7f\xff\xff\xff");
  const auto pages = read_all(lie, MediaType::png);
  ASSERT_TRUE(pages);
  ASSERT_FALSE(pages->front());
}

TEST(Image, BrokenOnesAreErrors) {
  const auto picture = print(printed);
  const auto png = encoded(*picture, IFF_PNG);
  const auto pages = read_all(std::string_view(png).substr(0, 200), MediaType::png);
  ASSERT_TRUE(pages);
  ASSERT_FALSE(pages->front());
  EXPECT_EQ(pages->front().error().code, ErrorCode::corrupt);
  EXPECT_EQ(read_all("II*\0", MediaType::tiff).error().code, ErrorCode::corrupt);
  EXPECT_EQ(read_all("", MediaType::png).error().code, ErrorCode::corrupt);
}

TEST(Image, ATruncatedJpegGivesItsTop) {
  const auto picture = print(printed, 1600, 1600);
  const auto jpeg = encoded(*picture, IFF_JFIF_JPEG);
  const auto page = read_first(std::string_view(jpeg).substr(0, jpeg.size() * 3 / 4), MediaType::jpeg);
  EXPECT_THAT(text_of(page), HasSubstr("quick brown fox"));
}

TEST(Image, OcrOffReadsNothing) {
  const auto picture = print(printed);
  const auto page = read_first(encoded(*picture, IFF_PNG), MediaType::png, with(&ReadOptions::ocr, OcrMode::off));
  EXPECT_TRUE(page.lines.empty());
  EXPECT_THAT(page.width, FloatNear(384, 0.5F));
}

}  // namespace
}  // namespace docket::engine::readers_test
