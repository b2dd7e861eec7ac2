#include "http/field/cors.h"

#include <gmock/gmock.h>

namespace docket::http {
namespace {

using ::testing::HasSubstr;

const CorsPolicy listed{.any = false, .origins = {"https://app.example", "http://localhost:3000"}};
const CorsPolicy everybody{.any = true, .origins = {}};

ErrorCode code_of(const Result<void>& result) {
  return result ? ErrorCode::none : result.error().code;
}

TEST(Origin, IsAsBrowsersWriteIt) {
  for (const auto* good : {"https://app.example", "http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:8080",
                           "chrome-extension://abcdef", "https://xn--bcher-kva.example"}) {
    EXPECT_TRUE(is_origin(good)) << good;
  }
  for (const auto* bad : {"", "*", "null", "app.example", "://app.example", "https://", "https://app.example/",
                          "https://App.example", "HTTPS://app.example", "https://app.example:443", "http://a:80",
                          "https://app.example, https://b.example", "https://user@app.example"}) {
    EXPECT_FALSE(is_origin(bad)) << bad;
  }
}

TEST(CheckOrigin, LetsProgramsAndOwnPagesIn) {
  for (const auto* policy : {static_cast<const CorsPolicy*>(nullptr), &listed, &everybody}) {
    EXPECT_TRUE(check_origin({}, policy)) << "curl";
    EXPECT_TRUE(check_origin({.origin = "https://docs.example", .host = "docs.example"}, policy));
    EXPECT_TRUE(check_origin({.origin = "https://docs.example", .host = "docs.example:443"}, policy));
    EXPECT_TRUE(check_origin({.origin = "http://docs.example", .host = "DOCS.example:80"}, policy));
    EXPECT_TRUE(check_origin({.origin = "http://docs.example:8000", .host = "docs.example:8000"}, policy));
    EXPECT_TRUE(check_origin(
        {.origin = "https://docs.example", .sec_fetch_site = "same-origin", .host = "behind-a-proxy:8000"}, policy));
    EXPECT_TRUE(check_origin({.sec_fetch_site = "none"}, policy));
    EXPECT_TRUE(check_origin({.sec_fetch_site = "same-site"}, policy));
  }
}

TEST(CheckOrigin, RefusesPagesOfOthers) {
  for (const auto* policy : {static_cast<const CorsPolicy*>(nullptr), &listed}) {
    for (const auto* origin : {"https://evil.example", "null", "https://docs.example:444", "http://docs.example.evil",
                               "https://app.example.evil", "docs.example"}) {
      const auto done = check_origin({.origin = origin, .host = "docs.example"}, policy);
      EXPECT_EQ(code_of(done), ErrorCode::cross_origin) << origin;
      EXPECT_THAT(done.error().detail, HasSubstr(origin));
      EXPECT_THAT(done.error().detail, HasSubstr("docket_cors"));
    }
  }
  EXPECT_EQ(code_of(check_origin({.sec_fetch_site = "cross-site", .host = "docs.example"}, &everybody)),
            ErrorCode::cross_origin);
  EXPECT_EQ(code_of(check_origin({.origin = "https://evil.example"}, nullptr)), ErrorCode::cross_origin) << "no Host";
}

TEST(CheckOrigin, LetsListedPagesIn) {
  const OriginFacts app{.origin = "https://app.example", .sec_fetch_site = "cross-site", .host = "docs.example"};
  EXPECT_TRUE(check_origin(app, &listed));
  EXPECT_TRUE(check_origin(app, &everybody));
  EXPECT_EQ(code_of(check_origin(app, nullptr)), ErrorCode::cross_origin);
  EXPECT_TRUE(check_origin({.origin = "null", .host = "docs.example"}, &everybody));
}

TEST(CheckOrigin, EverybodyMeansNobodysSession) {
  OriginFacts app{
      .origin = "https://app.example", .sec_fetch_site = "cross-site", .host = "docs.example", .has_cookie = true};
  EXPECT_EQ(code_of(check_origin(app, &everybody)), ErrorCode::cross_origin);
  EXPECT_TRUE(check_origin(app, &listed));
}

TEST(CorsAnswer, NamesTheOriginOrAll) {
  EXPECT_EQ(cors_answer("", listed), std::nullopt);
  EXPECT_EQ(cors_answer("https://evil.example", listed), std::nullopt);
  const auto app = cors_answer("https://app.example", listed);
  ASSERT_TRUE(app);
  EXPECT_EQ(app->allow_origin, "https://app.example");
  EXPECT_TRUE(app->credentials);
  const auto any = cors_answer("https://evil.example", everybody);
  ASSERT_TRUE(any);
  EXPECT_EQ(any->allow_origin, "*");
  EXPECT_FALSE(any->credentials);
}

}  // namespace
}  // namespace docket::http
