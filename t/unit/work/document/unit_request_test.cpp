#include <gtest/gtest.h>

#include "work/document/unit_run.h"

namespace docket {
namespace {

ClaimedUnit probe(std::size_t files, std::uint32_t attempt = 1) {
  ClaimedUnit claimed;
  claimed.unit.job = *JobId::parse("0192ab34-0000-7000-8000-000000000001");
  claimed.unit.attempt = attempt;
  for (std::size_t i = 0; i < files; ++i) {
    FileStatus file;
    file.filename = std::to_string(i) + ".pdf";
    file.type = i == 1 ? MediaType::png : MediaType::pdf;
    claimed.status.files.push_back(file);
  }
  claimed.record.document().options.languages = "deu";
  claimed.record.limits.max_pages = 7;
  return claimed;
}

TEST(UnitRequest, ProbeOfTheOnlyFileMayFinish) {
  const auto request = request_for(probe(1));
  EXPECT_TRUE(request.may_finish);
  EXPECT_FALSE(request.may_do_pages);
  EXPECT_EQ(request.options.languages, "deu");
  EXPECT_EQ(request.limits.max_pages, 7U);
  EXPECT_EQ(request.type, MediaType::pdf);
}

TEST(UnitRequest, ProbeOfOneAmongOthersMayDoItsPages) {
  auto claimed = probe(3);
  claimed.unit.file = 1;
  const auto request = request_for(claimed);
  EXPECT_FALSE(request.may_finish);
  EXPECT_TRUE(request.may_do_pages);
  EXPECT_EQ(request.file, 1);
  EXPECT_EQ(request.type, MediaType::png);
  EXPECT_EQ(request.filenames, (std::vector<std::string>{"0.pdf", "1.pdf", "2.pdf"}));
}

TEST(UnitRequest, SecondTryOnlyDivides) {
  for (const std::size_t files : {1, 3}) {
    const auto request = request_for(probe(files, 2));
    EXPECT_FALSE(request.may_finish);
    EXPECT_FALSE(request.may_do_pages);
  }
}

TEST(UnitRequest, RangeHasItsPagesAndFinishesNothing) {
  auto claimed = probe(1);
  claimed.unit.kind = UnitKind::range;
  claimed.unit.first_page = 3;
  claimed.unit.last_page = 5;
  const auto request = request_for(claimed);
  EXPECT_FALSE(request.may_finish);
  EXPECT_EQ(request.first_page, 3U);
  EXPECT_EQ(request.last_page, 5U);
  EXPECT_TRUE(request.index.empty());
}

TEST(UnitRequest, AssembleKnowsWhereThePagesAre) {
  auto claimed = probe(1);
  claimed.unit.kind = UnitKind::assemble;
  PageRecord done;
  done.page = 1;
  done.outputs.output_file.pages = true;
  done.outputs.sections = {{Format::text, Representation::raw, 50, 5}, {std::nullopt, Representation::raw, 10, 40}};
  PageRecord given_up;
  given_up.page = 2;
  given_up.error = ErrorCode::crashed;
  // In another unit's output there is no model that could be read: it counts as given up.
  PageRecord elsewhere = done;
  elsewhere.page = 3;
  elsewhere.outputs.output_file = {.pages = false, .seq = 4, .attempt = 1};
  claimed.pages = {done, given_up, elsewhere};
  const auto request = request_for(claimed);
  EXPECT_EQ(request.index, (std::vector<wire::PageIndex>{{.file = 0, .page = 1, .offset = 10, .length = 40},
                                                         {.file = 0, .page = 2, .offset = 0, .length = 0},
                                                         {.file = 0, .page = 3, .offset = 0, .length = 0}}));
}

}  // namespace
}  // namespace docket
