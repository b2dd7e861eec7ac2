#include "http/field/tokens.h"

#include <gmock/gmock.h>

namespace docket::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// sha256sum of "secret", "other" and "third".
constexpr std::string_view secret_sum = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
constexpr std::string_view other_sum = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";

std::string line(std::string_view name, std::string_view sum, std::string_view scopes = "") {
  return std::string(name) + ":" + std::string(sum) + std::string(scopes) + "\n";
}

TEST(TokenList, FindsWhoseTokenItIs) {
  const auto list = TokenList::parse("# who may ask\n\n" + line("alice", secret_sum) + "  \r\n" +
                                     line(" bob the second ", other_sum, ": admin ,"));
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_EQ(list->size(), 2U);
  const auto* alice = list->find("secret");
  ASSERT_NE(alice, nullptr);
  EXPECT_EQ(alice->name, "alice");
  EXPECT_FALSE(alice->may(Scope::admin));
  const auto* bob = list->find("other");
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->name, "bob the second");
  EXPECT_TRUE(bob->may(Scope::admin));
  EXPECT_EQ(list->find("Secret"), nullptr);
  EXPECT_EQ(list->find(""), nullptr);
  EXPECT_EQ(list->find(secret_sum), nullptr);
}

TEST(TokenList, TakesANameTwiceAndDigitsOfAnyCase) {
  std::string upper(other_sum);
  for (auto& c : upper) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  const auto list = TokenList::parse(line("alice", secret_sum) + "alice:" + upper);  // no newline at the end
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_EQ(list->find("secret")->name, list->find("other")->name);
}

TEST(TokenList, AnEmptyFileKnowsNobody) {
  const auto list = TokenList::parse("");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->find("secret"), nullptr);
}

TEST(TokenList, NamesTheLineThatIsWrong) {
  const std::string good = line("alice", secret_sum);
  const std::pair<std::string, std::string_view> wrong[] = {
      {"alice", "name:sha256"},
      {"alice:secret", "64 hexadecimal"},
      {line("alice", std::string(secret_sum) + "0"), "64 hexadecimal"},
      {line("", other_sum), "name"},
      {line("a\tb", other_sum), "name"},
      {line(std::string(256, 'a'), other_sum), "name"},
      {line("\xFF", other_sum), "name"},
      {line("bob", other_sum, ":root"), "scope"},
      {line("bob", other_sum, ":admin,metrics"), "scope"},
      {line("bob", secret_sum), "already"},
  };
  for (const auto& [text, words] : wrong) {
    const auto list = TokenList::parse(good + "\n" + text);
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().code, ErrorCode::bad_option);
    EXPECT_THAT(list.error().detail, StartsWith("line 3: "));
    EXPECT_THAT(list.error().detail, HasSubstr(std::string(words)));
  }
}

TEST(ShownToken, IsWhatTheSchemesSay) {
  EXPECT_EQ(shown_token("Bearer abc", ""), "abc");
  EXPECT_EQ(shown_token("bearer   abc ", ""), "abc");
  EXPECT_EQ(shown_token("Token abc", ""), "abc");
  EXPECT_EQ(shown_token("", " abc "), "abc");
  EXPECT_EQ(shown_token("Bearer abc", "def"), "abc");
  EXPECT_EQ(shown_token("Basic YTpi", "def"), "def");
  EXPECT_EQ(shown_token("Basic YTpi", ""), std::nullopt);
  EXPECT_EQ(shown_token("Bearerabc", ""), std::nullopt);
  EXPECT_EQ(shown_token("", ""), std::nullopt);
}

TEST(ShownToken, RefusesWhatIsNoToken) {
  const std::pair<std::string, std::string> wrong[] = {
      {"Bearer", ""},          {"Bearer ", ""}, {"Bearer a b", ""}, {"Bearer a\x01", ""},
      {"Bearer \xC3\xA4", ""}, {"", " "},       {"", "a b"},        {"Bearer " + std::string(max_token + 1, 'a'), ""},
  };
  for (const auto& [authorization, key] : wrong) {
    const auto token = shown_token(authorization, key);
    ASSERT_FALSE(token) << authorization << key;
    EXPECT_EQ(token.error().code, ErrorCode::unauthorized);
  }
  EXPECT_TRUE(shown_token("Bearer " + std::string(max_token, 'a'), ""));
}

}  // namespace
}  // namespace docket::http
