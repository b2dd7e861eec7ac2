#include "document/image_name.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(ImageName, IsWrittenAndRead) {
  for (const auto& name : {ImageName{std::nullopt, 1, 0}, ImageName{std::nullopt, 4'294'967'295U, 63},
                           ImageName{0, 7, 12}, ImageName{65535, 1, 0}}) {
    EXPECT_EQ(ImageName::parse(name.text()), name) << name.text();
  }
  EXPECT_EQ((ImageName{std::nullopt, 12, 3}).text(), "12_3.png");
  EXPECT_EQ((ImageName{2, 12, 3}).text(), "2-12_3.png");
}

TEST(ImageName, IsNothingElse) {
  for (const auto* text : {"",
                           ".png",
                           "1.png",
                           "1_.png",
                           "_1.png",
                           "0_1.png",
                           "01_1.png",
                           "1_01.png",
                           "1_64.png",
                           "1_1.jpg",
                           "1_1",
                           "-1_1.png",
                           "65536-1_1.png",
                           "1-1-1_1.png",
                           "1_1_1.png",
                           "+1_1.png",
                           " 1_1.png",
                           "4294967296_0.png",
                           "1_1.png.png",
                           "1_1.PNG"}) {
    EXPECT_FALSE(ImageName::parse(text)) << text;
  }
}

}  // namespace
}  // namespace docket
