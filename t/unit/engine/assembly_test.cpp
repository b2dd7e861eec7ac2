#include "engine/assembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "engine/layout/blocks/figures.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/page_results.h"
#include "engine/render_options.h"

namespace docket::engine {
namespace {

using nlohmann::json;
using test::filler;
using test::set_line;

Page text_page(std::uint16_t file, std::uint32_t number, std::string_view heading, float heading_size) {
  std::vector<Line> lines{set_line(heading, 100, 120, heading_size)};
  for (int i = 0; i < 12; ++i) {
    lines.push_back(filler(i == 0 ? "Text" : "text", 70, 100, 160 + 12 * static_cast<float>(i)));
  }
  lines.back().words.back().text = "end.";
  auto page = test::page_of(std::move(lines));
  page.file = file;
  page.number = number;
  return lay_out(std::move(page));
}

/// What an assembly wrote, by format and form.
struct Written {
  std::map<std::pair<Format, Representation>, std::string> representations;
  std::vector<std::pair<Format, Representation>> order;
  std::size_t largest_piece = 0;
  std::size_t pages_read = 0;
  Result<void> result;

  const std::string& raw(Format format) const { return representations.at({format, Representation::raw}); }
  const std::string& escaped(Format format) const { return representations.at({format, Representation::escaped}); }
  json documents(Format format) const {
    const auto& stored = representations.at({format, Representation::documents});
    EXPECT_THAT(stored, testing::StartsWith(",\"documents\":["));
    return json::parse("{" + stored.substr(1) + "}")["documents"];
  }
};

Written assemble(const std::vector<Page>& pages, std::vector<std::string> filenames, RenderOptions options) {
  Assembly assembly(std::move(options), std::move(filenames));
  for (const auto& page : pages) {
    assembly.add(page);
  }
  Written written;
  std::string* current = nullptr;
  written.result = assembly.write(
      assembly.resolved([&](std::size_t index) -> Result<Page> {
        ++written.pages_read;
        return pages.at(index);
      }),
      [&](Format format, Representation representation) -> Result<void> {
        current = &written.representations[{format, representation}];
        written.order.emplace_back(format, representation);
        return {};
      },
      [&](std::string_view bytes) -> Result<void> {
        written.largest_piece = std::max(written.largest_piece, bytes.size());
        *current += bytes;
        return {};
      });
  return written;
}

RenderOptions options_for(FormatSet formats) {
  return {formats, ""};
}

TEST(Assembly, WritesEveryTextRawAndEscaped) {
  const auto written =
      assemble({text_page(0, 1, "Title", 20), text_page(0, 2, "Section", 14)}, {"a.pdf"}, options_for(every_format()));
  ASSERT_TRUE(written.result);
  for (const auto& entry : all_formats) {
    EXPECT_EQ(written.representations.contains({entry.format, Representation::raw}), entry.shape == Shape::text)
        << entry.name;
    EXPECT_EQ(written.representations.contains({entry.format, Representation::escaped}),
              entry.shape != Shape::file && entry.format != Format::json)
        << entry.name;
    EXPECT_FALSE(written.representations.contains({entry.format, Representation::wrapped})) << entry.name;
    EXPECT_FALSE(written.representations.contains({entry.format, Representation::documents})) << entry.name;
  }
  EXPECT_THAT(written.raw(Format::markdown), testing::StartsWith("# Title\n\nText "));
  EXPECT_THAT(written.raw(Format::markdown), testing::HasSubstr("\n\n## Section\n\n"));
  EXPECT_THAT(written.raw(Format::text), testing::StartsWith("Title\n\nText "));
  EXPECT_EQ(json::parse(written.raw(Format::json))["pages"].size(), 2U);
}

TEST(Assembly, ListsTheImages) {
  auto first = text_page(0, 1, "Title", 20);
  first.images = {{{0, 0, 100, 100}, "1_0.png", 5, 0}, {{0, 200, 100, 300}, "", 6, 0}};
  auto second = text_page(0, 2, "Section", 14);
  second.images = {{{0, 0, 100, 100}, "2_0.png", 7, 0}};
  const auto written = assemble({first, second}, {"a.pdf", "b.pdf"}, options_for(every_format()));
  EXPECT_EQ(written.escaped(Format::images), R"("images":["1_0.png","2_0.png"],"count":2)");
  EXPECT_FALSE(written.representations.contains({Format::images, Representation::documents}));
}

TEST(Assembly, LeavesDecorationOut) {
  std::vector<Page> pages;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    auto page = text_page(0, number, "Title", 20);
    page.images = {{{400, 20, 500, 80}, std::to_string(number) + "_0.png", 5, 0}};
    place_figures(page);
    pages.push_back(std::move(page));
  }
  const auto written = assemble(pages, {"a.pdf"}, options_for(every_format()));
  EXPECT_EQ(written.escaped(Format::images), R"("images":[],"count":0)");
  EXPECT_THAT(written.raw(Format::markdown), testing::Not(testing::HasSubstr("images/")));
  // By itself a page does not know.
  EXPECT_THAT(render_page(resolve_alone(pages[0]), options_for(every_format()))[0].bytes,
              testing::HasSubstr("![](images/1_0.png)"));
}

TEST(Assembly, EscapesWhatItWroteRaw) {
  const auto written = assemble({text_page(0, 1, "\"Title\" \\ ü", 20)}, {"a.pdf"}, options_for(every_format()));
  for (const auto format : {Format::markdown, Format::text}) {
    EXPECT_EQ(json::parse(written.escaped(format)), written.raw(format));
  }
}

TEST(Assembly, WritesOnlyWhatWasAskedFor) {
  FormatSet formats;
  formats.add(Format::text);
  const auto written = assemble({text_page(0, 1, "Title", 20)}, {"a.pdf"}, options_for(formats));
  EXPECT_EQ(written.representations.size(), 2U);
}

TEST(Assembly, LevelsHeadingsByEachFileOfItsOwn) {
  // 14 points are the second file's largest, whatever the first one has.
  const auto written = assemble({text_page(0, 1, "Large", 24), text_page(1, 1, "Small", 14)}, {"a.pdf", "b.pdf"},
                                options_for(every_format()));
  EXPECT_THAT(written.raw(Format::markdown), testing::HasSubstr("# Large"));
  EXPECT_THAT(written.raw(Format::markdown), testing::HasSubstr("\n\n# Small"));
}

TEST(Assembly, ListsTheDocumentsOfSeveralFiles) {
  const auto written =
      assemble({text_page(0, 1, "Of a", 20), text_page(0, 2, "More of a", 20), text_page(2, 1, "Of c", 20)},
               {"a.pdf", "empty \"b\".pdf", "c.pdf"}, options_for(every_format()));
  const auto documents = written.documents(Format::markdown);
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0]["filename"], "a.pdf");
  EXPECT_THAT(documents[0]["content"].get<std::string>(), testing::HasSubstr("# More of a"));
  EXPECT_EQ(documents[1], json::parse(R"({"filename": "empty \"b\".pdf", "content": ""})"));
  EXPECT_THAT(documents[2]["content"].get<std::string>(), testing::StartsWith("# Of c"));
  EXPECT_EQ(json::parse(written.escaped(Format::markdown)), written.raw(Format::markdown));
  const auto values = written.documents(Format::json);
  EXPECT_EQ(values[0]["content"]["pages"].size(), 2U);
  EXPECT_EQ(values[1]["content"], json::parse(R"({"pages": []})"));
  EXPECT_EQ(json::parse(written.raw(Format::json))["pages"][2]["file"], 2);
}

