#include "http/form/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "http/form/multipart_recorder.h"

namespace docket::http {
namespace {

using test::every_byte;
using test::run;
using test::with_headers;
using testing::HasSubstr;

/// The parts' data by the plain reading of RFC 2046 on the whole body, for bodies whose headers are all `head`.
/// Nothing where the body has to be refused.
std::optional<std::vector<std::string>> plain_reading(const std::string& body, const std::string& boundary,
                                                      const std::string& head) {
  std::vector<std::string> parts;
  const std::string text = "\r\n" + body;
  std::size_t part_from = std::string::npos;  // where data begin; in the preamble npos
  bool preamble_text = false;
  for (std::size_t at = text.find("\r\n--" + boundary); at != std::string::npos;
       at = text.find("\r\n--" + boundary, at)) {
    std::size_t behind = at + 4 + boundary.size();
    const bool last = text.compare(behind, 2, "--") == 0;
    while (!last && behind < text.size() && (text[behind] == ' ' || text[behind] == '\t')) {
      ++behind;
    }
    if (!last && text.compare(behind, 2, "\r\n") != 0) {
      ++at;
      continue;
    }
    if (part_from != std::string::npos) {
      // The data of an empty part may share their only line end with the headers.
      parts.push_back(at < part_from ? "" : text.substr(part_from, at - part_from));
    } else {
      preamble_text = text.find_first_not_of("\r\n") < at;
    }
    if (last) {
      return part_from == std::string::npos && preamble_text ? std::nullopt : std::optional(parts);
    }
    part_from = behind + 2 + head.size();
    if (text.compare(behind + 2, head.size(), head) != 0) {
      return std::nullopt;
    }
    at = part_from - 2;
  }
  return std::nullopt;
}

TEST(Multipart, AgreesWithThePlainReadingOnRandomBodies) {
  const std::string head = "Content-Disposition: form-data; name=f\r\n\r\n";
  const std::vector<std::string> words{"\r",
                                       "\n",
                                       "\r\n",
                                       "-",
                                       "--",
                                       "a",
                                       "aa",
                                       " ",
                                       "\r\n--aa",
                                       "--aa",
                                       "\r\n--aa\r\n" + head,
                                       "\r\n--aa \r\n" + head,
                                       "\r\n--aa--"};
  std::mt19937 random(7578);
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = random() % 4 == 0 ? "" : "--aa\r\n" + head;
    for (auto n = random() % 12; n != 0; --n) {
      body += words[random() % words.size()];
    }
    body += random() % 4 == 0 ? "" : "\r\n--aa--\r\n";
    const auto wanted = plain_reading(body, "aa", head);
    const auto whole = run(body, "aa");
    ASSERT_EQ(whole.error.has_value(), !wanted.has_value()) << testing::PrintToString(body);
    ASSERT_EQ(run(body, "aa", every_byte(body)), whole) << testing::PrintToString(body);
    if (wanted) {
      ++accepted;
      std::vector<std::string> data;
      for (const auto& part : whole.parts) {
        data.push_back(part.data);
      }
      ASSERT_EQ(data, *wanted) << testing::PrintToString(body);
    }
  }
  EXPECT_GT(accepted, 5'000U);
}

TEST(Multipart, FindsDelimitersWhereverTheyLie) {
  // Every distance to the start, with every length of boundary: the search's jumps have no blind spot.
  for (std::size_t length = 1; length <= 70; ++length) {
    const std::string boundary(length, 'x');
    for (std::size_t size = 0; size < 160; ++size) {
      const std::string data(size, size % 3 == 0 ? 'x' : '-');
      const auto body =
          "--" + boundary + "\r\nContent-Disposition: form-data; name=f\r\n\r\n" + data + "\r\n--" + boundary + "--";
      const auto outcome = run(body, boundary);
      ASSERT_FALSE(outcome.error.has_value());
      ASSERT_EQ(outcome.parts.at(0).data, data);
    }
  }
}

TEST(Multipart, HandsOutDataAsViewsOfTheInputInOnePiece) {
  class Views final : public MultipartEvents {
   public:
    explicit Views(std::string_view input) : input_(input) {}
    Result<void> part_begin(const PartHead& /*head*/) override { return {}; }
    Result<void> part_data(std::string_view bytes) override {
      EXPECT_TRUE(bytes.data() >= input_.data() && bytes.data() + bytes.size() <= input_.data() + input_.size());
      sizes.push_back(bytes.size());
      return {};
    }
    Result<void> part_end() override { return {}; }
    std::vector<std::size_t> sizes;

   private:
    std::string_view input_;
  };
  const std::string data = std::string(500'000, 'p') + "\r\n--not the boundary\r\n" + std::string(500'000, 'q');
  const auto body =
      "--boundary\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n" + data + "\r\n--boundary--";
  Views views(body);
  MultipartParser parser("boundary", {}, views);
  ASSERT_TRUE(parser.feed(body));
  ASSERT_TRUE(parser.finish());
  EXPECT_EQ(views.sizes, std::vector<std::size_t>{data.size()});
  EXPECT_EQ(parser.parts(), 1U);
}

TEST(Multipart, KeepsNoMoreBackThanWhatMayBeADelimiter) {
  test::Recorder recorder;
  MultipartParser parser("boundary", {}, recorder);
  ASSERT_TRUE(parser.feed("--boundary\r\nContent-Disposition: form-data; name=f\r\n\r\ndata\r\n--bound"));
  EXPECT_EQ(recorder.parts.at(0).data, "data");
  ASSERT_TRUE(parser.feed("X"));
  EXPECT_EQ(recorder.parts.at(0).data, "data\r\n--boundX");
  ASSERT_TRUE(parser.feed("plain\n"));
  EXPECT_EQ(recorder.parts.at(0).data, "data\r\n--boundXplain\n");
}

TEST(Multipart, LimitsWhatAPartsHeadersTake) {
  MultipartLimits limits;
  limits.max_header_bytes = 100;
  const auto fits = with_headers("X: " + std::string(51, 'x') + "\r\n");  // 100 bytes, empty line included
  EXPECT_FALSE(run(fits, "b", {}, limits).error.has_value());
  const auto beyond = with_headers("X: " + std::string(52, 'x') + "\r\n");
  for (const auto& outcome : {run(beyond, "b", {}, limits), run(beyond, "b", every_byte(beyond), limits)}) {
    ASSERT_TRUE(outcome.error.has_value());
    EXPECT_THAT(outcome.error->detail, HasSubstr("more than 100 bytes of headers"));
  }
}

TEST(Multipart, LimitsHeaderLinesPartsAndThePreamble) {
  MultipartLimits limits;
  limits.max_headers = 2;
  limits.max_parts = 1;
  limits.max_preamble = 10;
  EXPECT_FALSE(run(with_headers("A: 1\r\n"), "b", {}, limits).error.has_value());
  EXPECT_THAT(run(with_headers("A: 1\r\nB: 2\r\n"), "b", {}, limits).error->detail,
              HasSubstr("more than 2 header lines"));
  const std::string part = "--b\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n";
  EXPECT_FALSE(run(part + "--b--", "b", {}, limits).error.has_value());
  EXPECT_THAT(run(part + part + "--b--", "b", {}, limits).error->detail, HasSubstr("more than 1 parts"));
  EXPECT_EQ(run(part + part + "--b--", "b", {}, limits).error->code, ErrorCode::too_many_fields);
  EXPECT_FALSE(run("preamble10\r\n" + part + "--b--", "b", {}, limits).error.has_value());
  EXPECT_THAT(run("preamble 11\r\n" + part + "--b--", "b", {}, limits).error->detail, HasSubstr("first 10 bytes"));
}

TEST(Multipart, AnErrorOfTheListenerEndsItAndStays) {
  class Full final : public MultipartEvents {
   public:
    Result<void> part_begin(const PartHead& /*head*/) override { return {}; }
    Result<void> part_data(std::string_view /*bytes*/) override {
      ++calls;
      return fail(ErrorCode::store_full, "full");
    }
    Result<void> part_end() override { return {}; }
    int calls = 0;
  };
  Full full;
  MultipartParser parser("b", {}, full);
  const auto body = with_headers("");
  ASSERT_FALSE(parser.feed(body));
  EXPECT_EQ(parser.feed("more").error(), (Error{ErrorCode::store_full, "full"}));
  EXPECT_EQ(parser.finish().error(), (Error{ErrorCode::store_full, "full"}));
  EXPECT_EQ(full.calls, 1);
}

TEST(Multipart, DecodesLargeEncodedParts) {
  // More than the decoder's buffer, and every byte there is.
  std::string data;
  std::string encoded;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned i = 0; i < 30'000; i += 3) {
    const unsigned group = (i & 255U) << 16U | ((i + 1) & 255U) << 8U | ((i + 2) & 255U);
    for (const unsigned shift : {16U, 8U, 0U}) {
      data += static_cast<char>(group >> shift);
    }
    for (const unsigned shift : {18U, 12U, 6U, 0U}) {
      encoded += alphabet[group >> shift & 63U];
    }
    encoded += i % 57 == 0 ? "\r\n" : "";
  }
  const auto body = with_headers("Content-Transfer-Encoding: base64\r\n", encoded);
  EXPECT_EQ(run(body, "b").parts.at(0).data, data);
  EXPECT_EQ(run(body, "b", every_byte(body)).parts.at(0).data, data);
}

}  // namespace
}  // namespace docket::http
