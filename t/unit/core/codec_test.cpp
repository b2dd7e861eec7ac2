#include "job/codec.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace docket {
namespace {

const JobId some_id = JobId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f").value();

JobRecord sample_job() {
  JobRecord record;
  record.id = some_id;
  record.owner = "alice";
  record.pool = 2;
  record.priority = 9;
  record.options.formats.add(Format::markdown);
  record.options.formats.add(Format::json);
  record.options.languages = "deu+eng";
  record.options.ocr = OcrMode::force;
  record.options.dpi = 400;
  record.options.page_separator = "\n\f\n";
  record.options.pages = PageSet::parse("2-5,9-").value();
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

Status sample_status() {
  Status status;
  auto& head = status.head;
  head.state = State::processing;
  head.pool = 1;
  head.priority = 3;
  head.has_fields = 1;
  head.file_count = 2;
  head.total_pages = 12;
  head.processed_pages = 5;
  head.failed_pages = 1;
  head.attempts = 2;
  head.units_left = 3;
  head.warning_count = 2;
  head.formats.add(Format::text);
  head.error = ErrorCode::timeout;
  head.change = 987654321;
  head.accept_no = 77;
  head.created_ms = 1;
  head.started_ms = 2;
  head.updated_ms = 3;
  head.completed_ms = 4;
  head.expires_ms = std::numeric_limits<std::int64_t>::max();
  status.owner = "bob";
  status.result_url = "/result/";
  status.error_detail = "too slow";
  status.files.resize(2);
  status.files[0].filename = "scan \xC3\xA4.pdf";
  status.files[0].type = MediaType::pdf;
  status.files[0].state = State::failed;
  status.files[0].error = ErrorCode::encrypted;
  status.files[0].error_detail = "needs a password";
  status.files[0].total_pages = 12;
  status.files[0].processed_pages = 5;
  status.files[0].failed_pages = 1;
  status.files[0].size = std::uint64_t{5} << 40;
  status.files[0].sha256.fill(0xAB);
  status.files[1].type = MediaType::tiff;
  status.warnings = {{.file = 0, .page = 3, .code = ErrorCode::crashed, .detail = "page 3"},
                     {.file = 1, .page = 0, .code = ErrorCode::corrupt, .detail = ""}};
  return status;
}

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
          .bad_ends = 7,
          .owners_lost = 8};
}

PageRecord sample_page() {
  return {.file = 1,
          .page = 17,
          .error = ErrorCode::none,
          .error_detail = "",
          .outputs = {.container = {.pages = true, .seq = 12, .attempt = 3},
                      .sections = {{.format = std::nullopt, .form = Form::raw, .offset = 0, .length = 10, .sum = 77},
                                   {.format = Format::json, .form = Form::wrapped, .offset = 10, .length = 1U << 30}}}};
}

/// Every shorter version of `bytes` and every longer one is refused.
template <class Decode>
void expect_exact_length(const std::string& bytes, Decode decode) {
  ASSERT_TRUE(decode(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of just that size, so that the address sanitizer sees a read past it.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto decoded = decode(std::string_view(cut.data(), cut.size()));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
  }
  EXPECT_FALSE(decode(bytes + '\0'));
}

/// Another version in the first two bytes is refused.
template <class Decode>
void expect_this_version_only(std::string bytes, Decode decode) {
  for (const auto version : std::array<std::uint16_t, 4>{0, 5, 0x0102, 0xFFFF}) {
    std::memcpy(bytes.data(), &version, sizeof version);
    const auto decoded = decode(bytes);
    ASSERT_FALSE(decoded) << version;
    EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
  }
}

/// Decodes `bytes` with changes at random places; whatever comes out, nothing is read that is not there.
template <class Decode>
void expect_no_harm_from_damage(const std::string& bytes, Decode decode) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<char> damaged(bytes.begin(), bytes.end());
    const auto changes = 1 + random() % 4;
    for (std::uint32_t c = 0; c < changes; ++c) {
      auto& at = damaged[random() % damaged.size()];
      at = random() % 2 == 0 ? static_cast<char>(random()) : static_cast<char>(0xFF);
    }
    decode(std::string_view(damaged.data(), damaged.size()));
  }
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

