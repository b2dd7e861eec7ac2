#include "http/form/submit_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docket::http {
namespace {

using testing::HasSubstr;

class SubmitOptions : public testing::Test {
 protected:
  SubmitOptions() {
    policy_.languages = languages_;
    options_.languages = "eng";
    options_.formats.add(Format::markdown);
  }

  /// Sets one option and applies.
  Result<void> apply(Option option, std::string value) {
    RawOptions raw;
    raw[option] = std::move(value);
    return apply_options(raw, policy_, options_);
  }

  void expect(const Result<void>& done, ErrorCode code, const std::string& piece) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, code) << done.error().detail;
    EXPECT_THAT(done.error().detail, HasSubstr(piece));
    EXPECT_EQ(options_, before_);
  }

  void SetUp() override { before_ = options_; }

  std::vector<std::string> languages_{"eng", "deu", "chi_sim", "script/Latin"};
  OptionPolicy policy_;
  Options options_;
  Options before_;
};

TEST_F(SubmitOptions, NothingGivenChangesNothing) {
  ASSERT_TRUE(apply_options({}, policy_, options_));
  EXPECT_EQ(options_, before_);
}

TEST_F(SubmitOptions, Formats) {
  FormatSet both;
  both.add(Format::text);
  both.add(Format::json);
  for (const auto* value : {"text,json", "json text", " json , text,", "text+json", "text,text,json"}) {
    options_ = before_;
    ASSERT_TRUE(apply(Option::formats, value)) << value;
    EXPECT_EQ(options_.formats, both) << value;
  }
  options_ = before_;
  expect(apply(Option::formats, "text,docx"), ErrorCode::bad_option, "\"docx\"; there are markdown, text, json");
  expect(apply(Option::formats, ","), ErrorCode::bad_option, "formats");
  policy_.formats = FormatSet{};
  policy_.formats.add(Format::markdown);
  expect(apply(Option::formats, "json"), ErrorCode::bad_option, "there are markdown.");
}

TEST_F(SubmitOptions, Languages) {
  ASSERT_TRUE(apply(Option::languages, "deu, eng,deu chi_sim+script/Latin"));
  EXPECT_EQ(options_.languages, "deu+eng+chi_sim+script/Latin");
  options_ = before_;
  expect(apply(Option::languages, "eng+fra"), ErrorCode::bad_option, "\"fra\"; there are eng, deu");
  expect(apply(Option::languages, "ENG"), ErrorCode::bad_option, "ENG");
  expect(apply(Option::languages, "../eng"), ErrorCode::bad_option, "../eng");
  expect(apply(Option::languages, "+"), ErrorCode::bad_option, "languages");
}

TEST_F(SubmitOptions, Ocr) {
  ASSERT_TRUE(apply(Option::ocr, "Force"));
  EXPECT_EQ(options_.ocr, OcrMode::force);
  ASSERT_TRUE(apply(Option::ocr, "off"));
  EXPECT_EQ(options_.ocr, OcrMode::off);
  ASSERT_TRUE(apply(Option::ocr, "auto"));
  EXPECT_EQ(options_.ocr, OcrMode::automatic);
  expect(apply(Option::ocr, "maybe"), ErrorCode::bad_option, "auto, force or off");
}

TEST_F(SubmitOptions, Pages) {
  ASSERT_TRUE(apply(Option::pages, "7,1-3"));
  EXPECT_EQ(options_.pages.text(), "1-3,7");
  options_ = before_;
  expect(apply(Option::pages, "3-1"), ErrorCode::bad_option, "pages is \"3-1\"; it has to be page numbers");
}

TEST_F(SubmitOptions, PageSeparatorWhereItIsAllowed) {
  expect(apply(Option::page_separator, "\n---\n"), ErrorCode::forbidden_option, "page_separator");
  policy_.allowed.add(Option::page_separator);
  ASSERT_TRUE(apply(Option::page_separator, "\n---\n"));
  EXPECT_EQ(options_.page_separator, "\n---\n");
  options_ = before_;
  expect(apply(Option::page_separator, std::string(max_page_separator + 1, '-')), ErrorCode::bad_option, "1024");
  expect(apply(Option::page_separator, "\xFF"), ErrorCode::bad_option, "UTF-8");
}

TEST_F(SubmitOptions, WhatTheLocationDoesNotAllowIsForbidden) {
  policy_.allowed = {};
  for (const auto option :
       {Option::formats, Option::languages, Option::ocr, Option::pages, Option::password, Option::priority}) {
    expect(apply(option, "x"), ErrorCode::forbidden_option, std::string(to_string(option)));
  }
}

TEST_F(SubmitOptions, CallbacksAreADirectivesOfTheirOwn) {
  expect(apply(Option::callback_url, "http://a/"), ErrorCode::forbidden_option, "docket_callback_from_client");
  policy_.allowed.add(Option::callback_url);
  EXPECT_TRUE(apply(Option::callback_url, "http://a/"));
}

TEST_F(SubmitOptions, WaitingIsAlwaysAllowed) {
  policy_.allowed = {};
  EXPECT_TRUE(apply(Option::sync, "true"));
  EXPECT_TRUE(apply(Option::wait, "5"));
  EXPECT_TRUE(apply(Option::return_, "text"));
}

TEST_F(SubmitOptions, AllOrNothing) {
  RawOptions raw;
  raw[Option::formats] = "text";
  raw[Option::ocr] = "maybe";
  expect(apply_options(raw, policy_, options_), ErrorCode::bad_option, "ocr");
}

