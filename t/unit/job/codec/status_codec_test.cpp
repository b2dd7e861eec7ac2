#include "job/codec/status_codec.h"

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
  status.detail = "too slow";
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
  EXPECT_EQ(view->detail, "too slow");
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
    touch(view->detail);
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
  EXPECT_EQ(to_string(decoded->head.error), "unknown");
}

}  // namespace
}  // namespace docket
