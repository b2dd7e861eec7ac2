#include "document/tessdata.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace docket {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// A folder of its own, gone at the end of the test.
class Tessdata : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "docket-tessdata-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void add(const fs::path& name) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "model";
  }

  fs::path folder_;
};

TEST_F(Tessdata, LanguagesAreThoseWithModels) {
  const auto installed = installed_languages(tessdata_folder());
  EXPECT_THAT(installed, Contains("eng"));
  EXPECT_THAT(installed, Not(Contains("xyz")));
}

TEST_F(Tessdata, OrientationAndOtherFilesAreNoLanguages) {
  for (const auto* name : {"fra.traineddata", "deu.traineddata", "osd.traineddata", "pdf.ttf", "configs/hocr",
                           "script/Latin.traineddata"}) {
    add(name);
  }
  EXPECT_THAT(installed_languages(folder_.string()), ElementsAre("deu", "fra", "script/Latin"));
}

TEST_F(Tessdata, NoFolderHasNoLanguages) {
  EXPECT_THAT(installed_languages(""), IsEmpty());
  EXPECT_THAT(installed_languages((folder_ / "none").string()), IsEmpty());
}

TEST_F(Tessdata, TheEnvironmentNamesTheFolder) {
  const auto usual = tessdata_folder();
  ASSERT_EQ(::setenv("TESSDATA_PREFIX", folder_.c_str(), 1), 0);
  EXPECT_EQ(tessdata_folder(), folder_.string());
  ASSERT_EQ(::setenv("TESSDATA_PREFIX", "/nowhere/at/all", 1), 0);
  EXPECT_EQ(tessdata_folder(), usual);
  ASSERT_EQ(::unsetenv("TESSDATA_PREFIX"), 0);
}

}  // namespace
}  // namespace docket
