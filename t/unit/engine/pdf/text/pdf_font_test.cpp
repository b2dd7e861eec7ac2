#include "engine/pdf/text/pdf_font.h"

#include <gtest/gtest.h>

namespace docket::engine {
namespace {

Font named(std::string_view name) {
  return describe_font(name, {});
}

TEST(DescribeFont, DropsTheSubsetTag) {
  EXPECT_EQ(named("ABCDEF+Garamond").name, "Garamond");
  EXPECT_EQ(named("ABCDe+Garamond").name, "ABCDe+Garamond");
  EXPECT_EQ(named("").name, "");
}

TEST(DescribeFont, BelievesNames) {
  for (const auto* bold :
       {"Helvetica-Bold", "ArialMT,Bold", "Lato-Black", "Myriad-Semibold", "CMBX12", "NimbusRomNo9L-Medi", "Foo-Bd"}) {
    EXPECT_TRUE(named(bold).bold) << bold;
    EXPECT_FALSE(named(bold).italic) << bold;
  }
  for (const auto* italic : {"Times-Italic", "Helvetica-Oblique", "CMTI10", "Minion-It", "NimbusRomNo9L-ReguItal"}) {
    EXPECT_TRUE(named(italic).italic) << italic;
    EXPECT_FALSE(named(italic).bold) << italic;
  }
  for (const auto* fixed : {"Courier", "DejaVuSansMono", "CMTT9", "Consolas"}) {
    EXPECT_TRUE(named(fixed).monospace) << fixed;
  }
  for (const auto* plain : {"Helvetica", "Roboto-Medium", "MonotypeCorsiva", "Times-Roman", "Italia"}) {
    const auto font = named(plain);
    EXPECT_FALSE(font.bold || font.italic || font.monospace) << plain;
  }
}

TEST(DescribeFont, BelievesFlags) {
  const auto font = describe_font("F1", {.bold = true, .italic = true, .fixed_pitch = true});
  EXPECT_TRUE(font.bold && font.italic && font.monospace);
}

TEST(DescribeFont, GivesShortPrintableNames) {
  EXPECT_EQ(named("A\x01\xff z").name, "A?? z");
  EXPECT_EQ(named(std::string(500, 'x')).name.size(), 127U);
}

}  // namespace
}  // namespace docket::engine
