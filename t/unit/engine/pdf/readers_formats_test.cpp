// The rarer types of pictures, and what is odd about pictures of any type.
#include <gmock/gmock.h>
#include <openjpeg.h>

#include <array>
#include <cstdio>
#include <memory>
#include <tuple>

#include "engine/image/bmp.h"
#include "engine/image/first_frame.h"
#include "engine/image/jp2_file.h"
#include "engine/image/orientation.h"
#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const std::vector<std::string> printed{"The quick brown fox jumps", "over the lazy dog"};

void expect_printed(const Page& page) {
  EXPECT_THAT(text_of(page), HasSubstr("quick brown fox"));
  EXPECT_THAT(text_of(page), HasSubstr("lazy dog"));
}

std::string little(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
  }
  return bytes;
}

std::string plain_pam(std::string_view pixels, int width, int height) {
  return "P7\nWIDTH " + std::to_string(width) + "\nHEIGHT " + std::to_string(height) +
         "\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n" + std::string(pixels);
}

std::vector<std::pair<MediaType, std::string>> all_forms() {
  const auto gray = print(printed);
  const PixPtr colour(pixConvertTo32(gray.get()));
  const PixPtr binary(pixThresholdToBinary(gray.get(), 128));
  const auto jp2 = encoded(*gray, IFF_JP2);
  return {
      {MediaType::webp, encoded(*colour, IFF_WEBP)},
      {MediaType::gif, encoded(*gray, IFF_GIF)},
      {MediaType::bmp, encoded(*gray, IFF_BMP)},
      {MediaType::pnm, encoded(*binary, IFF_PNM)},
      {MediaType::pnm, encoded(*gray, IFF_PNM)},
      {MediaType::pnm, encoded(*colour, IFF_PNM)},
      {MediaType::pnm, plain_pam(samples_of(*gray), 1600, 600)},
      {MediaType::jp2, jp2},
      {MediaType::jp2, jp2.substr(jp2.find("\xFF\x4F\xFF\x51"))},
  };
}

TEST(ImageForms, AreDetectedAndRecognised) {
  for (const auto& [type, bytes] : all_forms()) {
    SCOPED_TRACE(std::string(info(type).name) + " " + bytes.substr(0, 2));
    EXPECT_EQ(detect_media_type(bytes), type);
    expect_printed(read_first(bytes, type));
  }
}

TEST(ImageForms, PixelsAreCountedBeforeDecoding) {
  for (const auto& [type, bytes] : all_forms()) {
    SCOPED_TRACE(std::string(info(type).name) + " " + bytes.substr(0, 2));
    // The header and not much more: what cannot be decoded has not been.
    const auto pages = read_all(std::string_view(bytes).substr(0, bytes.size() / 2), type,
                                with(&ReadOptions::max_pixels, 1600 * 600 - 1));
    ASSERT_TRUE(pages);
    ASSERT_FALSE(pages->front());
    EXPECT_EQ(pages->front().error().code, ErrorCode::too_many_pixels) << pages->front().error().detail;
    EXPECT_THAT(pages->front().error().detail, HasSubstr("1600 × 600"));
  }
}

TEST(ImageForms, ABrokenHeaderIsCorrupt) {
  for (const auto& [type, bytes] : all_forms()) {
    SCOPED_TRACE(std::string(info(type).name) + " " + bytes.substr(0, 2));
    const auto pages = read_all(std::string_view(bytes).substr(0, 7), type);
    const auto& error = pages ? pages->front().error() : pages.error();
    EXPECT_EQ(error.code, ErrorCode::corrupt);
  }
}

std::uint32_t pixel(Pix& pix, int x, int y) {
  l_uint32 value = 0;
  pixGetPixel(&pix, x, y, &value);
  return value;
}

// ---- GIF

// Two pixels wide, one high: index 0 and index 1 of a table of black and red.
std::string tiny_gif(std::string_view before_frame, std::string_view after_frame) {
  return "GIF89a" + little(9, 2) + little(9, 2) + "\x80\0\0"s + "\0\0\0\xFF\0\0"s + std::string(before_frame) + ","s +
         little(3, 2) + little(4, 2) + little(2, 2) + little(1, 2) + "\0"s + "\x02\x02\x44\x0A\0"s +
         std::string(after_frame);
}

