#include "http/body/pages_body.h"

#include <gtest/gtest.h>

namespace docket::http {
namespace {

FormatSet set_of(std::initializer_list<Format> formats) {
  FormatSet set;
  for (const auto format : formats) {
    set.add(format);
  }
  return set;
}

TEST(PagesQuery, IsRead) {
  EXPECT_EQ(parse_pages_query(Query("")).value(), PagesQuery{});
  EXPECT_EQ(parse_pages_query(Query("stream=&after=&limit=&format=&other=x")).value(), PagesQuery{});
  EXPECT_EQ(parse_pages_query(Query("stream=1&after=12&limit=1000&format=json")).value(),
            (PagesQuery{.stream = true, .after = 12, .limit = 1000, .format = Format::json}));
  EXPECT_FALSE(parse_pages_query(Query("stream=off"))->stream);
}

TEST(PagesQuery, RefusesWhatItDoesNotKnow) {
  for (const auto* bad : {"stream=2", "stream=maybe", "after=-1", "after=x", "after=4294967295", "after=1.5", "limit=0",
                          "limit=1001", "limit=all", "format=pdf", "format=images", "format=png", "format=Markdown"}) {
    const auto query = parse_pages_query(Query(bad));
    ASSERT_FALSE(query) << bad;
    EXPECT_EQ(query.error().code, ErrorCode::bad_option);
    EXPECT_NE(query.error().detail.find(std::string_view(bad).substr(0, 5)), std::string::npos) << query.error().detail;
  }
}

TEST(PagesOfLines, AreInMarkdownIfThereIsAny) {
  EXPECT_EQ(default_lines(default_formats()), Format::markdown);
  EXPECT_EQ(default_lines(set_of({Format::png, Format::hocr, Format::json})), Format::json);
  EXPECT_EQ(default_lines(set_of({Format::markdown_det, Format::pdf})), Format::markdown_det);
  EXPECT_EQ(default_lines(set_of({Format::png, Format::pdf, Format::images})), std::nullopt);
  EXPECT_EQ(default_lines({}), std::nullopt);
}

}  // namespace
}  // namespace docket::http
