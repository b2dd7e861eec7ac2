// Opening PDFs, and telling what their pages need.
#include <gmock/gmock.h>

#include <array>

#include "engine/pdf/readers_documents.h"
#include "engine/readers/open_document.h"

namespace docket::engine::readers_test {
namespace {

using testing::HasSubstr;

Error open_error(std::string_view bytes, const ReadOptions& options = {}, MediaType type = MediaType::pdf) {
  const auto file = file_of(bytes);
  const auto document = open_document(file.get(), type, options);
  return document ? Error{} : document.error();
}

TEST(OpenPdf, WhatIsNoPdfIsCorrupt) {
  EXPECT_EQ(open_error("this is no PDF at all").code, ErrorCode::corrupt);
  EXPECT_EQ(open_error("%PDF-1.4\nnothing more").code, ErrorCode::corrupt);
  EXPECT_EQ(open_error("").code, ErrorCode::corrupt);
}

TEST(OpenPdf, ADocumentWithoutPages) {
  EXPECT_EQ(open_error(PdfMaker().finish()).code, ErrorCode::no_pages);
}

TEST(OpenPdf, TooManyPagesNamesLimitAndDirective) {
  PdfMaker maker;
  for (int page = 0; page < 3; ++page) {
    maker.add_page("", "");
  }
  const auto error = open_error(maker.finish(), with(&ReadOptions::max_pages, 2));
  EXPECT_EQ(error.code, ErrorCode::too_many_pages);
  EXPECT_THAT(error.detail, HasSubstr("3"));
  EXPECT_THAT(error.detail, HasSubstr("2"));
  EXPECT_THAT(error.detail, HasSubstr("docket_max_pages"));
  EXPECT_EQ(open_error(maker.finish(), with(&ReadOptions::max_pages, 3)).code, ErrorCode::none);
}

TEST(OpenPdf, ChosenPagesAreTheDocument) {
  PdfMaker maker;
  for (int page = 1; page <= 5; ++page) {
    maker.add_page("BT /F1 12 Tf 72 700 Td (page " + std::to_string(page) + ") Tj ET", helvetica);
  }
  const auto options = with(&ReadOptions::pages, PageSet::parse("5,2-3,9-").value(), with(&ReadOptions::max_pages, 3));
  const auto pages = read_all(maker.finish(), MediaType::pdf, options);
  ASSERT_TRUE(pages) << pages.error().detail;
  ASSERT_EQ(pages->size(), 3U);
  for (std::size_t at = 0; at < 3; ++at) {
    constexpr std::array numbers{2U, 3U, 5U};
    EXPECT_EQ(pages->at(at)->number, numbers.at(at));
    EXPECT_EQ(text_of(*pages->at(at)), "page " + std::to_string(numbers.at(at)) + "\n");
  }
}

TEST(OpenPdf, ChosenPagesHaveToBeThereAndNotTooMany) {
  PdfMaker maker;
  for (int page = 0; page < 4; ++page) {
    maker.add_page("", "");
  }
  const auto none = open_error(maker.finish(), with(&ReadOptions::pages, PageSet::parse("5,9-12").value()));
  EXPECT_EQ(none.code, ErrorCode::bad_option);
  EXPECT_EQ(none.detail, "The option pages is 5,9-12, but the document has 4 pages.");
  const auto many = open_error(
      maker.finish(), with(&ReadOptions::pages, PageSet::parse("2-").value(), with(&ReadOptions::max_pages, 2)));
  EXPECT_EQ(many.code, ErrorCode::too_many_pages);
  EXPECT_EQ(many.detail, "The option pages chooses 3 pages, more than the 2 that docket_max_pages allows.");
}

TEST(OpenPdf, UnknownTypesAreRefused) {
  EXPECT_EQ(open_error("x", {}, MediaType::unknown).code, ErrorCode::unsupported_type);
}

TEST(OpenPdf, PasswordsOpenEncryptedDocuments) {
  PdfMaker maker;
  maker.add_page("BT /F1 12 Tf 72 700 Td (secret) Tj ET", helvetica);
  const auto bytes = maker.finish_encrypted("user", "own\xe9r");  // é in PDFDocEncoding
  EXPECT_EQ(open_error(bytes).code, ErrorCode::encrypted);
  EXPECT_EQ(open_error(bytes, with(&ReadOptions::password, "wrong")).code, ErrorCode::wrong_password);
  EXPECT_EQ(text_of(read_first(bytes, MediaType::pdf, with(&ReadOptions::password, "user"))), "secret\n");
  // As people type it: UTF-8.
  EXPECT_EQ(text_of(read_first(bytes, MediaType::pdf, with(&ReadOptions::password, "own\xc3\xa9r"))), "secret\n");
}

TEST(OpenPdf, ADocumentThatNeedsNoPasswordOpensWithAnyOne) {
  PdfMaker maker;
  maker.add_page("BT /F1 12 Tf 72 700 Td (open) Tj ET", helvetica);
  EXPECT_EQ(text_of(read_first(maker.finish(), MediaType::pdf, with(&ReadOptions::password, "any"))), "open\n");
  EXPECT_EQ(
      text_of(read_first(maker.finish_encrypted("", "owner"), MediaType::pdf, with(&ReadOptions::password, "any"))),
      "open\n");
  EXPECT_EQ(text_of(read_first(maker.finish_encrypted("", "owner"), MediaType::pdf)), "open\n");
}

TEST(OpenPdf, PagesAreReadInAnyOrderAndOnlyIfTheyAreThere) {
  PdfMaker maker;
  for (const auto* word : {"first", "second", "third"}) {
    maker.add_page("BT /F1 12 Tf 72 700 Td (" + std::string(word) + ") Tj ET", helvetica);
  }
  const auto file = file_of(maker.finish());
  const auto document = open_document(file.get(), MediaType::pdf, {});
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)->page_count(), 3U);
  const auto third = (*document)->read(3);
  const auto first = (*document)->read(1);
  ASSERT_TRUE(third && first);
  EXPECT_EQ(third->number, 3U);
  EXPECT_EQ(text_of(*third), "third\n");
  EXPECT_EQ(text_of(*first), "first\n");
  EXPECT_EQ((*document)->read(0).error().code, ErrorCode::corrupt);
  EXPECT_EQ((*document)->read(4).error().code, ErrorCode::corrupt);
}

