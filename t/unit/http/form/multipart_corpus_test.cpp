// Runs the parser over a folder of upload bodies that a clone does not have: the environment variable
// DOCKET_MULTIPART_CORPUS names it. kludex-*.http is a body whose boundary and parts stand in a .yaml beside it;
// formidable-*.http is a whole request. What they are about, multipart_test.cpp has in small.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "http/field/content_type.h"
#include "http/field/text.h"
#include "http/form/multipart_recorder.h"

namespace docket::http {
namespace {

using test::every_byte;
using test::Outcome;
using test::run;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string decode_base64(std::string_view text) {
  TransferDecoder decoder;
  decoder.begin(TransferEncoding::base64);
  std::string out;
  const auto sink = [&](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  };
  EXPECT_TRUE(decoder.feed(text, sink));
  EXPECT_TRUE(decoder.finish(sink));
  return out;
}

/// An expectation of kludex': the little YAML they use.
struct Expectation {
  std::string boundary;
  bool error = false;
  std::vector<std::map<std::string, std::string>> parts;
};

std::string unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

Expectation read_expectation(const std::filesystem::path& path) {
  Expectation result;
  std::istringstream lines(read(path));
  bool in_data = false;
  for (std::string line; std::getline(lines, line);) {
    std::string_view text = trim(line);
    if (text.starts_with("- ")) {
      result.parts.emplace_back();
      in_data = false;
      text = trim(text.substr(2));
    }
    const auto colon = text.find(':');
    if (in_data || colon == std::string_view::npos) {
      if (in_data) {
        result.parts.back()["data"] += text;
      }
      continue;
    }
    const auto key = std::string(text.substr(0, colon));
    const auto value = unquoted(text.substr(colon + 1));
    if (key == "boundary") {
      result.boundary = value;
    } else if (key == "error") {
      result.error = true;
    } else if (key == "data") {
      in_data = true;
      result.parts.back()["data"] = "";
    } else if (!result.parts.empty()) {
      result.parts.back()[key] = value;
    }
  }
  return result;
}

class MultipartCorpus : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("DOCKET_MULTIPART_CORPUS");  // NOLINT(concurrency-mt-unsafe): one thread
    if (folder == nullptr) {
      GTEST_SKIP() << "DOCKET_MULTIPART_CORPUS is not set";
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".http") {
        files_.insert(entry.path());
      }
    }
    ASSERT_FALSE(files_.empty());
  }

  /// Every way of cutting gives the same.
  static Outcome run_all_ways(const std::string& body, const std::string& boundary) {
    const auto whole = run(body, boundary);
    EXPECT_EQ(run(body, boundary, every_byte(body)), whole);
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      EXPECT_EQ(run(body, boundary, {cut}), whole) << "cut at " << cut;
    }
    return whole;
  }

  std::set<std::filesystem::path> files_;
};

TEST_F(MultipartCorpus, Kludex) {
  std::size_t count = 0;
  for (const auto& path : files_) {
    if (!path.filename().string().starts_with("kludex-")) {
      continue;
    }
    SCOPED_TRACE(path.filename());
    ++count;
    auto wanted = read_expectation(std::filesystem::path(path).replace_extension(".yaml"));
    if (path.stem() == "kludex-single_field_blocks") {
      // Its .yaml has the whole delimiter line as the boundary; its authors feed it by hand with the right one.
      EXPECT_TRUE(run(read(path), wanted.boundary).error.has_value());
      wanted.boundary = "boundary";
    }
    const auto outcome = run_all_ways(read(path), wanted.boundary);
    EXPECT_EQ(outcome.error.has_value(), wanted.error) << (outcome.error ? outcome.error->detail : "no error");
    if (outcome.error) {
      std::cout << path.filename() << " is refused: " << outcome.error->detail << '\n';
      continue;
    }
    ASSERT_EQ(outcome.parts.size(), wanted.parts.size());
    for (std::size_t i = 0; i < wanted.parts.size(); ++i) {
      auto expected = wanted.parts[i];
      const auto& part = outcome.parts[i];
      EXPECT_EQ(part.head.name, expected["name"]);
      EXPECT_EQ(part.head.filename.has_value(), expected["type"] == "file");
      EXPECT_EQ(part.head.filename.value_or(""), expected["file_name"]);
      EXPECT_EQ(part.data, decode_base64(expected["data"]));
      if (part.head.filename) {
        const auto type = parse_content_type(expected["content_type"]);
        EXPECT_EQ(part.head.content_type, type->type);
        EXPECT_EQ(part.head.charset, type->charset.value_or(""));
      }
    }
  }
  EXPECT_GE(count, 30U);
}