TEST(Codec, AJobOfTheFirstVersionHasAllPagesAndIsKept) {
  auto record = sample_job();
  auto bytes = encode(record);
  bytes.resize(bytes.size() - empty_origin - 1);    // sameness: none
  const std::string pages("\6\0\0\0002-5,9-", 10);  // the length, then the text
  ASSERT_NE(bytes.find(pages), std::string::npos);
  bytes.erase(bytes.find(pages), pages.size());
  bytes.resize(bytes.size() - 8 - 1);  // expiry, keeping of the input
  bytes[0] = 1;
  record.options.pages = {};
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
  sharing.sameness.emplace().fill(0x5A);
  EXPECT_EQ(decode_job(encode(sharing)), sharing);
  expect_exact_length(encode(sharing), decode_job);
}

TEST(Codec, AJobOfTheThirdVersionIsOfUnknownOrigin) {
  auto record = sample_job();
  record.sameness.emplace().fill(0x5A);
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
  for (const auto kind : {UnitKind::probe, UnitKind::range, UnitKind::assemble}) {
    Unit unit;
    unit.kind = kind;
    EXPECT_EQ(decode_unit(encode(unit)), unit);
  }
}

TEST(Codec, AUnitOfAnotherShapeIsRefused) {
  expect_exact_length(encode(sample_unit()), decode_unit);
  expect_this_version_only(encode(sample_unit()), decode_unit);
  auto bytes = encode(sample_unit());
  bytes[2] = 3;
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

TEST(Codec, OutputsWithoutSumsComeBack) {
  const Outputs outputs{.container = {.pages = true, .seq = 12, .attempt = 3},
                        .sections = {{.format = Format::text, .form = Form::raw, .offset = 5, .length = 10}}};
  auto bytes = encode(outputs);
  bytes.resize(bytes.size() - sizeof(std::uint64_t));
  bytes[0] = 1;  // the version before sums
  EXPECT_EQ(decode_outputs(bytes), outputs);
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
  form[bytes.size() - 25] = 2;
  EXPECT_FALSE(decode_outputs(form)) << "there is no such form";
  auto container = bytes;
  container[2] = 2;
  EXPECT_FALSE(decode_outputs(container)) << "there is no such container";
}

TEST(Codec, TooManySectionsTakeNoMemory) {
  auto bytes = encode(Outputs{});
  std::memset(bytes.data() + bytes.size() - 4, 0xFF, 4);  // their number
  const auto decoded = decode_outputs(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::bad_record);
}

TEST(Codec, AStatusComesBack) {
  EXPECT_EQ(decode_status(encode(sample_status())), sample_status());
  EXPECT_EQ(decode_status(encode(Status{})), Status{});
}

TEST(Codec, AStatusIsStoredWithTheNumberOfFilesItHas) {
  auto status = sample_status();
  status.head.file_count = 9;
  EXPECT_EQ(decode_status(encode(status)), sample_status());
}

TEST(Codec, AStatusOfAnotherShapeIsRefused) {
  expect_exact_length(encode(sample_status()), decode_status);
  expect_this_version_only(encode(sample_status()), decode_status);
}

TEST(Codec, AStatusWithImpossibleValuesIsRefused) {
  const auto good = encode(sample_status());
  const auto refuses = [&](std::size_t at, char value) {
    auto bytes = good;
    bytes[at] = value;
    return !StatusView::parse(bytes);
  };
  const auto files = sizeof(StatusHead) + 20 + std::strlen("bob") + std::strlen("/result/") + std::strlen("too slow");
  EXPECT_TRUE(refuses(offsetof(StatusHead, state), 4));
  EXPECT_TRUE(refuses(offsetof(StatusHead, file_count), 1));
  EXPECT_TRUE(refuses(offsetof(StatusHead, file_count), 3));
  // The last byte of each time has its sign.
  for (const auto time :
       {offsetof(StatusHead, created_ms), offsetof(StatusHead, started_ms), offsetof(StatusHead, updated_ms),
        offsetof(StatusHead, completed_ms), offsetof(StatusHead, expires_ms)}) {
    EXPECT_TRUE(refuses(time + 7, '\x80')) << "a time before 1970, at byte " << time;
    EXPECT_FALSE(refuses(time + 7, '\x7F'));
  }
  EXPECT_TRUE(refuses(files, static_cast<char>(all_media_types.size()))) << "no such type";
  EXPECT_TRUE(refuses(files + 1, 4)) << "no such state";
  EXPECT_FALSE(refuses(files, 2));
  // The last warning, which has no text, is of a file that is not there.
  EXPECT_TRUE(refuses(good.size() - 12, 2));
  EXPECT_FALSE(refuses(good.size() - 12, 0));
  // Its text would be longer than what is left.
  EXPECT_TRUE(refuses(good.size() - 4, 1));
}

TEST(StatusView, SeesWhatWasStoredWithoutCopies) {
  const auto status = sample_status();
  const auto bytes = encode(status);
  const auto view = StatusView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->head, status.head);
  EXPECT_EQ(view->owner, "bob");
  EXPECT_EQ(view->result_url, "/result/");
  EXPECT_EQ(view->error_detail, "too slow");
  const auto inside = [&](std::string_view text) {
    return text.data() >= bytes.data() && text.data() + text.size() <= bytes.data() + bytes.size();
  };
  EXPECT_TRUE(inside(view->owner));

  std::size_t index = 0;
  view->each_file([&](const FileView& file) {
    const auto& expected = status.files.at(index++);
    EXPECT_EQ(file.filename, expected.filename);
    EXPECT_EQ(file.error_detail, expected.error_detail);
    EXPECT_EQ(file.type, expected.type);
    EXPECT_EQ(file.state, expected.state);
    EXPECT_EQ(file.error, expected.error);
    EXPECT_EQ(file.total_pages, expected.total_pages);
    EXPECT_EQ(file.processed_pages, expected.processed_pages);
    EXPECT_EQ(file.failed_pages, expected.failed_pages);
    EXPECT_EQ(file.size, expected.size);
    ASSERT_EQ(file.sha256.size(), 32U);
    EXPECT_EQ(std::memcmp(file.sha256.data(), expected.sha256.data(), 32), 0);
    EXPECT_TRUE(inside(file.filename));
    EXPECT_TRUE(inside(file.sha256));
  });
  EXPECT_EQ(index, 2U);

  index = 0;
  view->each_warning([&](const WarningView& warning) {
    const auto& expected = status.warnings.at(index++);
    EXPECT_EQ(warning.file, expected.file);
    EXPECT_EQ(warning.page, expected.page);
    EXPECT_EQ(warning.code, expected.code);
    EXPECT_EQ(warning.detail, expected.detail);
  });
  EXPECT_EQ(index, 2U);
}

