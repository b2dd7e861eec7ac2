// A job that is being processed, for the tests of the bodies that tell of it.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "job/codec/codec.h"
#include "job/job.h"

namespace docket::http::test {

inline constexpr std::string_view id_text = "0192d3a4-5b6c-7d8e-9f01-23456789abcd";
inline constexpr std::int64_t created = 1'795'212'062'123;  // 2026-11-20T22:01:02.123Z

inline const JobId id = *JobId::parse(id_text);

inline Status processing() {
  Status status;
  status.result_url = "/result/";
  status.head.state = State::processing;
  status.head.file_count = 1;
  status.head.total_pages = 12;
  status.head.processed_pages = 5;
  status.head.formats.add(Format::markdown);
  status.head.formats.add(Format::json);
  status.head.change = 77;
  status.head.created_ms = created;
  status.head.started_ms = created + 1;
  status.head.updated_ms = created + 10'000;
  FileStatus file;
  file.filename = "scan \"1\".pdf";
  file.type = MediaType::pdf;
  file.state = State::processing;
  file.total_pages = 12;
  file.processed_pages = 5;
  file.size = 81'234;
  file.sha256.fill(0xAB);
  status.files.push_back(file);
  return status;
}

/// Calls `use` with the status as it is stored and read.
template <class Use>
auto with_view(const Status& status, Use&& use) {
  const auto bytes = encode(status);
  const auto view = StatusView::parse(bytes);
  EXPECT_TRUE(view);
  return use(*view);
}

}  // namespace docket::http::test
