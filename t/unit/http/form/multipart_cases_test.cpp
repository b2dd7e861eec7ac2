// Bodies as small as they can be, each with the parts, or the error, that it has however it comes in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "http/form/multipart.h"
#include "http/form/multipart_recorder.h"

namespace docket::http {
namespace {

using test::every_byte;
using test::one_part;
using test::Outcome;
using test::RecordedPart;
using test::run;
using test::with_headers;
using testing::HasSubstr;

struct Case {
  std::string name;
  std::string boundary;
  std::string body;
  std::vector<RecordedPart> parts;
  std::string error;  ///< a piece of the detail; empty: none
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

RecordedPart field(std::string name, std::string data) {
  return {{std::move(name), std::nullopt, "", ""}, std::move(data), true};
}

RecordedPart file(std::string name, std::string filename, std::string data, std::string type = "text/plain") {
  return {{std::move(name), std::move(filename), std::move(type), ""}, std::move(data), true};
}

std::string disposition(const std::string& parameters) {
  return one_part("Content-Disposition: form-data; " + parameters + "\r\n", "x");
}

// Names of cases say what they are about; bodies are as small as they can be.
std::vector<Case> cases() {
  const std::string field_head = "Content-Disposition: form-data; name=\"f\"\r\n\r\n";
  const std::string file_head =
      "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n";
  return {
      // ---- Shapes of bodies.
      {"one_field", "b", "--b\r\n" + field_head + "value\r\n--b--\r\n", {field("f", "value")}, ""},
      {"no_line_end_after_the_last_boundary",
       "b",
       "--b\r\n" + field_head + "value\r\n--b--",
       {field("f", "value")},
       ""},
      {"half_a_line_end_after_the_last_boundary", "b", "--b\r\n" + field_head + "v\r\n--b--\r", {field("f", "v")}, ""},
      {"field_and_file",
       "b",
       "--b\r\n" + field_head + "1\r\n--b\r\n" + file_head + "2\r\n--b--\r\n",
       {field("f", "1"), file("f", "a.txt", "2")},
       ""},
      {"the_same_name_twice",
       "b",
       "--b\r\n" + field_head + "1\r\n--b\r\n" + field_head + "2\r\n--b--\r\n",
       {field("f", "1"), field("f", "2")},
       ""},
      {"no_parts", "b", "--b--\r\n", {}, ""},
      {"no_parts_after_line_ends", "b", "\r\n\r\n--b--\r\n", {}, ""},
      {"no_parts_after_text", "b", "text\r\n--b--\r\n", {}, "but no part"},
      {"preamble", "b", "dropped\r\n--b\r\n" + field_head + "v\r\n--b--\r\n", {field("f", "v")}, ""},
      {"preamble_of_line_ends", "b", "\r\n\r\n--b\r\n" + field_head + "v\r\n--b--\r\n", {field("f", "v")}, ""},
      {"preamble_with_the_boundary_in_a_line",
       "b",
       "not --b\r\n--b\r\n" + field_head + "v\r\n--b--\r\n",
       {field("f", "v")},
       ""},
      {"epilogue", "b", "--b\r\n" + field_head + "v\r\n--b--\r\ndropped\r\n--b\r\nno part", {field("f", "v")}, ""},
      {"epilogue_without_a_line_end", "b", "--b\r\n" + field_head + "v\r\n--b--dropped", {field("f", "v")}, ""},
      {"padding_after_boundaries",
       "b",
       "--b \t\r\n" + field_head + "v\r\n--b  \r\n" + field_head + "w\r\n--b-- \r\n",
       {field("f", "v"), field("f", "w")},
       ""},
      {"dashes_in_the_boundary",
       "----b",
       "------b\r\n" + field_head + "--b\r\n----b\r\n------b--\r\n",
       {field("f", "--b\r\n----b")},
       ""},
      // ---- Data that look like delimiters.
      {"empty_data", "b", "--b\r\n" + field_head + "\r\n--b--\r\n", {field("f", "")}, ""},
      {"empty_data_whose_line_end_is_the_headers", "b", "--b\r\n" + field_head + "--b--\r\n", {field("f", "")}, ""},
      {"data_begin_with_a_front_of_the_boundary",
       "bb",
       "--bb\r\n" + field_head + "--bX\r\n--bb--\r\n",
       {field("f", "--bX")},
       ""},
      {"data_of_line_ends",
       "b",
       "--b\r\n" + field_head + "\r\n\r\n\r\r\n\n\r\n--b--\r\n",
       {field("f", "\r\n\r\n\r\r\n\n")},
       ""},
      {"data_end_with_cr", "b", "--b\r\n" + field_head + "v\r\r\n--b--\r\n", {field("f", "v\r")}, ""},
      {"line_longer_than_the_boundary",
       "b",
       "--b\r\n" + field_head + "v\r\n--bQ\r\n--b--\r\n",
       {field("f", "v\r\n--bQ")},
       ""},
      {"line_with_cr_after_the_boundary",
       "b",
       "--b\r\n" + field_head + "v\r\n--b\rQ\r\n--b--\r\n",
       {field("f", "v\r\n--b\rQ")},
       ""},
      {"line_with_one_dash_after_the_boundary",
       "b",
       "--b\r\n" + field_head + "v\r\n--b-Q\r\n--b--\r\n",
       {field("f", "v\r\n--b-Q")},
       ""},
      {"line_with_a_space_and_dashes_after_the_boundary",
       "b",
       "--b\r\n" + field_head + "v\r\n--b --\r\n--b--\r\n",
       {field("f", "v\r\n--b --")},
       ""},
      {"line_with_padding_and_more_after_the_boundary",
       "b",
       "--b\r\n" + field_head + "v\r\n--b \t Q\r\n--b--\r\n",
       {field("f", "v\r\n--b \t Q")},
       ""},
      {"delimiter_after_a_line_like_one",
       "b",
       "--b\r\n" + field_head + "v\r\n--b \r\r\n--b--\r\n",
       {field("f", "v\r\n--b \r")},
       ""},
      {"endless_padding",
       "b",
       "--b\r\n" + field_head + "v\r\n--b" + std::string(100, ' ') + "\r\n--b--\r\n",
       {field("f", "v\r\n--b" + std::string(100, ' '))},
       ""},
      {"boundary_without_cr", "b", "--b\r\n" + field_head + "v\n--b\r\n--b--\r\n", {field("f", "v\n--b")}, ""},
      {"cr_before_the_delimiter",
       "b",
       "--b\r\n" + field_head + "v\r\r\n-\r\n--\r\n--b--",
       {field("f", "v\r\r\n-\r\n--")},
       ""},
      {"nul_and_high_bytes",
       "b",
       "--b\r\n" + file_head + std::string("\0\xFF\r\n\0", 5) + "\r\n--b--\r\n",
       {file("f", "a.txt", std::string("\0\xFF\r\n\0", 5))},
       ""},
      // ---- Ends that come too early.
      {"nothing", "b", "", {}, "no line that is its boundary"},
      {"another_boundary", "b", "--c\r\n" + field_head + "v\r\n--c--\r\n", {}, "no line that is its boundary"},
      {"a_bad_first_boundary", "b", "--c\r\n" + field_head + "v\r\n--b--\r\n", {}, "but no part"},
      {"lines_that_end_with_lf",
       "b",
       "--b\nContent-Disposition: form-data; name=\"f\"\n\nv\n--b--\n",
       {},
       "no line that is its boundary"},
      {"bad_end_of_a_message_without_parts", "b", "--b-X\r\n", {}, "no line that is its boundary"},
      {"cut_off_in_headers", "b", "--b\r\nContent-Disp", {}, "Part 1 of the form is cut off"},
      {"cut_off_in_data",
       "b",
       "--b\r\n" + field_head + "val",
       {{{"f", std::nullopt, "", ""}, "val", false}},
       "cut off"},
      {"last_boundary_without_dashes", "b", "--b\r\n" + field_head + "v\r\n--b\r\n", {field("f", "v")}, "cut off"},
      // ---- Headers.
      {"names_in_any_case",
       "b",
       one_part("cOnTENT-disPOSITION: form-data; NAME=f; FileName=a\r\ncontent-TYPE: TEXT/Plain\r\n", "x"),
       {file("f", "a", "x")},
       ""},
      {"other_headers",
       "b",
       with_headers("X-1: 2\r\nother!#$%&'*+-.^_`|~: baz\r\nContent-Length: 6\r\n"),
       {field("f", "x")},
       ""},
      {"charset",
       "b",
       with_headers("Content-Type: text/plain; charset=\"UTF-8\"\r\n"),
       {{{"f", std::nullopt, "text/plain", "UTF-8"}, "x", true}},
       ""},
      {"folded_lines",
       "b",
       one_part("Content-Disposition: form-data;\r\n name=\"f\";\r\n\tfilename=\"a\"\r\n", "x"),
       {file("f", "a", "x", "")},
       ""},
      {"content_type_that_cannot_be_read", "b", with_headers("Content-Type: nonsense\r\n"), {field("f", "x")}, ""},
      {"no_headers", "b", one_part("", "x"), {}, "Part 1 of the form has no Content-Disposition."},
      {"no_disposition", "b", one_part("Content-Type: text/plain\r\n", "x"), {}, "no Content-Disposition"},
      {"no_name", "b", disposition("size=3"), {}, "no name"},
      {"not_form_data",
       "b",
       one_part("Content-Disposition: attachment; name=\"f\"\r\n", "x"),
       {},
       "well-formed form-data"},
      {"name_twice", "b", disposition("name=a; name=b"), {}, "well-formed form-data"},
      {"disposition_twice", "b", with_headers("Content-Disposition: form-data; name=\"g\"\r\n"), {}, "twice"},
      {"line_without_colon",
       "b",
       one_part("Content-\r\nisposition: form-data; name=\"f\"\r\n", "x"),
       {},
       "name: value"},
      {"line_without_name", "b", one_part(": form-data; name=\"f\"\r\n", "x"), {}, "name: value"},
      {"name_with_bad_character",
       "b",
       one_part("Content-<<<position: form-data; name=\"f\"\r\n", "x"),
       {},
       "name: value"},
      {"space_before_colon", "b", one_part("Content-Disposition : form-data; name=\"f\"\r\n", "x"), {}, "name: value"},
      {"cr_in_a_name", "b", one_part("Content-\risposition: form-data; name=\"f\"\r\n", "x"), {}, "control character"},
      {"cr_in_a_value", "b", one_part("Content-Disposition: form-data; n\rme=\"f\"\r\n", "x"), {}, "control character"},
      {"nul_in_a_value",
       "b",
       one_part(std::string("Content-Disposition: form-data; name=\"f\0\"\r\n", 43), "x"),
       {},
       "control character"},
      {"bad_end_of_headers",
       "b",
       "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\rQ test\r\n--b--",
       {},
       "cut off"},
      {"header_that_ends_with_lf",
       "b",
       "--b\r\nContent-Disposition: form-data; name=\"f\"\n\nx\r\n--b--",
       {},
       "LF instead of CR LF"},
      {"mixed_within", "b", with_headers("Content-Type: multipart/mixed; boundary=c\r\n"), {}, "multipart/mixed"},
      {"second_part_is_bad",
       "b",
       "--b\r\n" + field_head + "1\r\n--b\r\nX: y\r\n\r\n2\r\n--b--",
       {field("f", "1")},
       "Part 2 of the form has no Content-Disposition"},
      // ---- Names.
      {"filename_before_name", "b", disposition("filename=\"a\"; name=\"f\""), {file("f", "a", "x", "")}, ""},
      {"filename_without_name", "b", disposition("filename=\"a\""), {file("", "a", "x", "")}, ""},
      {"empty_filename", "b", disposition("name=\"f\"; filename=\"\""), {file("f", "", "x", "")}, ""},
      {"utf8_filename",
       "b",
       disposition("name=\"f\"; filename=\"\xE2\x98\x83.txt\""),
       {file("f", "\xE2\x98\x83.txt", "x", "")},
       ""},
      {"escapes_of_browsers",
       "b",
       disposition("name=\"a%0D%0Ab\"; filename=\"%22q%22 100%25.txt\""),
       {file("a\r\nb", "\"q\" 100%25.txt", "x", "")},
       ""},
      {"path_of_ie",
       "b",
       disposition(R"(name="f"; filename="C:\new\table.txt")"),
       {file("f", R"(C:\new\table.txt)", "x", "")},
       ""},
      {"quotes_of_ie",
       "b",
       disposition(R"(name="f"; filename="a " < ; b.txt")"),
       {file("f", R"(a " < ; b.txt)", "x", "")},
       ""},
      {"quoted_pairs_of_curl",
       "b",
       disposition(R"(name="f"; filename="a\"b\\c;d.txt")"),
       {file("f", R"(a"b\c;d.txt)", "x", "")},
       ""},
      {"extended_filename",
       "b",
       disposition("name=\"f\"; filename=\"x.txt\"; filename*=UTF-8''%e2%98%83.txt"),
       {file("f", "\xE2\x98\x83.txt", "x", "")},
       ""},
      {"bad_extended_filename",
       "b",
       disposition("name=\"f\"; filename=\"x.txt\"; filename*=UTF-8''%e2%98.txt"),
       {file("f", "x.txt", "x", "")},
       ""},
      // ---- Content-Transfer-Encoding.
      {"identities", "b", with_headers("Content-Transfer-Encoding: Binary\r\n", "a=\r\n"), {field("f", "a=\r\n")}, ""},
      {"base64",
       "b",
       with_headers("Content-Transfer-Encoding: BASE64\r\n", "VGVz\r\ndCAxMjM=\r\n"),
       {field("f", "Test 123")},
       ""},
      {"quoted_printable",
       "b",
       with_headers("Content-Transfer-Encoding: quoted-printable\r\n",
                    "foo=3Dbar  \r\nsoft=\r\n line =\t\r\nend=E2=98=83"),
       {field("f", "foo=bar\r\nsoft line end\xE2\x98\x83")},
       ""},
      {"bad_base64",
       "b",
       with_headers("Content-Transfer-Encoding: base64\r\n", "VG!z"),
       {{{"f", std::nullopt, "", ""}, "", false}},
       "is not base64"},
      {"base64_cut_off",
       "b",
       with_headers("Content-Transfer-Encoding: base64\r\n", "VGVzd"),
       {{{"f", std::nullopt, "", ""}, "Tes", false}},
       "is not base64"},
      {"bad_quoted_printable",
       "b",
       with_headers("Content-Transfer-Encoding: quoted-printable\r\n", "=3"),
       {{{"f", std::nullopt, "", ""}, "", false}},
       "is not quoted-printable"},
      {"unknown_encoding", "b", with_headers("Content-Transfer-Encoding: x-uuencode\r\n"), {}, "\"x-uuencode\""},
  };
}

class MultipartCase : public testing::TestWithParam<Case> {
 protected:
  void expect(const Outcome& outcome) const {
    EXPECT_EQ(outcome.error.has_value(), !GetParam().error.empty()) << (outcome.error ? outcome.error->detail : "");
    if (outcome.error) {
      EXPECT_EQ(outcome.error->code, ErrorCode::bad_multipart);
      EXPECT_THAT(outcome.error->detail, HasSubstr(GetParam().error));
    }
    ASSERT_EQ(outcome.parts.size(), GetParam().parts.size());
    for (std::size_t i = 0; i < outcome.parts.size(); ++i) {
      const auto& part = outcome.parts[i];
      const auto& wanted = GetParam().parts[i];
      EXPECT_EQ(part.head.name, wanted.head.name);
      EXPECT_EQ(part.head.filename, wanted.head.filename);
      EXPECT_EQ(part.head.content_type, wanted.head.content_type);
      EXPECT_EQ(part.head.charset, wanted.head.charset);
      EXPECT_EQ(part.ended, wanted.ended);
      // What was decoded before an error depends on the pieces; it is the front of what is there in any case.
      if (part.ended || outcome.error->detail.find("is not") == std::string::npos) {
        EXPECT_EQ(part.data, wanted.data);
      }
    }
  }
};

TEST_P(MultipartCase, Whole) {
  expect(run(GetParam().body, GetParam().boundary));
}

TEST_P(MultipartCase, ByteByByte) {
  expect(run(GetParam().body, GetParam().boundary, every_byte(GetParam().body)));
}

TEST_P(MultipartCase, EverySplitInTwo) {
  for (std::size_t cut = 0; cut <= GetParam().body.size(); ++cut) {
    SCOPED_TRACE(cut);
    expect(run(GetParam().body, GetParam().boundary, {cut}));
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(MultipartCase, RandomSplits) {
  std::mt19937 random(20261120);  // the same in every run
  for (int round = 0; round < 200; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = random() % 9; at < GetParam().body.size(); at += random() % 9) {
      cuts.push_back(at);
    }
    expect(run(GetParam().body, GetParam().boundary, cuts));
    if (HasFailure()) {
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, MultipartCase, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace docket::http