TEST(OpenPdf, ThePositionOfTheDescriptorDoesNotMatter) {
  // Children share the worker's open file, and so its position.
  PdfMaker maker;
  maker.add_page("BT /F1 12 Tf 72 700 Td (first) Tj ET", helvetica);
  maker.add_page("BT /F1 12 Tf 72 700 Td (second) Tj ET", helvetica);
  const auto file = file_of(maker.finish());
  const auto one = open_document(file.get(), MediaType::pdf, {});
  const auto other = open_document(file.get(), MediaType::pdf, {});
  ASSERT_TRUE(one && other);
  const auto first = (*one)->read(1);
  ::lseek(file.get(), 7, SEEK_SET);
  const auto second = (*other)->read(2);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(text_of(*first), "first\n");
  EXPECT_EQ(text_of(*second), "second\n");
}

std::string classes_of(std::string_view bytes, const ReadOptions& options = {}) {
  const auto file = file_of(bytes);
  const auto document = open_document(file.get(), MediaType::pdf, options);
  std::string classes;
  for (std::uint32_t page = 1; document && page <= (*document)->page_count(); ++page) {
    classes += static_cast<char>((*document)->classify(page));
  }
  return classes;
}

TEST(Classify, FontsMeanTextAndImagesAloneAScan) {
  PdfMaker maker;
  const int image = maker.add_stream("\x80",
                                     "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
                                     "/ColorSpace /DeviceGray");
  const int form = maker.add_stream("", "/Type /XObject /Subtype /Form /BBox [0 0 1 1] " + helvetica);
  const int outer = maker.add_stream("", "/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /A " +
                                             std::to_string(form) + " 0 R >> >>");
  const auto showing = [](int object) {
    return "/Resources << /XObject << /X " + std::to_string(object) + " 0 R >> >>";
  };
  maker.add_page("", helvetica);
  maker.add_page("", showing(image));
  maker.add_page("", showing(form));
  maker.add_page("", showing(outer));
  maker.add_page("", "");
  const auto bytes = maker.finish();
  EXPECT_EQ(classes_of(bytes), "tstts");
  EXPECT_EQ(classes_of(bytes, with(&ReadOptions::ocr, OcrMode::force)), "sssss");
  EXPECT_EQ(classes_of(bytes, with(&ReadOptions::ocr, OcrMode::off)), "ttttt");
}

TEST(Classify, KnottedResourcesComeToAnEnd) {
  PdfMaker maker;
  // 60 forms, each of which names all of them.
  std::vector<int> forms(60);
  std::string all;
  for (auto& form : forms) {
    form = maker.reserve();
    all += "/X" + std::to_string(form) + " " + std::to_string(form) + " 0 R ";
  }
  const int resources = maker.add("<< /XObject << " + all + ">> >>");
  for (const int form : forms) {
    maker.define(form, "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0 /Resources " +
                           std::to_string(resources) + " 0 R >>\nstream\n\nendstream");
  }
  maker.add_page("", "/Resources " + std::to_string(resources) + " 0 R");
  EXPECT_EQ(classes_of(maker.finish()), "s");
}

}  // namespace
}  // namespace docket::engine::readers_test