/// A whole request: the value of Content-Type, and the body.
struct Request {
  std::string content_type;
  std::string body;
};

Request split_request(const std::string& text) {
  // The request's own headers are not what is tested: their lines may end either way.
  Request request;
  std::size_t at = 0;
  for (;;) {
    const auto end = text.find('\n', at);
    std::string_view line = std::string_view(text).substr(at, end == std::string::npos ? end : end - at);
    at = end == std::string::npos ? text.size() : end + 1;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.empty() || at >= text.size()) {
      break;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), "content-type")) {
      request.content_type = trim(line.substr(colon + 1));
    }
  }
  request.body = text.substr(at);
  return request;
}

TEST_F(MultipartCorpus, Formidable) {
  // Name of the last part's file and the size of its data; or the reason for which it is refused.
  struct Wanted {
    std::string filename;
    std::size_t size;
    std::string refused;
  };
  const std::map<std::string, Wanted> all{
      {"encoding-beta-sticker-1.png", {"beta-sticker-1.png", 1660, ""}},
      {"encoding-binaryfile.tar.gz", {"binaryfile.tar.gz", 301, ""}},
      {"encoding-blank.gif", {"blank.gif", 49, ""}},
      {"encoding-menu_separator.png", {"menu_separator.png", 931, ""}},
      {"encoding-plain.txt", {"plain.txt", 23, ""}},
      {"misc-boundary-substring-json", {"plain.txt", 24, ""}},
      {"misc-empty-multipart", {"", 0, "no line that is its boundary"}},
      {"misc-empty-multipart2", {"", 0, ""}},
      {"no-filename-filename-name", {"plain.txt", 24, ""}},
      {"no-filename-generic", {"", 23, ""}},
      {"preamble-crlf", {"plain.txt", 23, ""}},
      {"preamble-preamble", {"plain.txt", 24, ""}},
      {"special-chars-in-filename-line-separator", {"", 0, "no line that is its boundary"}},
      {"special-chars-in-filename-osx-chrome-13",
       {R"(: \ ? % * | " < > . ? ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 36, ""}},
      {"special-chars-in-filename-osx-firefox-3.6",
       {R"(: \ ? % * | " < > . &#9731; ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 36, ""}},
      {"special-chars-in-filename-osx-safari-5",
       {R"(: \ ? % * | " < > . ? ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 36, ""}},
      {"special-chars-in-filename-xp-chrome-12",
       {R"( ? % * | " < > . ? ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 0, ""}},
      {"special-chars-in-filename-xp-ie-7",
       {R"( ? % * | " < > . &#9731; ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 0, ""}},
      {"special-chars-in-filename-xp-ie-8",
       {R"( ? % * | " < > . &#9731; ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 0, ""}},
      {"special-chars-in-filename-xp-safari-5",
       {R"( ? % * | " < > . ? ; ' @ # $ ^ & ( ) - _ = + { } [ ] ` ~.txt)", 0, ""}},
      {"workarounds-missing-hyphens1", {"plain.txt", 31, "without its final boundary"}},
      {"workarounds-missing-hyphens2", {"second-plaintext.txt", 37, "without its final boundary"}},
  };
  std::size_t count = 0;
  for (const auto& path : files_) {
    const auto stem = path.stem().string();
    const std::string_view name = stem;
    if (!name.starts_with("formidable-")) {
      continue;
    }
    SCOPED_TRACE(name);
    const auto request = split_request(read(path));
    if (!is_multipart_form(request.content_type)) {
      EXPECT_EQ(request.body, "");  // the three requests without a form
      continue;
    }
    const auto wanted = all.find(std::string(name.substr(std::string_view("formidable-").size())));
    ASSERT_NE(wanted, all.end());
    ++count;
    const auto boundary = multipart_boundary(request.content_type);
    ASSERT_TRUE(boundary);
    const auto outcome = run_all_ways(request.body, *boundary);
    EXPECT_EQ(outcome.error.has_value(), !wanted->second.refused.empty())
        << (outcome.error ? outcome.error->detail : "");
    if (outcome.error) {
      std::cout << name << " is refused: " << outcome.error->detail << '\n';
      EXPECT_NE(outcome.error->detail.find(wanted->second.refused), std::string::npos);
    }
    if (!outcome.parts.empty()) {
      const auto& part = outcome.parts.back();
      EXPECT_EQ(part.head.filename.value_or("none"), wanted->second.filename);
      EXPECT_EQ(part.data.size(), wanted->second.size);
    } else {
      EXPECT_EQ(wanted->second.filename, "");
    }
  }
  EXPECT_EQ(count, all.size());
}

}  // namespace
}  // namespace docket::http
