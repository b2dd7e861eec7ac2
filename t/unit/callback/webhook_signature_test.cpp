#include "callback/webhook_signature.h"

#include <gtest/gtest.h>

#include "callback/webhook_secrets.h"

namespace docket {
namespace {

TEST(WebhookSignature, IsThatOfTheSpecification) {
  // The example of Standard Webhooks' own libraries.
  const auto secrets = parse_webhook_secrets(known_secret).value();
  EXPECT_EQ(webhook_signature(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, EverySecretSigns) {
  const auto both = parse_webhook_secrets(std::string(known_secret) + "\n" + other_secret + "\n").value();
  ASSERT_EQ(both.size(), 2U);
  const auto one = webhook_signature({both[0]}, "id", 1, "body");
  const auto two = webhook_signature({both[1]}, "id", 1, "body");
  EXPECT_NE(one, two);
  EXPECT_EQ(webhook_signature(both, "id", 1, "body"), one + " " + two);
}

TEST(WebhookSignature, FilesOfSecrets) {
  EXPECT_EQ(parse_webhook_secrets(std::string("# ours\n\n  ") + known_secret + " \r\n").value().size(), 1U);
  const std::vector<std::string> wrong{"",
                                       "\n# nothing\n",
                                       "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                       "whsec_",
                                       "whsec_c2hvcnQ=",                         // 5 bytes
                                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  // cut short
                                       "whsec_MfKQ9r8G=YqrTwjUPD8ILPZIo2LaLaSw",
                                       "whsec_MfKQ9r8-KYqrTwjUPD8ILPZIo2LaLaSw",
                                       "whsec_" + std::string(100, 'A')};
  for (const auto& text : wrong) {
    const auto parsed = parse_webhook_secrets(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().detail.find("whsec_M"), std::string::npos) << "secrets are not repeated";
  }
  EXPECT_NE(parse_webhook_secrets(std::string(known_secret) + "\nx").error().detail.find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace docket
