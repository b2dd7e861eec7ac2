#include "callback/secret_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/temp_folder.h"
#include "callback/webhook_secrets.h"

namespace docket {
namespace {

class SecretFilesTest : public testing::Test {
 protected:
  void write(const std::string& text) {
    // A new file, as an editor or a secrets' manager makes one.
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  TempFolder folder_;
  std::string path_ = folder_.path() + "/secret";
  SecretFiles files_;
};

TEST_F(SecretFilesTest, AFileThatChangesIsReadAgain) {
  EXPECT_FALSE(files_.secrets(path_)) << "it is not there";
  write(known_secret);
  EXPECT_EQ(files_.secrets(path_).value(), parse_webhook_secrets(known_secret).value());
  write(other_secret);
  EXPECT_EQ(files_.secrets(path_).value(), parse_webhook_secrets(other_secret).value());
}

TEST_F(SecretFilesTest, WhatCannotBeReadAnyMoreLeavesWhatWas) {
  write(known_secret);
  ASSERT_TRUE(files_.read(path_));
  write("rubbish");
  EXPECT_FALSE(files_.read(path_));
  EXPECT_TRUE(files_.secrets(path_));
  std::filesystem::remove(path_);
  EXPECT_TRUE(files_.secrets(path_));
}

TEST_F(SecretFilesTest, FileThatIsBeingWrittenToIsLeftAlone) {
  write(std::string(known_secret) + "\n" + other_secret + "\n");
  ASSERT_TRUE(files_.read(path_));
  std::ofstream(path_) << known_secret << "\n";  // in place
  EXPECT_EQ(files_.secrets(path_).value().size(), 2U) << "half of a file was taken for the whole";
}

}  // namespace
}  // namespace docket
