// What an upload with dry_run is answered.
#include "http/body/estimate_body.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket::http {
namespace {

using nlohmann::json;

json estimate(std::span<const EstimatedFile> files, const PageSet& chosen = {}, double seconds = 0) {
  std::string out;
  append_estimate(out, files, chosen, seconds);
  return json::parse(out);
}

TEST(EstimateBody, HasThePagesOfEachFile) {
  const std::vector<PageRange> scanned{{2, 3}, {5, 5}};
  const std::vector<EstimatedFile> files{
      {.filename = "a\".pdf", .type = MediaType::pdf, .size = 7, .total_pages = 5, .scanned = scanned},
      {.filename = "b.pdf", .type = MediaType::pdf, .error = ErrorCode::corrupt, .error_detail = "no end"}};
  const auto body = estimate(files, {}, 12.31);
  EXPECT_EQ(body["files"][0]["filename"], "a\".pdf");
  EXPECT_EQ(body["files"][0]["scanned_pages"], 3);
  std::string kinds;
  for (const auto& page : body["files"][0]["pages"]) {
    kinds += page["kind"].get<std::string>()[0];
  }
  EXPECT_EQ(kinds, "tssts");
  EXPECT_EQ(body["files"][1]["error"], (json{{"code", "corrupt"}, {"detail", "no end"}}));
  EXPECT_EQ(body["files"][1]["pages"], json::array());
  EXPECT_EQ(body["total_pages"], 5);
  EXPECT_EQ(body["scanned_pages"], 3);
  EXPECT_EQ(body["seconds_expected"], 12.4) << "rounded up";
}

TEST(EstimateBody, NumbersPagesAsTheDocumentDoes) {
  const std::vector<EstimatedFile> files{{.filename = "a.pdf", .type = MediaType::pdf, .total_pages = 3}};
  const auto pages = estimate(files, *PageSet::parse("4-5,9"))["files"][0]["pages"];
  EXPECT_EQ(pages[0]["page"], 4);
  EXPECT_EQ(pages[2]["page"], 9);
}

TEST(EstimateBody, SeparatesFilesOfWhichTheFirstHasNoPages) {
  const std::vector<EstimatedFile> files(3);
  EXPECT_EQ(estimate(files)["files"].size(), 3U);
}

}  // namespace
}  // namespace docket::http