TEST(Gif, TheFirstFrameIsAPictureOfItsOwn) {
  // What follows is a second frame without end.
  const auto frame =
      first_gif_frame(ByteView(tiny_gif("!\xFE\x03"
                                        "abc\0"s,
                                        ",\xFF\xFF\xFF\xFF")));
  ASSERT_TRUE(frame);
  const PixPtr picture(pixReadMem(reinterpret_cast<const l_uint8*>(frame->data()), frame->size()));
  ASSERT_TRUE(picture);
  EXPECT_EQ(pixGetWidth(picture.get()), 2);
  EXPECT_EQ(pixGetHeight(picture.get()), 1);
  const PixPtr colours(pixRemoveColormap(picture.get(), REMOVE_CMAP_TO_FULL_COLOR));
  EXPECT_EQ(pixel(*colours, 0, 0) >> 8U, 0U);
  EXPECT_EQ(pixel(*colours, 1, 0) >> 8U, 0xFF0000U);
}

TEST(Gif, WhatIsTransparentIsWhite) {
  const auto frame = first_gif_frame(ByteView(tiny_gif("!\xF9\x04\x01\0\0\0\0"s, ";")));
  ASSERT_TRUE(frame);
  EXPECT_THAT(*frame, HasSubstr("\xFF\xFF\xFF\xFF\0\0"s)) << "index 0, which was black, and red";
}

TEST(Gif, WithoutAFrameThereIsNone) {
  EXPECT_FALSE(first_gif_frame(ByteView("GIF89a\1\0\1\0\0\0\0;"s)));
  EXPECT_FALSE(first_gif_frame(ByteView("GIF89a"s)));
  EXPECT_FALSE(first_gif_frame(ByteView("GIF89a\1\0\1\0\0\0\0!\xFE\xFF"s)));
}

// ---- WebP

TEST(Webp, OfAnAnimationTheFirstFrameIsRead) {
  const auto words = print(printed);
  const PixPtr colour(pixConvertTo32(words.get()));
  const auto still = encoded(*colour, IFF_WEBP);
  const auto frame = little(0, 6) + little(1599, 3) + little(599, 3) + little(100, 3) + "\0"s + still.substr(12);
  const auto chunks = "VP8X" + little(10, 4) + "\x02\0\0\0"s + little(1999, 3) + little(999, 3) + "ANIM" +
                      little(6, 4) + little(0, 6) + "ANMF" + little(static_cast<std::uint32_t>(frame.size()), 4) +
                      frame + "ANMF" + little(0xFFFFFFFF, 4);
  const auto bytes = "RIFF" + little(static_cast<std::uint32_t>(4 + chunks.size()), 4) + "WEBP" + chunks;
  EXPECT_EQ(detect_media_type(bytes), MediaType::webp);
  expect_printed(read_first(bytes, MediaType::webp));
  EXPECT_FALSE(first_webp_frame(ByteView(still)));
}

// ---- BMP

std::string bmp(std::int32_t width, std::int32_t height, std::uint32_t depth, std::uint32_t compression,
                const std::string& palette_or_masks, const std::string& pixels) {
  const auto data = static_cast<std::uint32_t>(54 + palette_or_masks.size());
  return "BM" + little(0, 8) + little(data, 4) + little(40, 4) + little(static_cast<std::uint32_t>(width), 4) +
         little(static_cast<std::uint32_t>(height), 4) + little(1, 2) + little(depth, 2) + little(compression, 4) +
         little(0, 4) + little(11811, 4) + little(5906, 4) + little(0, 8) + palette_or_masks + pixels;
}

const std::string black_and_white = "\0\0\0\0\xFF\xFF\xFF\0"s;
const std::string gray_palette = black_and_white + "\x40\x40\x40\0\x80\x80\x80\0"s;