TEST(Assembly, PutsTheDocumentsRightBehindTheContent) {
  // So that one range of the file has both.
  const auto written = assemble({text_page(0, 1, "Of a", 20), text_page(1, 1, "Of b", 20)}, {"a.pdf", "b.pdf"},
                                options_for(every_format()));
  const Representation* before = nullptr;
  for (const auto& [format, representation] : written.order) {
    if (representation == Representation::documents) {
      ASSERT_NE(before, nullptr);
      EXPECT_EQ(*before, format == Format::json ? Representation::raw : Representation::escaped);
    }
    before = &representation;
  }
}

TEST(Assembly, OfNoPagesIsSound) {
  const auto written = assemble({}, {"a.pdf"}, options_for(every_format()));
  ASSERT_TRUE(written.result);
  EXPECT_EQ(written.escaped(Format::markdown), "\"\"");
  EXPECT_EQ(json::parse(written.raw(Format::json)), json::parse(R"({"pages": []})"));
}

TEST(Assembly, PutsTheSeparatorBetweenPages) {
  auto options = options_for(every_format());
  options.page_separator = "<!-- \xFF page -->";
  const auto written = assemble({text_page(0, 1, "Title", 20), text_page(0, 2, "Section", 14)}, {"a.pdf"}, options);
  EXPECT_THAT(written.raw(Format::markdown), testing::HasSubstr(" end.\n\n<!-- \uFFFD page -->\n\n## Section"));
  EXPECT_EQ(json::parse(written.escaped(Format::markdown)), written.raw(Format::markdown));
}

