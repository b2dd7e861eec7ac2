#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ReadOptions without_ocr = with(&ReadOptions::ocr, OcrMode::off);

/// A document of three pages, which are objects 5, 8 and 11 as PdfMaker numbers them: see page_object().
PdfMaker three_pages() {
  PdfMaker maker;
  for (int page = 1; page <= 3; ++page) {
    maker.add_page("BT /F1 12 Tf 72 700 Td (page " + std::to_string(page) + ") Tj ET", helvetica);
  }
  return maker;
}

/// "title depth", of neighbours with a question mark, page by page.
std::vector<std::vector<std::string>> outlines(const std::string& bytes) {
  const auto pages = read_all(bytes, MediaType::pdf, without_ocr);
  std::vector<std::vector<std::string>> found;
  for (const auto& page : pages.value()) {
    found.emplace_back();
    for (const auto& item : page.value().outline) {
      found.back().push_back(item.title + " " + std::to_string(item.depth) + (item.is_here ? "" : "?"));
    }
  }
  return found;
}

std::string reference(int object) {
  return std::to_string(object) + " 0 R";
}

TEST(PdfOutline, ItemsAreTakenToTheirPages) {
  auto maker = three_pages();
  const int root = maker.reserve();
  const int first = maker.reserve();
  const int kid = maker.reserve();
  const int second = maker.reserve();
  maker.define(root, "<< /First " + reference(first) + " /Last " + reference(second) + " >>");
  maker.define(first,
               "<< /Title (One) /Dest [0 /Fit] /First " + reference(kid) + " /Next " + reference(second) + " >>");
  maker.define(kid, "<< /Title <FEFF00DC0062006500720020D835DC00> /A << /S /GoTo /D [2 /XYZ 0 0 0] >> >>");
  maker.define(second, "<< /Title (Two) /Dest (named) >>");
  maker.add_to_catalogue("/Outlines " + reference(root) + " /Names << /Dests << /Kids [" +
                         reference(maker.add("<< /Limits [(a) (b)] /Names [(a) 0] >>")) + " " +
                         reference(maker.add("<< /Limits [(n) (o)] /Names [(named) << /D [2 /Fit] >>] >>")) +
                         "] >> >>");
  EXPECT_THAT(outlines(maker.finish()), ElementsAre(ElementsAre("One 0"), ElementsAre("One 0?", "Über 𝐀 1?", "Two 0?"),
                                                    ElementsAre("Über 𝐀 1", "Two 0")));
}

TEST(PdfOutline, PagesAreFoundByTheirObjects) {
  PdfMaker maker;
  const int contents = maker.add_stream("BT /F1 12 Tf 72 700 Td (text) Tj ET");
  const int page = maker.reserve();
  const int pages = maker.add("<< /Type /Pages /Count 1 /Kids [" + reference(page) + "] >>");
  maker.define(page, "<< /Type /Page /Parent " + reference(pages) + " /MediaBox [0 0 612 792] /Contents " +
                         reference(contents) + " " + helvetica + " >>");
  const int item = maker.add("<< /Title (Here) /Dest /old >>");
  maker.add_to_catalogue("/Pages " + reference(pages) + " /Dests << /old [" + reference(page) +
                         " /XYZ 0 700 0] >> /Outlines << /First " + reference(item) + " >>");
  EXPECT_THAT(outlines(maker.finish()), ElementsAre(ElementsAre("Here 0")));
}

TEST(PdfOutline, ItemsThatLeadNowhereAreToldToAll) {
  auto maker = three_pages();
  const int item = maker.add("<< /Title (Lost) /Dest (unknown) >>");
  maker.add_to_catalogue("/Outlines << /First " + reference(item) + " >>");
  EXPECT_THAT(outlines(maker.finish()), testing::Each(ElementsAre("Lost 0?")));
}

TEST(PdfOutline, CirclesEnd) {
  auto maker = three_pages();
  const int one = maker.reserve();
  const int two = maker.reserve();
  maker.define(one, "<< /Title (One) /Dest [0 /Fit] /First " + reference(two) + " /Next " + reference(one) + " >>");
  maker.define(two, "<< /Title (Two) /Dest [0 /Fit] /First " + reference(one) + " /Next " + reference(two) + " >>");
  const int names = maker.reserve();
  maker.define(names, "<< /Kids [" + reference(names) + " " + reference(names) + "] >>");
  maker.add_to_catalogue("/Outlines << /First " + reference(one) + " >> /Names << /Dests " + reference(names) + " >>");
  EXPECT_THAT(outlines(maker.finish()).front(), ElementsAre("One 0", "Two 1"));
}

TEST(PdfOutline, WhatIsNoOutlineIsNone) {
  for (const auto* entry :
       {"/Outlines 17", "/Outlines << /First 99 0 R >>", "/Outlines << /First (x) >>", "/Outlines [1 2 3]"}) {
    auto maker = three_pages();
    maker.add_to_catalogue(entry);
    EXPECT_THAT(outlines(maker.finish()), testing::Each(IsEmpty())) << entry;
  }
}

TEST(PdfOutline, IsReadAsFarAsItMakesSense) {
  auto maker = three_pages();

  const int first = maker.reserve();
  maker.define(first, "null");
  // As deep as long: each item has the next one as its kid.
  std::vector<int> chain{first};
  for (int i = 0; i < 500; ++i) {
    chain.push_back(maker.reserve());
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    maker.define(chain[i], "<< /Title (Deep) /Dest [1 /Fit] " +
                               (i + 1 < chain.size() ? "/First " + reference(chain[i + 1]) : std::string()) + " >>");
  }
  // And wide.
  std::vector<int> row;
  for (int i = 0; i < 7000; ++i) {
    row.push_back(maker.reserve());
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    maker.define(row[i], "<< /Title (Wide) /Dest [2 /Fit] " +
                             (i == 0 ? "/First " + reference(chain[1]) : std::string()) +
                             (i + 1 < row.size() ? " /Next " + reference(row[i + 1]) : std::string()) + " >>");
  }
  const int root = maker.add("<< /First " + reference(row[0]) + " >>");
  maker.add_to_catalogue("/Outlines " + reference(root));
  const auto found = outlines(maker.finish());
  const auto own = [](const std::vector<std::string>& items) {
    return std::count_if(items.begin(), items.end(), [](const std::string& item) { return item.back() != '?'; });
  };
  EXPECT_EQ(own(found[1]), 31);
  EXPECT_GT(own(found[2]), 1000);
  EXPECT_LE(own(found[2]), 5000);
}

TEST(PdfOutline, AbsurdTitlesAreLeftOut) {
  auto maker = three_pages();
  const int item = maker.add("<< /Title (" + std::string(100'000, 'x') + ") /Dest [0 /Fit] >>");
  maker.add_to_catalogue("/Outlines << /First " + reference(item) + " >>");
  EXPECT_THAT(outlines(maker.finish()).front(), ElementsAre(" 0"));
}

}  // namespace
}  // namespace docket::engine::readers_test
