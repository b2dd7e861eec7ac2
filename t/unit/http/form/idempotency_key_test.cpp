#include "http/form/idempotency_key.h"

#include <gtest/gtest.h>

#include <vector>

namespace docket::http {
namespace {

TEST(IdempotencyKey, IsQuotedOrBare) {
  EXPECT_EQ(parse_idempotency_key("\"8e03978e-40d5\"").value(), "8e03978e-40d5");
  EXPECT_EQ(parse_idempotency_key("8e03978e-40d5").value(), "8e03978e-40d5");
  EXPECT_EQ(parse_idempotency_key("  \"a b\" ").value(), "a b");
  EXPECT_EQ(parse_idempotency_key(R"("a\"b\\c")").value(), R"(a"b\c)");
  EXPECT_EQ(parse_idempotency_key(std::string(255, 'x')).value().size(), 255U);
  for (const auto& wrong : {std::string(), std::string("\"\""), std::string("  "), std::string(256, 'x'),
                            std::string("a\x01"), std::string("\xC3\xA4")}) {
    EXPECT_EQ(parse_idempotency_key(wrong).error().code, ErrorCode::bad_request) << wrong;
  }
}

TEST(IdempotencyKey, BelongsToAnOwnerAndALocation) {
  const OwnerKey here{{1}};
  const OwnerKey there{{2}};
  const auto key = idempotency_key_of("ann", here, "/jobs", "1");
  EXPECT_EQ(idempotency_key_of("ann", there, "/jobs", "1"), key) << "an owner is the same wherever it is";
  EXPECT_NE(idempotency_key_of("bob", here, "/jobs", "1"), key);
  EXPECT_NE(idempotency_key_of("ann", here, "/job", "s1"), key);
  EXPECT_NE(idempotency_key_of("", here, "ann/jobs", "1"), key);
  EXPECT_NE(idempotency_key_of("ann", here, "/jobs", "2"), key);
  EXPECT_EQ(idempotency_key_of("", here, "/jobs", "1"), idempotency_key_of("", here, "/jobs", "1"));
  EXPECT_NE(idempotency_key_of("", here, "/jobs", "1"), idempotency_key_of("", there, "/jobs", "1"));
}

TEST(IdempotencyKey, ContentIsOptionsFieldsAndFiles) {
  RawOptions options;
  std::vector<FileStatus> files(2);
  files[0].filename = "a.pdf";
  const auto digest = content_digest(options, "{}", files);
  EXPECT_EQ(content_digest(options, "{}", files), digest);
  EXPECT_NE(content_digest(options, "{\"a\":\"b\"}", files), digest);
  options[Option::pages] = "1";
  EXPECT_NE(content_digest(options, "{}", files), digest);
  options = {};
  options[Option::password] = "secret";
  EXPECT_EQ(content_digest(options, "{}", files), digest) << "what is stored must not help in guessing it";
  for (const auto option : {Option::sync, Option::wait, Option::return_, Option::raw}) {
    auto answered_otherwise = options;
    answered_otherwise[option] = "1";
    EXPECT_EQ(content_digest(answered_otherwise, "{}", files), digest) << to_string(option);
  }
  files[1].sha256[0] = 1;
  EXPECT_NE(content_digest(RawOptions{}, "{}", files), digest);
}

}  // namespace
}  // namespace docket::http
