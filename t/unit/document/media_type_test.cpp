#include "document/media_type.h"

#include <gtest/gtest.h>

#include <string>

namespace docket {
namespace {

using namespace std::string_literals;

TEST(MediaType, TableIsInTheOrderOfTheNumbers) {
  for (std::size_t i = 0; i < all_media_types.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_media_types[i].type), i);
  }
  EXPECT_EQ(info(MediaType::tiff).mime, "image/tiff");
}

TEST(MediaType, KnowsEachTypeByItsFirstBytes) {
  EXPECT_EQ(detect_media_type("%PDF-1.7\n%\xE2\xE3\xCF\xD3"), MediaType::pdf);
  EXPECT_EQ(detect_media_type("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s), MediaType::png);
  EXPECT_EQ(detect_media_type("\xFF\xD8\xFF\xE0\0\x10JFIF"s), MediaType::jpeg);
  EXPECT_EQ(detect_media_type("\xFF\xD8\xFF\xDB"), MediaType::jpeg);
  EXPECT_EQ(detect_media_type("II*\0\x08\0\0\0"s), MediaType::tiff);
  EXPECT_EQ(detect_media_type("MM\0*\0\0\0\x08"s), MediaType::tiff);
  EXPECT_EQ(detect_media_type("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"s), MediaType::tiff);
  EXPECT_EQ(detect_media_type("MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10"s), MediaType::tiff);
}

TEST(MediaType, KnowsTheRarerPictures) {
  EXPECT_EQ(detect_media_type("RIFF\x24\0\0\0WEBPVP8 "s), MediaType::webp);
  EXPECT_EQ(detect_media_type("GIF87a"), MediaType::gif);
  EXPECT_EQ(detect_media_type("GIF89a"), MediaType::gif);
  EXPECT_EQ(detect_media_type("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s), MediaType::bmp);
  EXPECT_EQ(detect_media_type("BM\x46\0\0\0\0\0\0\0\x1A\0\0\0\x0C\0\0\0"s), MediaType::bmp) << "of OS/2";
  EXPECT_EQ(detect_media_type("\0\0\0\x0CjP  \r\n\x87\n"s), MediaType::jp2);
  EXPECT_EQ(detect_media_type("\xFF\x4F\xFF\x51\0\x2F"s), MediaType::jp2) << "a codestream";
  for (const auto* pnm :
       {"P1\n2 2\n1 0 0 1", "P4 8 1\n\xFF", "P5\n# made by\n# hand\n1 1\n255\n ", "P6\t1\r\n1 255 "}) {
    EXPECT_EQ(detect_media_type(pnm), MediaType::pnm) << pnm;
  }
  EXPECT_EQ(detect_media_type("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\n "), MediaType::pnm);
}

TEST(MediaType, TakesTextThatBeginsLikeAPictureForNone) {
  for (const auto* text : {"BM is short for bitmap.....", "P1 is the first.", "P5 12", "P5 12 x", "P3", "P6 #",
                           "P0 1 1", "P8 1 1", "P7\nHEIGHT 1", "P51 1", "RIFF....WAVEfmt ", "RIFF", "GIF88a", "GIF"}) {
    EXPECT_EQ(detect_media_type(text), MediaType::unknown) << text;
  }
}

TEST(MediaType, IsUnknownForAllElse) {
  EXPECT_EQ(detect_media_type(""), MediaType::unknown);
  EXPECT_EQ(detect_media_type("%PDF"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("%pdf-1.4"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("PK\x03\x04"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("<html>"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("\x89PNG\n\x1A\n"), MediaType::unknown) << "a PNG whose line ends were changed";
  EXPECT_EQ(detect_media_type("\xFF\xD8"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("II*"), MediaType::unknown);
  EXPECT_EQ(detect_media_type("IM*\0"s), MediaType::unknown);
  EXPECT_EQ(detect_media_type("II+\0\x04\0\0\0"s), MediaType::unknown) << "BigTIFF has offsets of 8 bytes";
}

TEST(MediaType, FindsAPdfHeaderWithinTheFirst1024BytesOnly) {
  const auto pdf = "%PDF-1.4\n"s;
  EXPECT_EQ(detect_media_type("\xEF\xBB\xBF" + pdf), MediaType::pdf);
  EXPECT_EQ(detect_media_type(std::string(1019, ' ') + pdf), MediaType::pdf);
  EXPECT_EQ(detect_media_type(std::string(1020, ' ') + pdf), MediaType::unknown);
  EXPECT_EQ(detect_media_type(std::string(1024, '%') + pdf), MediaType::unknown);
  EXPECT_EQ(detect_media_type("%PD%P" + pdf), MediaType::pdf);
}

TEST(MediaType, TakesAnImageThatMentionsPdfForAnImage) {
  EXPECT_EQ(detect_media_type("\xFF\xD8\xFF\xE1 made from %PDF-1.4"s), MediaType::jpeg);
  EXPECT_EQ(detect_media_type("\x89PNG\r\n\x1A\n %PDF-1.4"s), MediaType::png);
}

}  // namespace
}  // namespace docket