/// The pixels of a gray picture, row by row.
std::vector<std::vector<std::uint32_t>> grays(const std::string& file) {
  std::vector<std::vector<std::uint32_t>> rows;
  const auto pix = decode_bmp(ByteView(file));
  if (!pix || pixGetDepth(pix.get()) != 8) {
    ADD_FAILURE() << "no gray picture";
    return rows;
  }
  for (int y = 0; y < pixGetHeight(pix.get()); ++y) {
    auto& row = rows.emplace_back();
    for (int x = 0; x < pixGetWidth(pix.get()); ++x) {
      row.push_back(pixel(*pix, x, y));
    }
  }
  return rows;
}

using Rows = std::vector<std::vector<std::uint32_t>>;

TEST(Bmp, RowsRunUpwardsUnlessTheHeightIsNegative) {
  const auto pixels = "\x80\0\0\0\x40\0\0\0"s;  // 1 bit a pixel, rows of 4 bytes
  EXPECT_EQ(grays(bmp(2, 2, 1, 0, black_and_white, pixels)), (Rows{{0, 255}, {255, 0}}));
  EXPECT_EQ(grays(bmp(2, -2, 1, 0, black_and_white, pixels)), (Rows{{255, 0}, {0, 255}}));
}

TEST(Bmp, RunsAreDecoded) {
  // Three of index 1; end of line; a literal stretch 2 3 0; a jump of one right; one of index 2; the end.
  const auto rle8 = "\x03\x01\0\0\0\x03\x02\x03\0\0\0\x02\x01\0\x01\x02\0\x01"s;
  EXPECT_EQ(grays(bmp(5, 2, 8, 1, gray_palette, rle8)), (Rows{{0x40, 0x80, 0, 0, 0x40}, {255, 255, 255, 0, 0}}));
  const auto rle4 = "\x05\x12\0\0\0\x03\x23\x10\0\x01"s;
  EXPECT_EQ(grays(bmp(5, 2, 4, 2, gray_palette, rle4)), (Rows{{0x40, 0x80, 255, 0, 0}, {255, 0x40, 255, 0x40, 255}}));
  // Beyond the picture's edges nothing is written.
  EXPECT_EQ(grays(bmp(1, 1, 8, 1, gray_palette, "\xFF\x01\0\x02\xFF\xFF\xFF\x01"s)), (Rows{{255}}));
}

TEST(Bmp, ColoursComeByMasks) {
  const auto masks = little(0xF800, 4) + little(0x07E0, 4) + little(0x001F, 4);
  const auto five_six_five = decode_bmp(ByteView(bmp(2, 1, 16, 3, masks, little(0xF800, 2) + little(0x07E0, 2))));
  ASSERT_TRUE(five_six_five);
  EXPECT_EQ(pixel(*five_six_five, 0, 0) >> 8U, 0xFF0000U);
  EXPECT_EQ(pixel(*five_six_five, 1, 0) >> 8U, 0x00FF00U);
  const auto with_alpha = little(0xFF0000, 4) + little(0xFF00, 4) + little(0xFF, 4) + little(0xFF000000, 4);
  const auto half = decode_bmp(ByteView(bmp(2, 1, 32, 6, with_alpha, little(0x00000000, 4) + little(0xFF102030, 4))));
  ASSERT_TRUE(half);
  EXPECT_EQ(pixel(*half, 0, 0) >> 8U, 0xFFFFFFU) << "transparent black is white";
  EXPECT_EQ(pixel(*half, 1, 0) >> 8U, 0x102030U);
  const auto no_alpha = decode_bmp(ByteView(bmp(1, 1, 32, 6, with_alpha, little(0x00102030, 4))));
  ASSERT_TRUE(no_alpha);
  EXPECT_EQ(pixel(*no_alpha, 0, 0) >> 8U, 0x102030U) << "alpha that is 0 everywhere is none";
  EXPECT_EQ(pixGetXRes(no_alpha.get()), 300);
  EXPECT_EQ(pixGetYRes(no_alpha.get()), 150);
}

TEST(Bmp, Os2HasHeadersOfItsOwn) {
  const auto palette = "\0\0\0\xFF\xFF\xFF"s;
  const auto file = "BM" + little(0, 8) + little(32, 4) + little(12, 4) + little(2, 2) + little(1, 2) + little(1, 2) +
                    little(1, 2) + palette + "\x40\0\0\0"s;
  EXPECT_EQ(detect_media_type(file), MediaType::bmp);
  EXPECT_EQ(grays(file), (Rows{{0, 255}}));
}

