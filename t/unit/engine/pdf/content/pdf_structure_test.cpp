#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::ElementsAre;

const ReadOptions text_only = with(&ReadOptions::ocr, OcrMode::off);

std::string reference(int object) {
  return std::to_string(object) + " 0 R";
}

/// A line of text 20 points below the last one, as marked content.
std::string marked(const std::string& begin, const std::string& text) {
  return begin + " BDC (" + text + ") Tj 0 -40 Td EMC ";
}

/// A document of one page with a structure tree. `elements` are the entries of each element's dictionary beside its
/// parent, which is the element that is named, or 0 for the root; contents of number i belong to element `leaf`[i].
class TaggedPdf {
 public:
  TaggedPdf() : root_(maker_.reserve()) {}

  int element(int parent, const std::string& type) {
    return maker_.add("<< /Type /StructElem /S /" + type + " /P " + reference(parent == 0 ? root_ : parent) + " >>");
  }
  PdfMaker& maker() { return maker_; }

  std::string finish(const std::string& content, const std::vector<int>& leaves, const std::string& root_entries = "") {
    std::string parents;
    for (const auto leaf : leaves) {
      parents += reference(leaf) + " ";
    }
    const auto kid =
        maker_.add("<< /Limits [7 8] /Nums [7 " + reference(maker_.add("[" + parents + "]")) + nums + "] >>");
    maker_.define(root_,
                  "<< /Type /StructTreeRoot /ParentTree << /Kids [" + reference(kid) + "] >> " + root_entries + " >>");
    maker_.add_page("BT /F1 12 Tf 72 700 Td " + content + " ET", resources + " /StructParents 7");
    maker_.add_to_catalogue("/MarkInfo " + mark_info + " /StructTreeRoot " + reference(root_));
    return maker_.finish();
  }

  std::string nums;  ///< further pairs of the parent tree
  std::string resources = helvetica;
  std::string mark_info = "<< /Marked true >>";

 private:
  PdfMaker maker_;
  int root_;
};

/// Each line's text, role and level.
std::vector<std::string> roles(const std::string& bytes) {
  static const std::vector<std::string> names{"none",      "artifact", "title",   "heading", "paragraph",
                                              "list_item", "code",     "caption", "other"};
  const auto page = read_first(bytes, MediaType::pdf, text_only);
  std::vector<std::string> found;
  for (const auto& line : page.lines) {
    std::string text;
    for (const auto& word : line.words) {
      text += word.text + " ";
    }
    const auto tag = line.tag < 0 ? Tag{} : page.tags.at(static_cast<std::size_t>(line.tag));
    found.push_back(text + names.at(static_cast<std::size_t>(tag.role)) +
                    (tag.level > 0 ? std::to_string(tag.level) : std::string()));
  }
  return found;
}

TEST(PdfStructure, LinesKnowTheirElements) {
  TaggedPdf pdf;
  const int title = pdf.element(0, "Title");
  const int second = pdf.element(0, "H2");
  const int span = pdf.element(pdf.element(0, "P"), "Span");
  const int body = pdf.element(pdf.element(pdf.element(0, "L"), "LI"), "LBody");
  const int code = pdf.element(pdf.element(0, "P"), "Code");
  const int block = pdf.element(0, "Code");
  const int cell = pdf.element(pdf.element(pdf.element(pdf.element(0, "Table"), "TR"), "TD"), "P");
  std::string content;
  int number = 0;
  for (const auto* text : {"title", "second", "span", "body", "inline", "block", "cell"}) {
    content += marked("/P << /MCID " + std::to_string(number++) + " >>", text);
  }
  content += marked("/Artifact << /Type /Pagination >>", "page 1") + "(unmarked) Tj";
  EXPECT_THAT(roles(pdf.finish(content, {title, second, span, body, code, block, cell})),
              ElementsAre("title title", "second heading2", "span paragraph", "body list_item", "inline paragraph",
                          "block code", "cell other", "page 1 artifact", "unmarked none"));
}

TEST(PdfStructure, TypesOfTheFileStandForStandardOnes) {
  TaggedPdf pdf;
  const int heading = pdf.element(0, "Ueberschrift");
  const int circle = pdf.element(0, "Ring");
  EXPECT_THAT(roles(pdf.finish(marked("/X << /MCID 0 >>", "one") + marked("/X << /MCID 1 >>", "two"), {heading, circle},
                               "/RoleMap << /Ueberschrift /Kopf /Kopf /H3 /Ring /Rang /Rang /Ring >>")),
              ElementsAre("one heading3", "two none"));
}

TEST(PdfStructure, HeadingsWithoutLevelAreAsDeepAsTheirSections) {
  TaggedPdf pdf;
  const int inner = pdf.element(pdf.element(pdf.element(0, "Sect"), "Sect"), "H");
  EXPECT_THAT(roles(pdf.finish(marked("/H << /MCID 0 >>", "one"), {inner})), ElementsAre("one heading2"));
}

TEST(PdfStructure, FormsHaveContentsOfTheirOwn) {
  TaggedPdf pdf;
  const int heading = pdf.element(0, "H1");
  const int text = pdf.element(0, "P");
  const int form =
      pdf.maker().add_stream("BT /F1 12 Tf 72 500 Td /X << /MCID 0 >> BDC (in a form) Tj EMC ET",
                             "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /StructParents 8 " + helvetica);
  pdf.nums = " 8 [" + reference(heading) + "]";
  pdf.resources = "/Resources << /XObject << /Fm " + reference(form) +
                  " >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";
  EXPECT_THAT(roles(pdf.finish(marked("/X << /MCID 0 >>", "on the page") + "ET /Fm Do BT", {text})),
              ElementsAre("on the page paragraph", "in a form heading1"));
}

TEST(PdfStructure, SuspectTreesAreLeftAlone) {
  TaggedPdf pdf;
  const int heading = pdf.element(0, "H1");
  pdf.mark_info = "<< /Marked true /Suspects true >>";
  EXPECT_THAT(roles(pdf.finish(marked("/H1 << /MCID 0 >>", "one"), {heading})), ElementsAre("one none"));
}

TEST(PdfStructure, CirclesAndDepthsEnd) {
  TaggedPdf pdf;
  const int circle = pdf.maker().reserve();
  pdf.maker().define(circle, "<< /S /P /P " + reference(circle) + " >>");
  int deep = pdf.element(0, "Sect");
  for (int i = 0; i < 300; ++i) {
    deep = pdf.element(deep, "Sect");
  }
  EXPECT_THAT(roles(pdf.finish(marked("/P << /MCID 0 >>", "one") + marked("/P << /MCID 1 >>", "two") +
                                   marked("/P << /MCID 99 >>", "three") + marked("/P << /MCID -5 >>", "four"),
                               {circle, pdf.element(deep, "P")})),
              ElementsAre("one none", "two none", "three none", "four none"));
}

TEST(PdfStructure, MarksThatAreNotBalancedDoNoHarm) {
  TaggedPdf pdf;
  const int heading = pdf.element(0, "H1");
  const int text = pdf.element(0, "P");
  EXPECT_THAT(roles(pdf.finish("EMC EMC " + marked("/H1 << /MCID 0 >>", "one") + "EMC /P << /MCID 1 >> BDC (two) Tj",
                               {heading, text})),
              ElementsAre("one heading1", "two paragraph"));
}

}  // namespace
}  // namespace docket::engine::readers_test
