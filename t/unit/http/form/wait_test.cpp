// How long an answer is to be held.
#include "http/form/wait.h"

#include <gtest/gtest.h>

#include "http/form/submit_options.h"

namespace docket::http {
namespace {

constexpr std::uint32_t longest = 50;

FormatSet formats() {
  FormatSet set;
  set.add(Format::text);
  set.add(Format::markdown);
  return set;
}

TEST(PreferredWait, IsFoundAmongPreferences) {
  EXPECT_EQ(preferred_wait("wait=10"), 10U);
  EXPECT_EQ(preferred_wait("respond-async, wait=10"), 10U);
  EXPECT_EQ(preferred_wait("  WAIT = 7 ; x=y , return=minimal"), 7U);
  EXPECT_EQ(preferred_wait("wait=\"5\""), 5U);
  EXPECT_EQ(preferred_wait("wait=3, wait=9"), 3U) << "the first counts (RFC 7240, 2)";
  EXPECT_EQ(preferred_wait("wait=0"), 0U);
  EXPECT_EQ(preferred_wait("wait=99999999999"), UINT32_MAX);
}

TEST(PreferredWait, IsNoneWhereItMakesNoSense) {
  for (const auto* field : {"", ",", "wait", "wait=", "wait=soon", "wait=-1", "wait=1.5", "waiting=3", "x;wait=3"}) {
    EXPECT_EQ(preferred_wait(field), std::nullopt) << field;
  }
}

TEST(PrefersAsync, IsFoundAmongPreferences) {
  for (const auto* field : {"respond-async", "wait=10, Respond-Async", "respond-async; x=y"}) {
    EXPECT_TRUE(prefers_async(field)) << field;
  }
  for (const auto* field : {"", "wait=10", "respond", "x=respond-async", "return=minimal; respond-async"}) {
    EXPECT_FALSE(prefers_async(field)) << field;
  }
}

TEST(WaitingOfAGet, AnArgumentBeforeAPreference) {
  EXPECT_EQ(waiting_of(Query(""), "", longest)->seconds, 0U);
  EXPECT_EQ(waiting_of(Query("wait=9"), "wait=3", longest)->seconds, 9U);
  EXPECT_FALSE(waiting_of(Query("wait=9"), "wait=3", longest)->preferred);
  EXPECT_EQ(waiting_of(Query("wait=900"), "", longest)->seconds, longest);
  const auto preferred = waiting_of(Query("raw=1"), "wait=900", longest);
  EXPECT_EQ(preferred->seconds, longest);
  EXPECT_TRUE(preferred->preferred);
  EXPECT_EQ(waiting_of(Query("wait=9"), "", 0)->seconds, 0U) << "docket_wait_max 0";
  EXPECT_EQ(waiting_of(Query("wait=x"), "wait=3", longest).error().code, ErrorCode::bad_option);
}

/// What an upload with this query asks for, beside the form's options.
Result<Waiting> waiting_of_upload(const RawOptions& form, const char* query, const char* prefer = "") {
  return waiting_of(merge_options(form, *options_of_query(Query(query))), prefer, formats(), longest);
}

TEST(WaitingOfAGet, SecondsMayHaveAFraction) {
  for (const auto& [text, seconds] :
       std::initializer_list<std::pair<const char*, std::uint32_t>>{{"wait=5.0", 5},
                                                                    {"wait=5.", 5},
                                                                    {"wait=4.01", 5},
                                                                    {"wait=0.0", 0},
                                                                    {"wait=0.2", 1},
                                                                    {"wait=900.5", longest},
                                                                    {"wait=18446744073709551615.5", longest}}) {
    EXPECT_EQ(waiting_of(Query(text), "", longest)->seconds, seconds) << text;
  }
  for (const auto* text :
       {"wait=.", "wait=.5", "wait=5,0", "wait=-1", "wait=1e3", "wait=1.5.0", "wait=1.x", "wait=inf"}) {
    EXPECT_EQ(waiting_of(Query(text), "", longest).error().code, ErrorCode::bad_option) << text;
  }
}

TEST(WaitingOfAnUpload, FieldsBeforeTheQueryBeforeAPreference) {
  RawOptions options;
  const auto waiting = [&](const char* query, const char* prefer) { return waiting_of_upload(options, query, prefer); };
  EXPECT_EQ(waiting("", "")->seconds, 0U);
  EXPECT_EQ(waiting("wait=4", "wait=3")->seconds, 4U);
  EXPECT_EQ(waiting("sync=true", "wait=3")->seconds, longest);
  EXPECT_TRUE(waiting("", "wait=3")->preferred);
  options[Option::wait] = "5";
  EXPECT_EQ(waiting("wait=4", "")->seconds, 5U);
  EXPECT_EQ(waiting("sync=true", "")->seconds, 5U) << "wait says how long";
  options[Option::wait] = "0";
  EXPECT_EQ(waiting("", "wait=3")->seconds, 0U) << "the client does not want to";
}

TEST(WaitingOfAnUpload, AskingForAResultIsWaitingForIt) {
  RawOptions options;
  options[Option::return_] = "text";
  const auto waiting = [&](const char* query) { return waiting_of_upload(options, query); };
  EXPECT_EQ(waiting("")->result, Format::text);
  EXPECT_EQ(waiting("")->seconds, longest);
  EXPECT_EQ(waiting("wait=2")->seconds, 2U);
  EXPECT_EQ(waiting("sync=no")->seconds, 0U);
  options[Option::return_] = "json";
  EXPECT_EQ(waiting("").error().code, ErrorCode::bad_option) << "it is not made";
  options[Option::return_] = "papyrus";
  EXPECT_EQ(waiting("").error().code, ErrorCode::bad_option);
}

TEST(WaitingOfAnUpload, TheResultMayBeAskedForItself) {
  EXPECT_FALSE(waiting_of_upload({}, "return=text")->raw);
  EXPECT_TRUE(waiting_of_upload({}, "return=text&raw=1")->raw);
  RawOptions form;
  form[Option::raw] = "no";
  EXPECT_FALSE(waiting_of_upload(form, "return=text&raw=1")->raw);
}

TEST(WaitingOfAnUpload, WhatDoesNotParseIsRefused) {
  for (const auto option : {Option::sync, Option::wait, Option::raw}) {
    RawOptions options;
    options[option] = "maybe";
    const auto refused = waiting_of_upload(options, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::bad_option);
    EXPECT_NE(refused.error().detail.find(to_string(option)), std::string::npos);
  }
}

}  // namespace
}  // namespace docket::http