TEST(Bmp, HalfAFileGivesWhatItHas) {
  EXPECT_EQ(grays(bmp(2, 2, 8, 0, gray_palette, "\x01\x01\0\0"s)).at(1), (std::vector<std::uint32_t>{255, 255}));
  EXPECT_FALSE(decode_bmp(ByteView(bmp(2, 2, 8, 4, "", "JPEG"))));
  EXPECT_FALSE(decode_bmp(ByteView(bmp(2, 2, 7, 0, "", "1234"))));
}

// ---- JPEG 2000

// Gray and alpha of 12 bits, as a codestream: the left half opaque, the right half transparent; all black.
std::string twelve_bits_with_alpha() {
  constexpr OPJ_UINT32 side = 32;
  std::array<opj_image_cmptparm_t, 2> forms{};
  for (auto& form : forms) {
    form.dx = form.dy = 1;
    form.w = form.h = side;
    form.prec = 12;
  }
  opj_image_t* const image = opj_image_create(forms.size(), forms.data(), OPJ_CLRSPC_GRAY);
  image->x1 = image->y1 = side;
  for (OPJ_UINT32 i = 0; i < side * side; ++i) {
    image->comps[0].data[i] = 0;
    image->comps[1].data[i] = i % side < side / 2 ? 4095 : 0;
  }
  std::string bytes;
  opj_stream_t* const stream = opj_stream_default_create(OPJ_FALSE);
  opj_stream_set_user_data(stream, &bytes, nullptr);
  opj_stream_set_write_function(stream, [](void* data, OPJ_SIZE_T size, void* out) {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
    return size;
  });
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  opj_codec_t* const codec = opj_create_compress(OPJ_CODEC_J2K);
  EXPECT_TRUE(opj_setup_encoder(codec, &parameters, image) && opj_start_compress(codec, image, stream) &&
              opj_encode(codec, stream) && opj_end_compress(codec, stream));
  opj_destroy_codec(codec);
  opj_stream_destroy(stream);
  opj_image_destroy(image);
  return bytes;
}

TEST(Jp2, SamplesOfMoreBitsAndAlphaBecomeGrayOverWhite) {
  const auto bytes = twelve_bits_with_alpha();
  const auto file = Jp2File::open(ByteView(bytes));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size().width, 32U);
  const auto pix = file->decode();
  ASSERT_TRUE(pix);
  EXPECT_EQ(pixGetDepth(pix.get()), 8);
  EXPECT_EQ(pixel(*pix, 3, 3), 0U);
  EXPECT_EQ(pixel(*pix, 28, 3), 255U);
}

TEST(Jp2, ASoundCodestreamIsReadInBrokenBoxes) {
  auto bytes = encoded(*print(printed), IFF_JP2);
  bytes.replace(bytes.find("jp2h"), 4, "jp2i");
  expect_printed(read_first(bytes, MediaType::jp2));
}

// ---- Which way up

// How a picture that is upright looks when it was stored with an orientation: the inverse of upright().
PixPtr stored_with(int orientation, Pix& pix) {
  constexpr std::array inverse{1, 1, 2, 3, 4, 5, 8, 7, 6};
  return upright(PixPtr(pixClone(&pix)), inverse.at(static_cast<std::size_t>(orientation)));
}

std::string exif(int orientation, bool big) {
  const auto value = static_cast<char>(orientation);
  return big ? "MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\0\0\0\0\0\x01\x12\0\x03\0\0\0\x01\0"s + value +
                   "\0\0\0\0\0\0"s
             : "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + value + "\0\0\0\0\0\0\0"s;
}