TEST(StatusView, MayBeVisitedTwice) {
  const auto bytes = encode(sample_status());
  const auto view = StatusView::parse(bytes);
  ASSERT_TRUE(view);
  for (int round = 0; round < 2; ++round) {
    int files = 0;
    view->each_file([&](const FileView&) { ++files; });
    EXPECT_EQ(files, 2);
  }
}

TEST(StatusView, WhateverIsDamagedEveryVisitStaysInside) {
  const auto good = encode(sample_status());
  expect_no_harm_from_damage(good, [](std::string_view bytes) {
    const auto view = StatusView::parse(bytes);
    if (!view) {
      EXPECT_EQ(view.error().code, ErrorCode::bad_record);
      return;
    }
    std::size_t sum = 0;  // every byte is touched, for the address sanitizer
    const auto touch = [&](std::string_view text) {
      for (const char c : text) {
        sum += static_cast<unsigned char>(c);
      }
    };
    std::uint16_t files = 0;
    touch(view->owner);
    touch(view->result_url);
    touch(view->error_detail);
    view->each_file([&](const FileView& file) {
      ++files;
      touch(file.filename);
      touch(file.error_detail);
      touch(file.sha256);
      sum += info(file.type).name.size();
    });
    EXPECT_EQ(files, view->head.file_count);
    view->each_warning([&](const WarningView& warning) {
      EXPECT_LT(warning.file, files);
      touch(warning.detail);
    });
    EXPECT_LT(sum, bytes.size() * 256);
  });
}

TEST(StatusView, AnErrorCodeOfALaterVersionIsKept) {
  auto status = sample_status();
  status.head.error = static_cast<ErrorCode>(999);
  const auto decoded = decode_status(encode(status));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(word(decoded->head.error), "unknown");
}

}  // namespace
}  // namespace docket