TEST(Assembly, KeepsLittleHoweverManyPages) {
  // More than is cached and replayed, so that every way is taken.
  std::vector<Page> pages;
  for (std::uint32_t i = 1; i <= 250; ++i) {
    pages.push_back(text_page(0, i, "Section ü", 14));
    for (int copy = 0; copy < 5; ++copy) {
      pages.back().blocks.push_back(pages.back().blocks[1]);
    }
  }
  FormatSet formats;
  formats.add(Format::markdown);
  formats.add(Format::text);
  const auto text = assemble(pages, {"a.pdf"}, options_for(formats));
  ASSERT_TRUE(text.result);
  EXPECT_GT(text.raw(Format::text).size(), 1'200'000U);
  EXPECT_LT(text.largest_piece, 200'000U);
  EXPECT_GT(text.pages_read, 3 * pages.size()) << "pages are read again, not kept";
  for (const auto format : {Format::markdown, Format::text}) {
    EXPECT_EQ(json::parse(text.escaped(format)), text.raw(format));
  }
  formats = {};
  formats.add(Format::json);
  pages.resize(30);
  const auto value = assemble(pages, {"a.pdf"}, options_for(formats));
  EXPECT_GT(value.raw(Format::json).size(), 1'200'000U);
  EXPECT_EQ(json::parse(value.raw(Format::json))["pages"].size(), pages.size());
}

TEST(Assembly, EndsWithTheErrorOfAPageOrSink) {
  const auto page = text_page(0, 1, "Title", 20);
  Assembly assembly(options_for(every_format()), {"a.pdf"});
  assembly.add(page);
  const auto begin = [](Format, Representation) -> Result<void> { return {}; };
  const auto unreadable = [](std::size_t) -> Result<Page> { return fail(ErrorCode::bad_record, "page"); };
  const auto no_page =
      assembly.write(assembly.resolved(unreadable), begin, [](std::string_view) -> Result<void> { return {}; });
  ASSERT_FALSE(no_page);
  EXPECT_EQ(no_page.error().code, ErrorCode::bad_record);
  const auto no_room = assembly.write(assembly.resolved([&](std::size_t) -> Result<Page> { return page; }), begin,
                                      [](std::string_view) -> Result<void> { return fail(ErrorCode::io, "full"); });
  ASSERT_FALSE(no_room);
  EXPECT_EQ(no_room.error().code, ErrorCode::io);
}

TEST(RenderPage, WritesAPageByItself) {
  const auto renderings = render_page(resolve_alone(text_page(0, 7, "Section", 14)), options_for(every_format()));
  ASSERT_EQ(renderings.size(), 12U);
  EXPECT_EQ(renderings[0].format, Format::markdown);
  EXPECT_EQ(renderings[0].representation, Representation::raw);
  EXPECT_THAT(renderings[0].bytes, testing::StartsWith("# Section\n\n"));
  EXPECT_EQ(renderings[1].representation, Representation::escaped);
  EXPECT_EQ(json::parse(renderings[1].bytes), renderings[0].bytes);
  EXPECT_EQ(json::parse(renderings[4].bytes)["pages"][0]["page"], 7);
  EXPECT_NE(renderings[5].format, Format::json) << "which is kept once";
}

}  // namespace
}  // namespace docket::engine