TEST(Orientation, ChangesAreThoseOfExif) {
  // A picture of two rows: a b / c d. What the stored rows a b / c d show, for each value.
  PixPtr pix(pixCreate(2, 2, 8));
  for (int i = 0; i < 4; ++i) {
    pixSetPixel(pix.get(), i % 2, i / 2, static_cast<l_uint32>("abcd"[i]));
  }
  constexpr std::array<std::string_view, 9> shown{"abcd", "abcd", "badc", "dcba", "cdab",
                                                  "acbd", "cadb", "dbca", "bdac"};
  for (int orientation = 0; orientation < 9; ++orientation) {
    const auto turned = upright(PixPtr(pixCopy(nullptr, pix.get())), orientation);
    std::string rows;
    for (int i = 0; i < 4; ++i) {
      rows.push_back(static_cast<char>(pixel(*turned, i % 2, i / 2)));
    }
    EXPECT_EQ(rows, shown.at(static_cast<std::size_t>(orientation))) << orientation;
  }
}

class EveryOrientation : public testing::TestWithParam<int> {};

TEST_P(EveryOrientation, IsAppliedBeforeRecognition) {
  const auto words = print(printed);
  const auto stored = stored_with(GetParam(), *words);
  auto jpeg = encoded(*stored, IFF_JFIF_JPEG);
  const auto tags = "Exif\0\0"s + exif(GetParam(), GetParam() % 2 == 0);
  jpeg.insert(2, "\xFF\xE1\0"s + static_cast<char>(tags.size() + 2) + tags);
  const auto page = read_first(jpeg, MediaType::jpeg);
  expect_printed(page);
  EXPECT_GT(page.width, page.height);
}

INSTANTIATE_TEST_SUITE_P(Orientation, EveryOrientation, testing::Range(1, 9));

TEST(Orientation, StandsInPngAndWebpToo) {
  const auto upside_down = stored_with(3, *print(printed));
  auto png = encoded(*upside_down, IFF_PNG);
  const auto tags = exif(3, true);
  png.insert(33, "\0\0\0"s + static_cast<char>(tags.size()) + "eXIf" + tags + "\0\0\0\0"s);
  EXPECT_EQ(exif_orientation(MediaType::png, ByteView(png)), 3);
  const PixPtr colour(pixConvertTo32(upside_down.get()));
  auto webp = encoded(*colour, IFF_WEBP);
  const auto picture = webp.substr(12);
  const auto chunks = "VP8X" + little(10, 4) + "\x08\0\0\0"s + little(1599, 3) + little(599, 3) + picture + "EXIF" +
                      little(static_cast<std::uint32_t>(tags.size()), 4) + tags;
  webp = "RIFF" + little(static_cast<std::uint32_t>(4 + chunks.size()), 4) + "WEBP" + chunks;
  expect_printed(read_first(webp, MediaType::webp));
}

TEST(Orientation, IsUprightWhereExifIsNone) {
  for (const auto& bytes : {""s,
                            "\xFF\xD8\xFF\xE1\0\x08"
                            "Exif\0\0"s,
                            "\xFF\xD8\xFF\xE1\0\x01"s,
                            "\xFF\xD8\xFF\xE1\0\x12"
                            "Exif\0\0MM\0*\xFF\xFF\xFF\xFF"s,
                            "\xFF\xD8\xFF\xFF\xFF\xFF"s}) {
    EXPECT_EQ(exif_orientation(MediaType::jpeg, ByteView(bytes)), 1);
  }
  EXPECT_EQ(exif_orientation(MediaType::jpeg, ByteView("\xFF\xD8\xFF\xE1\0\x22"
                                                       "Exif\0\0"s +
                                                       exif(9, true))),
            1);
}

// ---- Resolution

TEST(Resolution, OfAScreenIsNotThatOfAScan) {
  const auto picture = print(printed, 1654, 2339);
  for (const int dpi : {0, 1, 72, 96, 5000}) {
    set_resolution(*picture, dpi, dpi);
    const auto page = read_first(encoded(*picture, IFF_JFIF_JPEG), MediaType::jpeg);
    EXPECT_EQ(page.dpi, 200) << dpi << ": taken for a sheet of A4";
    expect_printed(page);
  }
  // But a page drawn for the screen is what it says.
  const auto small = print(printed, 794, 1123);
  set_resolution(*small, 96, 96);
  EXPECT_EQ(read_first(encoded(*small, IFF_JFIF_JPEG), MediaType::jpeg).dpi, 96);
}

}  // namespace
}  // namespace docket::engine::readers_test
