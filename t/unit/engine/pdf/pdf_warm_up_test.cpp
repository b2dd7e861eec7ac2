#include <gmock/gmock.h>

#include <filesystem>

#include "document/tessdata.h"
#include "engine/ocr/tesseract.h"
#include "engine/pdf/readers_documents.h"
#include "engine/readers/open_document.h"

namespace docket::engine::readers_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(WarmReaders, MayBeCalledAgain) {
  EXPECT_TRUE(warm_readers(""));
  EXPECT_TRUE(warm_readers("eng"));
  EXPECT_TRUE(warm_readers("eng"));
  EXPECT_EQ(text_of(read_first(one_page("BT /F1 12 Tf 72 700 Td (warm) Tj ET"), MediaType::pdf)), "warm\n");
}

TEST(WarmReaders, NamesTheLanguageWithoutAModel) {
  for (const auto* languages : {"xyz", "eng+xyz", "xyz+eng"}) {
    const auto warmed = warm_readers(languages);
    ASSERT_FALSE(warmed) << languages;
    EXPECT_EQ(warmed.error().code, ErrorCode::bad_option);
    EXPECT_THAT(warmed.error().detail, HasSubstr("'xyz'"));
    EXPECT_THAT(warmed.error().detail, HasSubstr("eng"));
  }
  EXPECT_FALSE(warm_readers("eng+"));
  EXPECT_FALSE(warm_readers("../tessdata/eng"));
}

TEST(ReaderFolders, AreThere) {
  const auto folders = reader_folders();
  EXPECT_THAT(folders, Contains(tessdata_folder()));
  for (const auto& folder : folders) {
    EXPECT_TRUE(std::filesystem::is_directory(folder)) << folder;
  }
}

TEST(Recognise, APageDoesNotDependOnTheOneBefore) {
  const auto first = print({"The quick brown fox jumps", "over the lazy dog"});
  const auto second = print({"Pack my box with five", "dozen liquor jugs"});
  const PictureFrame frame{.x0 = 0, .y0 = 0, .x_scale = 0.24F, .y_scale = 0.24F};
  const auto alone = recognise(*first, frame, "eng");
  const auto other = recognise(*second, frame, "eng");
  const auto again = recognise(*first, frame, "eng");
  ASSERT_TRUE(alone && other && again);
  EXPECT_FALSE(alone->lines.empty());
  EXPECT_EQ(alone->lines, again->lines);
  EXPECT_NE(alone->lines, other->lines);
}

TEST(Recognise, TheFrameSaysWhereThePictureLies) {
  const auto picture = print({"The quick brown fox"});
  const auto plain = recognise(*picture, {.x0 = 0, .y0 = 0, .x_scale = 1, .y_scale = 1}, "eng");
  const auto moved = recognise(*picture, {.x0 = 10, .y0 = 20, .x_scale = 0.5F, .y_scale = 0.25F}, "eng");
  ASSERT_TRUE(plain && moved);
  ASSERT_FALSE(plain->lines.empty());
  const auto& from = plain->lines.front();
  const auto& to = moved->lines.front();
  EXPECT_FLOAT_EQ(to.box.x0, 10 + from.box.x0 / 2);
  EXPECT_FLOAT_EQ(to.box.y1, 20 + from.box.y1 / 4);
  EXPECT_FLOAT_EQ(to.baseline, 20 + from.baseline / 4);
  EXPECT_FLOAT_EQ(to.words.front().size, from.words.front().size / 4);
}

}  // namespace
}  // namespace docket::engine::readers_test
