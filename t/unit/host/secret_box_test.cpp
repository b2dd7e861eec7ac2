#include "host/secret_box.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/temp_folder.h"

namespace docket {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SecretBox, UnsealsWhatAnyBoxOfTheStoreSealed) {
  const TempFolder folder;
  const auto box = SecretBox::open(folder.path());
  ASSERT_TRUE(box) << box.error().detail;
  for (const std::string secret : {"open sesame", "x", "\0nul\xFF", ""}) {
    const auto sealed = box->seal(secret);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(SecretBox::open(folder.path())->unseal(*sealed), secret);
  }
  EXPECT_THAT(*box->seal("open sesame"), Not(HasSubstr("sesame")));
  EXPECT_NE(*box->seal("open sesame"), *box->seal("open sesame"));
}

TEST(SecretBox, TheKeyIsItsOwnersAlone) {
  const TempFolder folder;
  ASSERT_TRUE(SecretBox::open(folder.path()));
  struct stat file {};
  ASSERT_EQ(::stat((folder.path() + "/key").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "nothing else is left there";
}

TEST(SecretBox, RefusesWhatItDidNotSeal) {
  const TempFolder here;
  const TempFolder there;
  const auto box = SecretBox::open(here.path());
  auto sealed = *SecretBox::open(there.path())->seal("open sesame");
  EXPECT_EQ(box->unseal(sealed).error().code, ErrorCode::bad_record);
  sealed = *box->seal("open sesame");
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_EQ(box->unseal(sealed).error().code, ErrorCode::bad_record);
  EXPECT_EQ(box->unseal("short").error().code, ErrorCode::bad_record);
}

TEST(SecretBox, KnowsWhatItHasSigned) {
  const TempFolder here;
  const TempFolder there;
  const auto box = SecretBox::open(here.path());
  const auto signature = *box->sign("one");
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_TRUE(SecretBox::open(here.path())->is_signed("one", signature));
  EXPECT_FALSE(box->is_signed("two", signature));
  EXPECT_FALSE(box->is_signed("one", ""));
  EXPECT_FALSE(box->is_signed("one", signature + "0"));
  EXPECT_FALSE(SecretBox::open(there.path())->is_signed("one", signature));
}

TEST(SecretBox, SaysWhatIsWrongWithTheKey) {
  const TempFolder folder;
  std::ofstream(folder.path() + "/key") << "no key";
  const auto box = SecretBox::open(folder.path());
  ASSERT_FALSE(box);
  EXPECT_THAT(box.error().detail, HasSubstr(folder.path() + "/key"));
  EXPECT_FALSE(SecretBox::open(folder.path() + "/nowhere"));
}

}  // namespace
}  // namespace docket
