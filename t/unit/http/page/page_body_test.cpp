#include "http/page/page_body.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "document/media_type.h"

namespace docket::http {
namespace {

using Json = nlohmann::json;

Json told(const PageFacts& facts) {
  std::string text;
  append_page_facts(text, facts);
  return Json::parse(text);
}

TEST(PageBody, SaysWhatALocationTakes) {
  PageUpload upload;
  upload.url = "./jobs";
  upload.options.add(Option::formats).add(Option::password);
  upload.formats = default_formats();
  upload.languages = "deu+eng";
  upload.ocr = OcrMode::off;
  upload.types = (1U << static_cast<unsigned>(MediaType::pdf)) | (1U << static_cast<unsigned>(MediaType::jp2));
  upload.max_size = 5'000'000'000;
  upload.max_files = 3;
  upload.access = PageAccess::token;
  PageFacts facts;
  facts.uploads.push_back(upload);
  const auto said = told(facts)["uploads"][0];
  EXPECT_EQ(said["url"], "./jobs");
  EXPECT_EQ(said["kind"], "documents");
  EXPECT_EQ(said["access"], "token");
  EXPECT_EQ(said["options"], (Json{"formats", "password"}));
  EXPECT_EQ(said["formats"], (Json{"markdown", "text", "json"}));
  EXPECT_EQ(said["languages"], "deu+eng");
  EXPECT_EQ(said["ocr"], "off");
  EXPECT_EQ(said["types"], (Json{"pdf", "jp2"}));
  EXPECT_EQ(said["max_size"], 5'000'000'000);
  EXPECT_EQ(said["max_files"], 3);
  EXPECT_EQ(said["refusals"]["unsupported_type"],
            "The file \"{name}\" is of no type that is taken here (pdf, jp2; docket_types sets them). The first bytes "
            "tell, not the name.");
  EXPECT_EQ(said["refusals"]["too_many_files"], "More than 3 files; docket_max_files sets the limit.");
  EXPECT_EQ(said["refusals"]["empty_file"], "The file \"{name}\" is empty.");
  EXPECT_EQ(said["refusals"]["too_large"], "The body is larger than client_max_body_size allows.");
}

TEST(PageBody, ACommandTakesAnyType) {
  PageUpload upload;
  upload.is_command = true;
  upload.types = ~0U;
  PageFacts facts;
  facts.uploads.push_back(upload);
  const auto said = told(facts)["uploads"][0];
  EXPECT_EQ(said["kind"], "command");
  EXPECT_TRUE(said["types"].is_null());
  EXPECT_EQ(said["access"], "nobody");
  EXPECT_EQ(said["options"], Json::array());
}

TEST(PageBody, SaysWhereThingsAre) {
  PageFacts facts;
  facts.title = "A \"title\" </script>";
  facts.languages = {"deu", "eng"};
  facts.result = "./result/";
  facts.tasks = "../tasks";
  facts.comment_seconds = 15;
  const auto said = told(facts);
  EXPECT_EQ(said["title"], "A \"title\" </script>");
  EXPECT_EQ(said["languages"], (Json{"deu", "eng"}));
  EXPECT_EQ(said["result"], "./result/");
  EXPECT_EQ(said["tasks"], "../tasks");
  EXPECT_TRUE(said["events"].is_null());
  EXPECT_TRUE(said["settings"].is_null());
  EXPECT_EQ(said["comment_seconds"], 15);
  EXPECT_EQ(said["formats"].size(), all_formats.size());
  EXPECT_EQ(said["uploads"], Json::array());
}

}  // namespace
}  // namespace docket::http
