#include "http/form/file_name.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace docket::http {
namespace {

TEST(FileName, StaysAsItIs) {
  for (const auto* name : {"", "scan.pdf", "C:\\Users\\a b\\Rechnung für März.pdf", "../../etc/passwd",
                           "a\xC2\xA0"
                           "b"}) {
    EXPECT_EQ(clean_file_name(name), name);
  }
}

TEST(FileName, HasNoControlCharacters) {
  EXPECT_EQ(clean_file_name("a\r\nContent-Type: text/html"), "a__Content-Type: text/html");
  EXPECT_EQ(clean_file_name(std::string_view("a\0b\x7F\x1B[2J\xC2\x85", 10)), "a_b__[2J_");
}

TEST(FileName, IsUtf8) {
  EXPECT_EQ(clean_file_name("a\xFF.pdf"), "a\xEF\xBF\xBD.pdf");
  EXPECT_EQ(clean_file_name("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(FileName, IsCutAndKeepsItsExtension) {
  EXPECT_EQ(clean_file_name(std::string(300, 'a') + ".pdf"), std::string(251, 'a') + ".pdf");
  EXPECT_EQ(clean_file_name(std::string(255, 'a')), std::string(255, 'a'));
  EXPECT_EQ(clean_file_name("." + std::string(300, 'a')), "." + std::string(254, 'a'));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) {
    umlauts += "\xC3\xA4";
  }
  const auto cut = clean_file_name(umlauts + ".tiff");
  EXPECT_EQ(cut.size(), 255U);
  EXPECT_TRUE(is_valid_utf8(cut));
  EXPECT_TRUE(cut.ends_with("\xC3\xA4.tiff"));
}

}  // namespace
}  // namespace docket::http
