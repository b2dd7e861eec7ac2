#include "job/codec/codec.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "job/codec/codec_checks.h"

namespace docket {
namespace {

const JobId some_id = JobId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").value();

JobRecord sample_job() {
  JobRecord record;
  record.id = some_id;
  record.owner = "alice";
  record.pool = 2;
  record.priority = 9;
  record.document().options.formats.add(Format::markdown);
  record.document().options.formats.add(Format::json);
  record.document().options.languages = "deu+eng";
  record.document().options.ocr = OcrMode::force;
  record.document().options.dpi = 400;
  record.document().options.page_separator = "\n\f\n";
  record.document().options.pages = PageSet::parse("2-5,9-").value();
  record.expire_ms = 86'400'000;
  record.keep_input = false;
  record.limits = {.max_pages = 7,
                   .max_pixels = std::numeric_limits<std::uint64_t>::max(),
                   .memory = 3,
                   .cpu_seconds = 4,
                   .unit_ms = 5,
                   .attempts = 6};
  return record;
}

/// What the records of older versions end without: seven empty texts.
constexpr std::size_t empty_origin = 7 * sizeof(std::uint32_t);

Unit sample_unit() {
  return {.seq = 0x1122334455667788,
          .job = some_id,
          .kind = UnitKind::range,
          .pool = 1,
          .priority = 2,
          .file = 3,
          .first_page = 4,
          .last_page = 5,
          .attempt = 6,
          .failures = 7,
          .setbacks = 8,
          .not_before_s = 1'800'000'000};
}

PageRecord sample_page() {
  return {
      .file = 1,
      .page = 17,
      .error = ErrorCode::none,
      .error_detail = "",
      .outputs = {
          .output_file = {.pages = true, .seq = 12, .attempt = 3},
          .sections = {
              {.format = std::nullopt, .representation = Representation::raw, .offset = 0, .length = 10, .sum = 77},
              {.format = Format::json, .representation = Representation::wrapped, .offset = 10, .length = 1U << 30}}}};
}

JobRecord sample_command() {
  auto record = sample_job();
  record.work = CommandWork{.arguments = {"/usr/bin/tool", "-v", ""},
                            .readable = {"/srv/models"},
                            .log_size = 1 << 20,
                            .output_size = std::uint64_t{1} << 33,
                            .workers = 2,
                            .per_file = true,
                            .network = true};
  return record;
}

JobRecord sample_request() {
  auto record = sample_job();
  record.work = UpstreamWork{.method = "POST",
                             .url = "http://127.0.0.1:5000/a?b",
                             .socket = "/run/app.socket",
                             .response_size = std::uint64_t{1} << 33,
                             .failing = 1U << 5U};
  return record;
}

TEST(Codec, AJobComesBack) {
  EXPECT_EQ(decode_job(encode(sample_job())), sample_job());
  EXPECT_EQ(decode_job(encode(JobRecord{})), JobRecord{});
}

TEST(Codec, AJobOfAnotherShapeIsRefused) {
  expect_exact_length(encode(sample_job()), decode_job);
  expect_this_version_only(encode(sample_job()), decode_job);
  expect_no_harm_from_damage(encode(sample_job()), decode_job);
}

TEST(Codec, AJobOfACommandComesBack) {
  EXPECT_EQ(decode_job(encode(sample_command())), sample_command());
  expect_exact_length(encode(sample_command()), decode_job);
  expect_no_harm_from_damage(encode(sample_command()), decode_job);
}

TEST(Codec, SmallOutputsStandInTheirRecord) {
  Outputs outputs{.output_file = {.pages = false, .seq = 12, .attempt = 3},
                  .sections = {{.format = {}, .offset = 0, .length = 3, .name = "body"},
                               {.format = {}, .offset = 3, .length = 0, .name = "empty"}},
                  .bytes = "abc"};
  EXPECT_EQ(decode_outputs(encode(outputs)), outputs);
  EXPECT_EQ(inline_bytes(outputs, outputs.sections[0]), "abc");
  EXPECT_EQ(inline_bytes(outputs, outputs.sections[1]), "");
  expect_exact_length(encode(outputs), decode_outputs);
  expect_no_harm_from_damage(encode(outputs), decode_outputs);
  auto page = sample_page();
  page.outputs = outputs;
  EXPECT_EQ(decode_page(encode(page)), page);
  outputs.sections[1].length = 1;
  EXPECT_FALSE(decode_outputs(encode(outputs))) << "beyond the bytes";
  outputs.sections[1].length = UINT64_MAX;
  EXPECT_FALSE(decode_outputs(encode(outputs)));
}

TEST(Codec, AJobOfARequestComesBack) {
  EXPECT_EQ(decode_job(encode(sample_request())), sample_request());
  expect_exact_length(encode(sample_request()), decode_job);
  expect_no_harm_from_damage(encode(sample_request()), decode_job);
}

TEST(Codec, AJobThatMayBeAbortedComesBack) {
  for (auto record : {sample_job(), sample_command()}) {
    record.abort_unread = true;
    EXPECT_EQ(decode_job(encode(record)), record);
    expect_exact_length(encode(record), decode_job);
    expect_no_harm_from_damage(encode(record), decode_job);
  }
}

TEST(Codec, AJobOfACommandWithSettingsComesBack) {
  auto record = sample_command();
  std::get<CommandWork>(record.work).settings = R"({"model":"large"})";
  for (const bool aborts : {false, true}) {
    record.abort_unread = aborts;
    EXPECT_EQ(encode(record)[0], 7);
    EXPECT_EQ(decode_job(encode(record)), record);
    expect_exact_length(encode(record), decode_job);
    expect_no_harm_from_damage(encode(record), decode_job);
  }
}

TEST(Codec, OlderWorkersReadWhatTheyKnow) {
  EXPECT_EQ(encode(sample_command())[0], 5);
}

TEST(Codec, AJobOfDocumentsIsWrittenAsBeforeThereWereOthers) {
  const auto bytes = encode(sample_job());
  EXPECT_EQ(bytes[0], 4);
  EXPECT_EQ(encode(sample_page())[0], 2);
}

TEST(Codec, AJobOfTheFirstVersionHasAllPagesAndIsKept) {
  auto record = sample_job();
  auto bytes = encode(record);
  bytes.resize(bytes.size() - empty_origin - 1);    // fingerprint: none
  const std::string pages("\6\0\0\0002-5,9-", 10);  // the length, then the text
  ASSERT_NE(bytes.find(pages), std::string::npos);
  bytes.erase(bytes.find(pages), pages.size());
  bytes.resize(bytes.size() - 8 - 1);  // expiry, keeping of the input
  bytes[0] = 1;
  record.document().options.pages = {};
  record.expire_ms = 0;
  record.keep_input = true;
  const auto decoded = decode_job(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, record);
}

TEST(Codec, AJobOfTheSecondVersionSharesItsResultsWithNobody) {
  const auto record = sample_job();
  auto bytes = encode(record);
  bytes.resize(bytes.size() - empty_origin - 1);
  bytes[0] = 2;
  EXPECT_EQ(decode_job(bytes), record);
  auto sharing = record;
  sharing.fingerprint.emplace().fill(0x5A);
  EXPECT_EQ(decode_job(encode(sharing)), sharing);
  expect_exact_length(encode(sharing), decode_job);
}

TEST(Codec, AJobOfTheThirdVersionIsOfUnknownOrigin) {
  auto record = sample_job();
  record.fingerprint.emplace().fill(0x5A);
  auto bytes = encode(record);
  bytes.resize(bytes.size() - empty_origin);
  bytes[0] = 3;
  EXPECT_EQ(decode_job(bytes), record);
  expect_exact_length(bytes, decode_job);
}

TEST(Codec, AJobsOriginComesBack) {
  auto record = sample_job();
  record.origin = {.log = "/var/log/jobs.log",
                   .client = "192.0.2.7",
                   .client_name = "seven.example",
                   .host = "docs.example",
                   .request_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                   .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                   .tracestate = "congo=t61rcWkgMzE"};
  EXPECT_EQ(decode_job(encode(record)), record);
  expect_exact_length(encode(record), decode_job);
  expect_no_harm_from_damage(encode(record), decode_job);
}

TEST(Codec, AUnitComesBack) {
  EXPECT_EQ(decode_unit(encode(sample_unit())), sample_unit());
  for (const auto kind : {UnitKind::probe, UnitKind::range, UnitKind::assemble, UnitKind::run}) {
    Unit unit;
    unit.kind = kind;
    EXPECT_EQ(decode_unit(encode(unit)), unit);
  }
}

TEST(Codec, AUnitOfAnotherShapeIsRefused) {
  expect_exact_length(encode(sample_unit()), decode_unit);
  expect_this_version_only(encode(sample_unit()), decode_unit);
  auto bytes = encode(sample_unit());
  bytes[2] = 4;
  EXPECT_FALSE(decode_unit(bytes)) << "there is no such kind";
}

TEST(Codec, APageComesBack) {
  EXPECT_EQ(decode_page(encode(sample_page())), sample_page());
  const PageRecord failed{
      .file = 2, .page = 1, .error = ErrorCode::timeout, .error_detail = "60 s, docket_unit_timeout", .outputs = {}};
  EXPECT_EQ(decode_page(encode(failed)), failed);
}

TEST(Codec, APageOfAnotherShapeIsRefused) {
  expect_exact_length(encode(sample_page()), decode_page);
  expect_this_version_only(encode(sample_page()), decode_page);
  expect_no_harm_from_damage(encode(sample_page()), decode_page);
}

TEST(Codec, OutputsComeBack) {
  EXPECT_EQ(decode_outputs(encode(sample_page().outputs)), sample_page().outputs);
  EXPECT_EQ(decode_outputs(encode(Outputs{})), Outputs{});
}

TEST(Codec, SectionsOfEveryRepresentationComeBack) {
  Outputs outputs;
  for (const auto representation :
       {Representation::raw, Representation::wrapped, Representation::escaped, Representation::documents}) {
    outputs.sections.push_back({.format = Format::text, .representation = representation, .length = 3, .sum = 1});
  }
  EXPECT_EQ(decode_outputs(encode(outputs)), outputs);
}

TEST(Codec, ResultsThatWereKeptWholeAreTold) {
  // Of the version before there were escaped ones: output file 12-3, then the text, raw and wrapped.
  constexpr std::string_view record(
      "\2\0"
      "\0"
      "\14\0\0\0\0\0\0\0"
      "\3\0\0\0"
      "\2\0\0\0"
      "\1\0"
      "\0\0\0\0\0\0\0\0"
      "\5\0\0\0\0\0\0\0"
      "\7\0\0\0\0\0\0\0"
      "\1\1"
      "\5\0\0\0\0\0\0\0"
      "\144\0\0\0\0\0\0\0"
      "\10\0\0\0\0\0\0\0",
      71);
  const Outputs outputs{
      .output_file = {.pages = false, .seq = 12, .attempt = 3},
      .sections = {
          {.format = Format::text, .representation = Representation::raw, .offset = 0, .length = 5, .sum = 7},
          {.format = Format::text, .representation = Representation::wrapped, .offset = 5, .length = 100, .sum = 8}}};
  EXPECT_EQ(decode_outputs(record), outputs);
  EXPECT_EQ(encode(outputs), record);
}

TEST(Codec, OutputsWithoutSumsComeBack) {
  const Outputs outputs{
      .output_file = {.pages = true, .seq = 12, .attempt = 3},
      .sections = {{.format = Format::text, .representation = Representation::raw, .offset = 5, .length = 10}}};
  auto bytes = encode(outputs);
  bytes.resize(bytes.size() - sizeof(std::uint64_t));
  bytes[0] = 1;  // the version before sums
  EXPECT_EQ(decode_outputs(bytes), outputs);
}

TEST(Codec, NamesOfFilesComeBack) {
  Outputs outputs;
  outputs.sections.push_back(
      {.format = std::nullopt, .offset = 3, .length = 10, .sum = 5, .name = "figures/\xC3\xA4 1.png"});
  outputs.sections.push_back({.format = std::nullopt, .offset = 13, .length = 0, .name = "empty"});
  EXPECT_EQ(decode_outputs(encode(outputs)), outputs);
  expect_exact_length(encode(outputs), decode_outputs);
  expect_no_harm_from_damage(encode(outputs), decode_outputs);
  auto page = sample_page();
  page.outputs = outputs;
  EXPECT_EQ(decode_page(encode(page)), page);
}

TEST(Codec, OutputsOfAnotherShapeAreRefused) {
  const auto bytes = encode(sample_page().outputs);
  expect_exact_length(bytes, decode_outputs);
  expect_this_version_only(bytes, decode_outputs);
  expect_no_harm_from_damage(bytes, decode_outputs);
  auto format = bytes;
  format[bytes.size() - 26] = static_cast<char>(all_formats.size());
  EXPECT_FALSE(decode_outputs(format)) << "there is no such format";
  auto form = bytes;
  form[bytes.size() - 25] = 4;
  EXPECT_FALSE(decode_outputs(form)) << "there is no such form";
  auto damaged = bytes;
  damaged[2] = 2;
  EXPECT_FALSE(decode_outputs(damaged)) << "there is no such output file";
}

TEST(Codec, TooManySectionsTakeNoMemory) {
  auto bytes = encode(Outputs{});
  std::memset(bytes.data() + bytes.size() - 4, 0xFF, 4);  // their number
  const auto decoded = decode_outputs(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
}

}  // namespace
}  // namespace docket
