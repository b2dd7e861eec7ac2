// What PDFs have besides their pages' contents: form fields, annotations, layers, attached files, odd boxes and units.
#include <gmock/gmock.h>

#include "engine/pdf/readers_documents.h"

namespace docket::engine::readers_test {
namespace {

using testing::FloatNear;
using testing::HasSubstr;

const std::string body = "BT /F1 12 Tf 72 700 Td (The body.) Tj ET";

std::string number(int value) {
  return std::to_string(value);
}

// An appearance that shows `text`; annotations draw it into their rectangle.
int add_appearance(PdfMaker& maker, const std::string& text) {
  return maker.add_stream("BT /F1 12 Tf 2 4 Td (" + text + ") Tj ET",
                          "/Type /XObject /Subtype /Form /BBox [0 0 200 20] " + helvetica);
}

// A page with `body` and one annotation.
std::string annotated(const std::string& annotation, const std::string& appearance = "") {
  PdfMaker maker;
  std::string entries = "<< /Type /Annot /Rect [72 600 272 620] " + annotation;
  if (!appearance.empty()) {
    entries += " /AP << /N " + number(add_appearance(maker, appearance)) + " 0 R >>";
  }
  const int annot = maker.add(entries + " >>");
  maker.add_page(body, helvetica + " /Annots [" + number(annot) + " 0 R]");
  return maker.finish();
}

// A page with `body` and one field of a form.
std::string with_field(const std::string& field, const std::string& form = "") {
  PdfMaker maker;
  const int annot =
      maker.add("<< /Type /Annot /Subtype /Widget /F 4 /Rect [72 600 272 620] /T (name) " + field + " >>");
  maker.add_page(body, helvetica + " /Annots [" + number(annot) + " 0 R]");
  maker.add_to_catalogue("/AcroForm << /Fields [" + number(annot) +
                         " 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont "
                         "/Helvetica >> >> >> " +
                         form + " >>");
  return maker.finish();
}

std::string read(const std::string& file) {
  return text_of(read_first(file, MediaType::pdf));
}

TEST(PdfFields, ValuesAreTextOfThePage) {
  PdfMaker maker;
  const int appearance = add_appearance(maker, "Ada Lovelace");
  const int annot = maker.add(
      "<< /Type /Annot /Subtype /Widget /F 4 /Rect [72 600 272 620] /FT /Tx /T (name) /V (Ada "
      "Lovelace) /AP << /N " +
      number(appearance) + " 0 R >> >>");
  maker.add_page(body, helvetica + " /Annots [" + number(annot) + " 0 R]");
  maker.add_to_catalogue("/AcroForm << /Fields [" + number(annot) + " 0 R] >>");
  EXPECT_EQ(read(maker.finish()), "The body.\nAda Lovelace\n");
}

TEST(PdfFields, ValuesWithoutAnAppearanceAreDrawn) {
  EXPECT_EQ(read(with_field("/FT /Tx /V (Grace Hopper)", "/NeedAppearances true")), "The body.\nGrace Hopper\n");
  EXPECT_EQ(read(with_field("/FT /Tx /V (Grace Hopper)")), "The body.\nGrace Hopper\n");
  EXPECT_EQ(read(with_field("/FT /Ch /Ff 131072 /Opt [(Red) (Green)] /V (Green)")), "The body.\nGreen\n");
}

TEST(PdfFields, HiddenOnesAndEmptyOnesSayNothing) {
  EXPECT_EQ(read(with_field("/FT /Tx")), "The body.\n");
  auto hidden = with_field("/FT /Tx /V (Grace Hopper)");
  hidden.replace(hidden.find("/F 4"), 4, "/F 2");
  EXPECT_EQ(read(hidden), "The body.\n");
}

TEST(PdfFields, APageOfNothingElseIsRead) {
  PdfMaker maker;
  const int appearance = add_appearance(maker, "only a field");
  const int annot = maker.add(
      "<< /Type /Annot /Subtype /Widget /F 4 /Rect [72 600 272 620] /FT /Tx /T (name) /V (only "
      "a field) /AP << /N " +
      number(appearance) + " 0 R >> >>");
  maker.add_page("", "/Annots [" + number(annot) + " 0 R]");
  maker.add_to_catalogue("/AcroForm << /Fields [" + number(annot) + " 0 R] >>");
  const auto page = read_first(maker.finish(), MediaType::pdf);
  EXPECT_EQ(text_of(page), "only a field\n");
  EXPECT_EQ(page.source, Source::text);
}

TEST(PdfAnnotations, WhatIsWrittenOnThePageIsTextOfThePage) {
  EXPECT_EQ(read(annotated("/Subtype /FreeText /DA (/Helv 12 Tf 0 g) /Contents (seen)", "Typed on it")),
            "The body.\nTyped on it\n");
  EXPECT_EQ(read(annotated("/Subtype /FreeText /DA (/Helv 12 Tf 0 g) /Contents (Drawn by the viewer)")),
            "The body.\nDrawn by the viewer\n");
  EXPECT_EQ(read(annotated("/Subtype /Stamp /Name /Approved", "APPROVED")), "The body.\nAPPROVED\n");
}

TEST(PdfAnnotations, NotesLinksAndHiddenOnesAreNot) {
  EXPECT_EQ(read(annotated("/Subtype /Text /Contents (a note to open)")), "The body.\n");
  EXPECT_EQ(read(annotated("/Subtype /Popup /Contents (a window) /Open true")), "The body.\n");
  EXPECT_EQ(read(annotated("/Subtype /Link /A << /S /URI /URI (http://example.org/) >>")), "The body.\n");
  EXPECT_EQ(read(annotated("/Subtype /FreeText /F 2 /DA (/Helv 12 Tf 0 g) /Contents (hidden)", "hidden")),
            "The body.\n");
}

TEST(PdfAnnotations, BrokenOnesLeaveThePage) {
  for (const auto* annots :
       {"/Annots [null 1 (x) << >>]", "/Annots [99 0 R]", "/Annots [<< /Type /Annot /Subtype /FreeText /Rect [0 0] >>]",
        "/Annots [<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [1 2 3 4] /Parent 4 0 R >>]"}) {
    EXPECT_EQ(text_of(read_first(one_page(body, helvetica + " " + annots), MediaType::pdf)), "The body.\n") << annots;
  }
}

// A page with `body` and a line on a layer.
std::string layered(const std::string& states) {
  PdfMaker maker;
  const int layer = maker.add("<< /Type /OCG /Name (Layer) >>");
  const auto reference = number(layer) + " 0 R";
  maker.add_page(body + " /OC /L BDC BT /F1 12 Tf 72 650 Td (On the layer.) Tj ET EMC",
                 "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /Properties << "
                 "/L " +
                     reference + " >> >>");
  maker.add_to_catalogue("/OCProperties << /OCGs [" + reference + "] /D << " + states + " [" + reference + "] >> >>");
  return maker.finish();
}

TEST(PdfLayers, WhatIsSwitchedOffIsNotThere) {
  EXPECT_EQ(read(layered("/ON")), "The body.\nOn the layer.\n");
  EXPECT_EQ(read(layered("/OFF")), "The body.\n");
  EXPECT_EQ(read(layered("/BaseState /OFF /ON")), "The body.\nOn the layer.\n");
}

TEST(PdfAttachments, AreNoPages) {
  PdfMaker maker;
  const int file = maker.add_stream("Attached words.", "/Type /EmbeddedFile /Subtype /text#2Fplain");
  const int attachment =
      maker.add("<< /Type /Filespec /F (notes.txt) /UF (notes.txt) /EF << /F " + number(file) + " 0 R >> >>");
  const int annot = maker.add("<< /Type /Annot /Subtype /FileAttachment /Rect [72 600 92 620] /FS " +
                              number(attachment) + " 0 R /Contents (see there) >>");
  maker.add_page(body, helvetica + " /Annots [" + number(annot) + " 0 R]");
  maker.add_to_catalogue("/Names << /EmbeddedFiles << /Names [(notes.txt) " + number(attachment) + " 0 R] >> >>");
  const auto pages = read_all(maker.finish(), MediaType::pdf);
  ASSERT_TRUE(pages);
  ASSERT_EQ(pages->size(), 1U);
  EXPECT_EQ(text_of(*pages->front()), "The body.\n");
}

struct OddBox {
  std::string media_box;
  std::string entries;
  float width;
  float height;
};

TEST(PdfBoxes, OddOnesHaveTheSizeThatViewersShow) {
  const std::vector<OddBox> cases{
      {"-100 -50 512 742", "", 612, 792},
      {"612 792 0 0", "", 612, 792},  // corners in the other order
      {"0 0 612 792", " /CropBox [612 792 0 0]", 612, 792},
      {"0 0 612 792", " /CropBox [-50 -50 700 900]", 612, 792},  // larger than the page
      {"0 0 612 792", " /Rotate -90", 792, 612},
      {"0 0 612 792", " /Rotate 450", 792, 612},
      {"0 0 612 792", " /Rotate 180", 612, 792},
      {"0 0 612.5 792.25", "", 612.5F, 792.25F},
      {"0 0 612 792", " /CropBox [1 2]", 612, 792},  // no box at all
      {"0 0 612 792", " /UserUnit 2", 1224, 1584},
      {"0 0 612 792", " /UserUnit 2 /Rotate 90", 1584, 1224},
      {"0 0 612 792", " /UserUnit 0", 612, 792},
      {"0 0 612 792", " /UserUnit (x)", 612, 792},
  };
  for (const auto& [media_box, entries, width, height] : cases) {
    const auto page = read_first(one_page(body, helvetica + entries, media_box), MediaType::pdf);
    EXPECT_THAT(page.width, FloatNear(width, 0.01F)) << media_box << entries;
    EXPECT_THAT(page.height, FloatNear(height, 0.01F)) << media_box << entries;
    EXPECT_THAT(text_of(page), HasSubstr("The body.")) << media_box << entries;
  }
}

TEST(PdfBoxes, UnitsOfAPageAreScaledToPoints) {
  const auto page = read_first(one_page(body, helvetica + " /UserUnit 2.5"), MediaType::pdf);
  const auto word = word_of(page, "body.");
  EXPECT_THAT(word.size, FloatNear(30, 0.1F));
  EXPECT_THAT(page.lines.at(0).baseline, FloatNear(92 * 2.5F, 0.5F));
  EXPECT_THAT(page.lines.at(0).box.x0, FloatNear(72 * 2.5F, 1));
  EXPECT_THAT(word.box.y1, FloatNear(page.lines.at(0).box.y1, 1));
}

// A sheet whose units are four points: 1600 × 600 pixels of print, 384 × 144 points.
std::string large_scan(const std::string& after) {
  const auto picture = print({"The quick brown fox jumps", "over the lazy dog"});
  PdfMaker maker;
  const int image = maker.add_stream(samples_of(*picture), image_entries(*picture));
  maker.add_page("q 96 0 0 36 0 0 cm /Im Do Q " + after,
                 "/UserUnit 4 /Resources << /XObject << /Im " + number(image) + " 0 R >> >>", "0 0 96 36");
  return maker.finish();
}

TEST(PdfBoxes, ScansAreRecognisedAtTheirTrueResolution) {
  for (const auto* after : {"", "0.5 w 0 1 m 96 1 l S"}) {  // taken as it is, and drawn
    const auto page = read_first(large_scan(after), MediaType::pdf);
    EXPECT_THAT(text_of(page), HasSubstr("quick brown fox"));
    EXPECT_EQ(page.dpi, 300);
    EXPECT_THAT(page.width, FloatNear(384, 0.01F));
    EXPECT_THAT(page.lines.at(0).box.x0, FloatNear(24, 3));
  }
}

}  // namespace
}  // namespace docket::engine::readers_test
