#include "http/body/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/body/status_example.h"

namespace docket::http {
namespace {

using namespace test;
using nlohmann::json;

TEST(Problems, AreAsDocumented) {
  std::string out;
  append_problem(out, Error{ErrorCode::too_many_files, "More than 32 files (docket_max_files)."});
  EXPECT_EQ(out,
            R"({"type":"about:blank","title":"Content Too Large","detail":"More than 32 files (docket_max_files).",)"
            R"("code":"too_many_files"})");
  out.clear();
  append_problem(out, 414, "bad_request", "\"long\"");
  EXPECT_EQ(out, R"({"type":"about:blank","title":"URI Too Long","detail":"\"long\"","code":"bad_request"})");
}

TEST(Problems, KeepTheHousesOwnToItself) {
  for (const auto code : {ErrorCode::io, ErrorCode::lease_lost, ErrorCode::engine_lost, ErrorCode::bad_record,
                          ErrorCode::illegal_change, ErrorCode::none}) {
    std::string out;
    append_problem(out, Error{code, "open /secret/path: no"});
    EXPECT_EQ(json::parse(out)["code"], "internal");
    EXPECT_EQ(out.find("secret"), std::string::npos);
    EXPECT_EQ(http_status(code), 500U);
  }
}

TEST(Problems, OfAJobTellWhichAndWhy) {
  Status status = processing();
  status.head.state = State::failed;
  status.head.error = ErrorCode::unsupported_type;  // a 415 as a request's, not as a job's
  status.detail = "No reader.";
  const auto out = with_view(status, [](const StatusView& view) {
    std::string text;
    append_job_problem(text, id, view);
    return text;
  });
  EXPECT_EQ(out,
            R"({"type":"about:blank","title":"Unprocessable Content","detail":"No reader.","code":"unsupported_type",)"
            R"("job_id":"0192d3a4-5b6c-7d8e-9f01-23456789abcd","job_status":"failed","error_message":"No reader."})");
}

TEST(Problems, HaveTheDocumentedStatus) {
  const std::vector<std::pair<unsigned, std::vector<ErrorCode>>> table{
      {400,
       {ErrorCode::bad_multipart, ErrorCode::bad_option, ErrorCode::no_file, ErrorCode::empty_file,
        ErrorCode::bad_request, ErrorCode::bad_settings}},
      {401, {ErrorCode::unauthorized}},
      {403, {ErrorCode::forbidden_option, ErrorCode::cross_origin, ErrorCode::forbidden}},
      {404, {ErrorCode::not_found}},
      {405, {ErrorCode::method_not_allowed}},
      {406, {ErrorCode::not_acceptable}},
      {409, {ErrorCode::key_in_use}},
      {413, {ErrorCode::too_large, ErrorCode::too_many_files, ErrorCode::too_many_fields}},
      {415, {ErrorCode::unsupported_type}},
      {422,
       {ErrorCode::key_reused, ErrorCode::encrypted, ErrorCode::cancelled, ErrorCode::crashed, ErrorCode::timeout}},
      {412, {ErrorCode::precondition_failed}},
      {428, {ErrorCode::precondition_required}},
      {503, {ErrorCode::queue_full, ErrorCode::store_unavailable}},
      {507, {ErrorCode::store_full}},
  };
  for (const auto& [status, codes] : table) {
    for (const auto code : codes) {
      EXPECT_EQ(http_status(code), status) << to_string(code);
      EXPECT_EQ(title(code), status_phrase(status));
      EXPECT_NE(title(code), "Error");
      EXPECT_EQ(public_code(code), to_string(code));
    }
  }
}

}  // namespace
}  // namespace docket::http
