// Content-Type, Content-Disposition, Accept, entity tags: what stands in header fields.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/field/accept.h"
#include "http/field/conditional.h"
#include "http/field/content_disposition.h"
#include "http/field/content_type.h"
#include "http/field/text.h"

namespace docket::http {
namespace {

using testing::HasSubstr;

// ---- Content-Type

TEST(ContentTypeField, ReadsTypeAndParameters) {
  const auto parsed = parse_content_type("Text/Plain ; charset = \"utf-8\"; Boundary=a'b(c)/d?e:f");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, "text/plain");
  EXPECT_EQ(parsed->charset, "utf-8");
  EXPECT_EQ(parsed->boundary, "a'b(c)/d?e:f");
}

TEST(ContentTypeField, ReadsQuotedValues) {
  EXPECT_EQ(parse_content_type(R"(a/b; boundary="x;y=\"z\" \\")")->boundary, R"(x;y="z" \)");
  EXPECT_EQ(parse_content_type(R"(a/b; other="; boundary=no"; boundary=yes)")->boundary, "yes");
  EXPECT_EQ(parse_content_type(R"(a/b; boundary="open)")->boundary, "open");
  EXPECT_EQ(parse_content_type("a/b;;; boundary;boundary=x;")->boundary, "x");
}

TEST(ContentTypeField, RefusesWhatIsNone) {
  for (const auto* bad : {"", "text", "text/", "/plain", "te xt/plain", "text/plain/x", "; boundary=x",
                          "a/b; boundary=1; boundary=2", "a/b; charset=x; CHARSET=y"}) {
    EXPECT_FALSE(parse_content_type(bad).has_value()) << bad;
  }
}

TEST(ContentTypeField, KnowsForms) {
  EXPECT_TRUE(is_multipart_form("multipart/form-data; boundary=x"));
  EXPECT_TRUE(is_multipart_form("Multipart/Form-Data"));
  EXPECT_FALSE(is_multipart_form("multipart/mixed; boundary=x"));
  EXPECT_FALSE(is_multipart_form("multipart/form-data2"));
  EXPECT_FALSE(is_multipart_form(""));
}

TEST(ContentTypeField, TakesBoundariesOfOneToSeventyCharacters) {
  const auto boundary = [](const std::string& text) {
    return multipart_boundary("multipart/form-data; boundary=" + text);
  };
  EXPECT_EQ(boundary("x").value(), "x");
  EXPECT_EQ(boundary(std::string(70, 'x')).value(), std::string(70, 'x'));
  EXPECT_EQ(boundary("\\/\\/\\/").value(), "\\/\\/\\/");  // as formidable's clients send it
  EXPECT_EQ(boundary("\"a b=c\"").value(), "a b=c");
  for (const auto& bad : {std::string(), std::string("\"\""), std::string(71, 'x'), std::string("\"x \""),
                          std::string("x\ry"), std::string("\"x\ny\"")}) {
    ASSERT_FALSE(boundary(bad)) << bad;
    EXPECT_EQ(boundary(bad).error().code, ErrorCode::bad_multipart);
  }
  EXPECT_THAT(multipart_boundary("multipart/form-data").error().detail, HasSubstr("no boundary"));
  EXPECT_THAT(boundary(std::string(71, 'x')).error().detail, HasSubstr("70"));
  EXPECT_FALSE(multipart_boundary("text/plain; boundary=x"));
}

// ---- Content-Disposition, read

TEST(ContentDispositionField, ReadsARawUploads) {
  const auto parsed = parse_content_disposition("ATTACHMENT; filename=report.pdf");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, "attachment");
  EXPECT_EQ(parsed->name, std::nullopt);
  EXPECT_EQ(parsed->filename, "report.pdf");
  EXPECT_EQ(parse_content_disposition("inline")->filename, std::nullopt);
}

TEST(ContentDispositionField, PrefersAnExtendedNameThatCanBeDecoded) {
  const auto filename = [](const std::string& parameters) {
    return parse_content_disposition("attachment; " + parameters)->filename;
  };
  EXPECT_EQ(filename("filename=a; filename*=UTF-8''%E2%82%AC.pdf"), "\xE2\x82\xAC.pdf");
  EXPECT_EQ(filename("filename*=utf-8'en'%E2%82%AC.pdf; filename=a"), "\xE2\x82\xAC.pdf");
  EXPECT_EQ(filename("filename=a; filename*=ISO-8859-1''%A3%20x"), "\xC2\xA3 x");
  EXPECT_EQ(filename("filename*=UTF-8''a"), "a");
  for (const auto* bad : {"UTF-8''%E2%82", "UTF-8''%zz", "UTF-8''%4", "UTF-16''a", "UTF-8'a", "a", "UTF-8''%00"}) {
    EXPECT_EQ(filename(std::string("filename=a; filename*=") + bad), "a") << bad;
  }
}

TEST(ContentDispositionField, ReadsQuotesAsClientsWriteThem) {
  const auto filename = [](const std::string& value) {
    return parse_content_disposition("form-data; filename=\"" + value + "; x=y").value().filename;
  };
  EXPECT_EQ(filename(R"(a"b")"), R"(a"b)");
  EXPECT_EQ(filename(R"(C:\dir\")"), R"(C:\dir\)");  // the last quote of all ends the value
  EXPECT_EQ(filename(R"(a\"b")"), R"(a"b)");
  EXPECT_EQ(filename(R"(\\\\server\\x")"), R"(\\server\x)");
  EXPECT_EQ(filename(R"(a; filename=b")"), "a; filename=b");
  EXPECT_EQ(filename(R"(%22%0d%0A%20%2)"
                     "\""),
            "\"\r\n%20%2");
}

TEST(ContentDispositionField, RefusesWhatIsAmbiguous) {
  for (const auto* bad :
       {"", "; name=x", "form data; name=x", "form-data; name=a; name=b", "form-data; filename=a; FILENAME=b"}) {
    EXPECT_FALSE(parse_content_disposition(bad).has_value()) << bad;
  }
}

// ---- Content-Disposition, written

std::string written(std::string_view name, DispositionType type = DispositionType::attachment) {
  std::string out;
  append_content_disposition(out, type, name);
  return out;
}

TEST(ContentDispositionField, WritesBothNames) {
  EXPECT_EQ(written("scan.md"), "attachment; filename=\"scan.md\"; filename*=UTF-8''scan.md");
  EXPECT_EQ(written("a b.md", DispositionType::inline_), "inline; filename=\"a b.md\"; filename*=UTF-8''a%20b.md");
  EXPECT_EQ(written("\xE2\x98\x83 100%.md"),
            "attachment; filename=\"_ 100_.md\"; filename*=UTF-8''%E2%98%83%20100%25.md");
  EXPECT_EQ(written(""), "attachment");
}

TEST(ContentDispositionField, WritesNothingThatCouldEndTheField) {
  const auto value = written(std::string_view("a\r\nX: y\"\\/..\0\x7F\xFF\xC2\x85.md", 20));
  EXPECT_EQ(value,
            "attachment; filename=\"a__X: y___..____.md\"; "
            "filename*=UTF-8''a__X%3A%20y%22__..__%EF%BF%BD_.md");
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    for (const char out : written(std::string_view(&byte, 1))) {
      ASSERT_TRUE(out >= 0x20 && out < 0x7F) << c;
    }
  }
}

TEST(ContentDispositionField, CutsLongNamesBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 300; ++i) {
    name += "\xE2\x98\x83";
  }
  const auto value = written(name + ".md");
  std::string out = "attachment; filename=\"" + std::string(84, '_') + ".md\"; filename*=UTF-8''";
  for (int i = 0; i < 84; ++i) {
    out += "%E2%98%83";
  }
  EXPECT_EQ(value, out + ".md");
  EXPECT_EQ(written(std::string(300, 'x')).find(std::string(256, 'x')), std::string::npos);
  EXPECT_NE(written(std::string(300, 'x')).find(std::string(255, 'x')), std::string::npos);
}

TEST(ContentDispositionField, NamesDownloads) {
  EXPECT_EQ(download_name("scan.pdf", "md"), "scan.md");
  EXPECT_EQ(download_name("a.b.pdf", "txt"), "a.b.txt");
  EXPECT_EQ(download_name("scan", "md"), "scan.md");
  EXPECT_EQ(download_name("C:\\in\\scan.pdf", "md"), "scan.md");
  EXPECT_EQ(download_name("../../etc/passwd", "json"), "passwd.json");
  EXPECT_EQ(download_name(".pdf", "md"), ".pdf.md");
  EXPECT_EQ(download_name("", "md"), "result.md");
  EXPECT_EQ(download_name("dir/", "md"), "result.md");
  EXPECT_EQ(download_name("..", "md"), "result.md");
}

// ---- Accept

TEST(AcceptField, GivesQualitiesByTheMostSpecificRange) {
  EXPECT_EQ(accept_quality("", "text/plain"), 1000U);
  EXPECT_EQ(accept_quality("*/*", "text/plain"), 1000U);
  EXPECT_EQ(accept_quality("text/html", "text/plain"), 0U);
  EXPECT_EQ(accept_quality("text/*;q=0.3, text/plain;q=0.7, */*;q=0.1", "text/plain"), 700U);
  EXPECT_EQ(accept_quality("text/*;q=0.3, text/plain;q=0.7, */*;q=0.1", "text/html"), 300U);
  EXPECT_EQ(accept_quality("text/*;q=0.3, text/plain;q=0.7, */*;q=0.1", "image/png"), 100U);
  EXPECT_EQ(accept_quality("*/*, text/plain;q=0", "text/plain"), 0U);
  EXPECT_EQ(accept_quality("TEXT/PLAIN ; charset=utf-8 ; Q=0.125", "text/plain"), 125U);
  EXPECT_EQ(accept_quality("text/plain;q=1.000", "text/plain"), 1000U);
  EXPECT_EQ(accept_quality("text/plain;q=0.0009", "text/plain"), 0U);
  EXPECT_EQ(accept_quality("text/plain;q=x", "text/plain"), 1000U);
  EXPECT_EQ(accept_quality(",, text/plain ,", "text/plain"), 1000U);
  EXPECT_EQ(accept_quality("textual/*", "text/plain"), 0U);
}

TEST(AcceptField, ChoosesTheForm) {
  const auto markdown = [](std::string_view accept) { return choose_representation(accept, Format::markdown, false); };
  EXPECT_EQ(markdown(""), Representation::wrapped);
  EXPECT_EQ(markdown("*/*"), Representation::wrapped);
  EXPECT_EQ(markdown("application/json"), Representation::wrapped);
  EXPECT_EQ(markdown("text/markdown"), Representation::raw);
  EXPECT_EQ(markdown("text/*"), Representation::raw);
  EXPECT_EQ(markdown("text/markdown, application/json"), Representation::wrapped);  // a tie
  EXPECT_EQ(markdown("text/markdown, application/json;q=0.9"), Representation::raw);
  EXPECT_EQ(markdown("text/markdown;q=0.5, */*"), Representation::wrapped);
  EXPECT_EQ(markdown("image/png"), Representation::wrapped);   // nothing fits
  EXPECT_EQ(markdown("text/plain"), Representation::wrapped);  // text is another format
  EXPECT_EQ(markdown("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Representation::wrapped);
  EXPECT_EQ(choose_representation("text/plain", Format::text, false), Representation::raw);
  EXPECT_EQ(choose_representation("application/json", Format::json, false), Representation::wrapped);
  EXPECT_EQ(choose_representation("application/json", Format::json, true), Representation::raw);
  EXPECT_EQ(choose_representation("application/json", Format::markdown, true), Representation::raw);
  EXPECT_EQ(
      choose_representation("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::hocr, false),
      Representation::raw);
  EXPECT_EQ(choose_representation("*/*", Format::hocr, false), Representation::wrapped);
}

TEST(AcceptField, HasNoSayWhereThereIsOneFormOnly) {
  for (const auto* accept : {"", "application/json", "image/png", "text/html"}) {
    for (const bool raw : {false, true}) {
      EXPECT_EQ(choose_representation(accept, Format::png, raw), Representation::raw) << accept;
      EXPECT_EQ(choose_representation(accept, Format::images, raw), Representation::wrapped) << accept;
    }
  }
}

TEST(AcceptEncodingField, TakesGzip) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("x-gzip"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_TRUE(accepts_gzip("*;q=0, gzip"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("br, deflate"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip; q=0.000, *"));
  EXPECT_FALSE(accepts_gzip("*, gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("identity, *;q=0"));
  EXPECT_FALSE(accepts_gzip("gzipped"));
}

// ---- Entity tags

TEST(EntityTags, AreRead) {
  EXPECT_EQ(parse_entity_tag("\"a\""), (EntityTag{false, "a"}));
  EXPECT_EQ(parse_entity_tag(" W/\"a,b\" "), (EntityTag{true, "a,b"}));
  EXPECT_EQ(parse_entity_tag("\"\""), (EntityTag{false, ""}));
  for (const auto* bad : {"", "a", "\"a", "a\"", "w/\"a\"", "\"a\" \"b\"", "\"a\"b", "W/", "*"}) {
    EXPECT_EQ(parse_entity_tag(bad), std::nullopt) << bad;
  }
}

TEST(EntityTags, MatchWeakly) {
  EXPECT_TRUE(matches_none_match("*", "W/\"1\""));
  EXPECT_TRUE(matches_none_match(" \"1\" ", "W/\"1\""));
  EXPECT_TRUE(matches_none_match("W/\"1\"", "\"1\""));
  EXPECT_TRUE(matches_none_match("\"0\", W/\"a,b\",\"1\"", "\"1\""));
  EXPECT_TRUE(matches_none_match("\"a,b\"", "\"a,b\""));
  EXPECT_FALSE(matches_none_match("", "\"1\""));
  EXPECT_FALSE(matches_none_match("\"2\", \"3\"", "\"1\""));
  EXPECT_FALSE(matches_none_match("1", "\"1\""));
  EXPECT_FALSE(matches_none_match("\"x,\"1\"", "\"1\""));
  EXPECT_FALSE(matches_none_match("\"2\" garbage \"1\"", "\"1\""));
  EXPECT_FALSE(matches_none_match("\"1", "\"1\""));
}

TEST(Preconditions, AreJudgedByWhatThereIs) {
  const auto judged = [](std::optional<std::string> match, std::optional<std::string> none_match,
                         std::optional<std::string_view> etag) {
    const auto may = check_preconditions({.if_match = std::move(match), .if_none_match = std::move(none_match)}, etag);
    EXPECT_TRUE(may || may.error().code == ErrorCode::precondition_failed);
    return may.has_value();
  };
  const auto tag = std::optional<std::string_view>("W/\"7\"");
  EXPECT_TRUE(judged({}, {}, tag));
  for (const auto* match : {"*", "W/\"7\"", "\"7\"", "\"x\", \"7\""}) {
    EXPECT_TRUE(judged(match, {}, tag)) << match;
    EXPECT_FALSE(judged({}, match, tag)) << match;
    EXPECT_FALSE(judged(match, match, tag)) << match;
    EXPECT_FALSE(judged(match, {}, std::nullopt)) << match;
    EXPECT_TRUE(judged({}, match, std::nullopt)) << match;
  }
  for (const auto* other : {"", "\"8\"", "7"}) {
    EXPECT_FALSE(judged(other, {}, tag)) << other;
    EXPECT_TRUE(judged({}, other, tag)) << other;
  }
}

}  // namespace
}  // namespace docket::http
