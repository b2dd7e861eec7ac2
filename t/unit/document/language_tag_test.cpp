#include "document/language_tag.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(LanguageTag, OfAModelIsItsLanguages) {
  EXPECT_EQ(language_tag("eng"), "en");
  EXPECT_EQ(language_tag("afr"), "af");
  EXPECT_EQ(language_tag("yor"), "yo");
  EXPECT_EQ(language_tag("chi_sim"), "zh-Hans");
  EXPECT_EQ(language_tag("frk"), "de-Latf");
  EXPECT_EQ(language_tag("grc"), "grc");
}

TEST(LanguageTag, OfSeveralAndOfWhatIsNoneIsUnknown) {
  for (const auto* name : {"", "deu+eng", "script/Latin", "osd", "equ", "mine", "en", "zzz", "\"><script>"}) {
    EXPECT_EQ(language_tag(name), "") << name;
  }
}

}  // namespace
}  // namespace docket