TEST(Expiry, IsATimeWithinTheLocations) {
  const auto expiry = [](const std::string& value, std::uint64_t of_location_ms) {
    RawOptions raw;
    raw[Option::expire] = value;
    const auto result = expiry_of(raw, of_location_ms);
    return result ? std::to_string(*result) : std::string(to_string(result.error().code)) + result.error().detail;
  };
  EXPECT_EQ(expiry("", 7000), "7000");
  EXPECT_EQ(expiry("", 0), "0");
  EXPECT_EQ(expiry("7", 7000), "7000");
  EXPECT_EQ(expiry("90s", 0), "90000");
  EXPECT_EQ(expiry("2m", 0), "120000");
  EXPECT_EQ(expiry("12h", 0), "43200000");
  EXPECT_EQ(expiry("7d", 0), "604800000");
  EXPECT_EQ(expiry("1w", 0), "604800000");
  EXPECT_THAT(expiry("8", 7000), HasSubstr("7 s at most, which docket_expire sets"));
  for (const auto* wrong : {"0", "-1", "s", "1y", "1.5h", "1 d", "soon", "99999999999999999999", "101000w"}) {
    EXPECT_THAT(expiry(wrong, 0), HasSubstr("bad_option")) << wrong;
  }
}

TEST(Priority, IsADigit) {
  RawOptions raw;
  EXPECT_EQ(priority_of(raw, 5), 5);
  for (const auto* wrong : {"10", "-1", "high", "٣", "1 "}) {
    raw[Option::priority] = wrong;
    EXPECT_EQ(priority_of(raw, 5).error().code, ErrorCode::bad_option) << wrong;
  }
  raw[Option::priority] = "0";
  EXPECT_EQ(priority_of(raw, 5), 0);
  raw[Option::priority] = "9";
  EXPECT_EQ(priority_of(raw, 5), 9);
}

TEST(Password, AnErrorRepeatsNone) {
  RawOptions raw;
  EXPECT_TRUE(check_password(raw));
  raw[Option::password] = std::string(max_password, 'p');
  EXPECT_TRUE(check_password(raw));
  for (const auto& wrong : {std::string(max_password + 1, 'p'), std::string("ppp\0", 4)}) {
    raw[Option::password] = wrong;
    const auto done = check_password(raw);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::bad_option);
    EXPECT_EQ(done.error().detail.find("ppp"), std::string::npos);
  }
  EXPECT_EQ(add_option(raw, Option::password, "other").error().detail.find("other"), std::string::npos);
}

TEST(OptionsOfQuery, AreRead) {
  const auto raw = options_of_query(Query("formats=text&token=x&languages=deu%2Beng&formats=json&ocr=&password="));
  ASSERT_TRUE(raw);
  EXPECT_EQ((*raw)[Option::formats], "text,json");
  EXPECT_EQ((*raw)[Option::languages], "deu+eng");
  EXPECT_EQ((*raw)[Option::ocr], "");
  EXPECT_EQ(options_of_query(Query("ocr=auto&ocr=off")).error().code, ErrorCode::bad_option);
}

TEST(OptionsOfQuery, NeverAPassword) {
  const auto raw = options_of_query(Query("password=s3cret"));
  ASSERT_FALSE(raw);
  EXPECT_EQ(raw.error().code, ErrorCode::forbidden_option);
  EXPECT_EQ(raw.error().detail.find("s3cret"), std::string::npos);
}

TEST(MergeOptions, TheFormComesFirst) {
  RawOptions form;
  form[Option::formats] = "text";
  RawOptions query;
  query[Option::formats] = "json";
  query[Option::pages] = "2";
  const auto merged = merge_options(form, query);
  EXPECT_EQ(merged[Option::formats], "text");
  EXPECT_EQ(merged[Option::pages], "2");
}

TEST(AddDefaults, GivesWhatTheClientDidNot) {
  RawOptions defaults;
  defaults[Option::wait] = "50";
  defaults[Option::return_] = "markdown";
  defaults[Option::pages] = "1";
  RawOptions raw;
  raw[Option::pages] = "2";
  EXPECT_EQ(add_defaults(raw, defaults, false), OptionSet{}.add(Option::wait).add(Option::return_));
  EXPECT_EQ(raw[Option::wait], "50");
  EXPECT_EQ(raw[Option::return_], "markdown");
  EXPECT_EQ(raw[Option::pages], "2");
}

TEST(AddDefaults, HowLongToWaitIsOneQuestion) {
  RawOptions defaults;
  defaults[Option::wait] = "50";
  defaults[Option::sync] = "on";
  for (const auto option : {Option::wait, Option::sync}) {
    RawOptions raw;
    raw[option] = "0";
    EXPECT_EQ(add_defaults(raw, defaults, false), OptionSet{}) << to_string(option);
  }
  RawOptions raw;
  EXPECT_EQ(add_defaults(raw, defaults, true), OptionSet{}) << "by the field Prefer";
  EXPECT_EQ(raw, RawOptions{});
}

TEST(AddDefaults, OfOtherFormatsTheDefaultOneIsNotReturned) {
  RawOptions defaults;
  defaults[Option::return_] = "text";
  for (const auto& [formats, added] :
       {std::pair("json", false), {"texts,json", false}, {"json+text", true}, {"", true}}) {
    RawOptions raw;
    raw[Option::formats] = formats;
    EXPECT_EQ(add_defaults(raw, defaults, false).has(Option::return_), added) << formats;
  }
}

}  // namespace
}  // namespace docket::http
