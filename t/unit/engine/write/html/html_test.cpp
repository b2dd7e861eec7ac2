#include "engine/write/html/html.h"

#include <gtest/gtest.h>

#include "engine/write/html/html_model.h"

namespace docket::engine {
namespace {

using test::body_of;
using test::body_of_pages;
using test::html_end;
using test::html_head;
using test::placed;
using test::set_line;
using test::whole_html;

Block block_of(BlockKind kind, std::string_view text, int level = 0, std::string marker = {}) {
  return test::html_block(kind, text, level, std::move(marker));
}
Block paragraph(std::string_view text) {
  return block_of(BlockKind::paragraph, text);
}
Block item(int depth, std::string marker, std::string_view text) {
  return block_of(BlockKind::list_item, text, depth, std::move(marker));
}

TEST(Html, OfNothingIsADocument) {
  EXPECT_EQ(whole_html({}), std::string(html_head) + std::string(html_end));
  EXPECT_EQ(body_of({{}, {}}), "");
  EXPECT_EQ(body_of({{Block{}}}), "");
}

TEST(Html, ItsTitleIsTheFilesName) {
  const auto text =
      whole_html({}, {.page_separator = {}, .with_files = false, .title = "</title>.pdf", .language = {}});
  EXPECT_NE(text.find("<title>&lt;/title&gt;.pdf</title>"), std::string::npos) << text;
}

TEST(Html, ItsLanguageIsKnownOfWhatIsRecognised) {
  const WriterOptions options{.page_separator = {}, .with_files = false, .title = {}, .language = "de"};
  auto page = test::page_with({paragraph("Text.")});
  EXPECT_NE(whole_html({page}, options).find("<html>\n"), std::string::npos);
  page.source = Source::recognised;
  EXPECT_NE(whole_html({page}, options).find("<html lang=\"de\">\n"), std::string::npos);
  EXPECT_NE(whole_html({page}).find("<html>\n"), std::string::npos);
}

TEST(Html, BlocksHaveTheirPlaces) {
  EXPECT_EQ(body_of({{block_of(BlockKind::heading, "Title", 1), paragraph("Text.")},
                     {block_of(BlockKind::heading, "Deep", 6), paragraph("More.")}}),
            placed("<h1@>Title</h1>\n<p@>Text.</p>\n<h6@2>Deep</h6>\n<p@2>More.</p>\n"));
}

TEST(Html, HeadingsHaveLevelsThatThereAre) {
  EXPECT_EQ(body_of({{block_of(BlockKind::heading, "a", 0), block_of(BlockKind::heading, "b", 9)}}),
            placed("<h1@>a</h1>\n<h6@>b</h6>\n"));
}

TEST(Html, LeavesOutWhatRunsThroughTheDocument) {
  EXPECT_EQ(body_of({{block_of(BlockKind::page_header, "A title"), paragraph("This sen-"),
                      block_of(BlockKind::page_footer, "Page 7")},
                     {block_of(BlockKind::page_header, "A title"), paragraph("tence ends here.")}}),
            placed("<p@>This sentence <span@2>ends here.</span></p>\n"));
}

TEST(Html, AParagraphGoesOnOverPagesAndSaysWhere) {
  EXPECT_EQ(body_of({{paragraph("It begins,")}, {paragraph("it goes on,")}, {paragraph("it ends.")}}),
            placed("<p@>It begins, <span@2>it goes on,</span> <span@3>it ends.</span></p>\n"));
  EXPECT_EQ(body_of({{paragraph("It begins,")}, {paragraph("it,")}, {paragraph("it ends.")}}),
            placed("<p@>It begins, <span@2>it,</span> <span@3>it ends.</span></p>\n"));
  // Of a word that is put together over the pages it is not known where it stands.
  EXPECT_EQ(body_of({{paragraph("It be-")}, {paragraph("gins,")}, {paragraph("it ends.")}}),
            placed("<p@>It begins, <span@3>it ends.</span></p>\n"));
  EXPECT_EQ(body_of({{item(0, "-", "one that,")}, {paragraph("it seems, ends.")}}),
            placed("<ul>\n<li@>one that, <span@2>it seems, ends.</span></li>\n</ul>\n"));
}

TEST(Html, SeparatedPagesHaveARuleBetweenThem) {
  EXPECT_EQ(body_of({{paragraph("It begins,")}, {paragraph("it ends.")}},
                    {.page_separator = "<x>", .with_files = false, .title = {}, .language = {}}),
            placed("<p@>It begins,</p>\n<hr data-page=\"2\" data-box=\"0 0 600 800\">\n<p@2>it ends.</p>\n"));
}

TEST(Html, FilesAreArticles) {
  auto first = test::page_with({paragraph("One,")});
  auto second = test::page_with({item(0, "-", "two")});
  auto third = test::page_with({item(0, "-", "three")});
  second.file = 1;
  third.file = 1;
  third.number = 2;
  const WriterOptions options{.page_separator = {}, .with_files = true, .title = {}, .language = {}};
  EXPECT_EQ(body_of_pages({first, second, third}, options),
            placed("<article data-file=\"0\">\n<p@>One,</p>\n</article>\n<article data-file=\"1\">\n"
                   "<ul>\n<li@>two</li>\n<li@2>three</li>\n</ul>\n</article>\n"));
}

TEST(Html, NestsLists) {
  EXPECT_EQ(body_of({{item(0, "1.", "one"), item(1, "-", "inner"), item(1, "-", "inner too"), item(2, "(a)", "deep"),
                      item(0, "2)", "two"), paragraph("After.")}}),
            placed("<ol>\n<li@>one\n<ul>\n<li@>inner</li>\n<li@>inner too\n<ul>\n<li@>(a) deep</li>\n</ul>\n</li>\n"
                   "</ul>\n</li>\n<li@>two</li>\n</ol>\n<p@>After.</p>\n"));
}

TEST(Html, ItemsHaveTheirNumbers) {
  EXPECT_EQ(body_of({{item(0, "3.", "three"), item(0, "4.", "four"), item(0, "7.", "seven")}}),
            placed("<ol>\n<li value=\"3\"@>three</li>\n<li@>four</li>\n<li value=\"7\"@>seven</li>\n</ol>\n"));
  EXPECT_EQ(body_of({{item(0, "1234567890.", "long")}}), placed("<ul>\n<li@>1234567890. long</li>\n</ul>\n"));
}

TEST(Html, ListsOfOtherKindsAreOthers) {
  EXPECT_EQ(body_of({{item(0, "-", "one"), item(0, "1.", "two"), item(3, "-", "in two"), item(1, "1.", "too")}}),
            placed("<ul>\n<li@>one</li>\n</ul>\n<ol>\n<li@>two\n<ul>\n<li@>in two</li>\n</ul>\n\n<ol>\n<li@>too</li>\n"
                   "</ol>\n</li>\n</ol>\n"));
}

TEST(Html, QuotationsThatFollowEachOtherAreOne) {
  EXPECT_EQ(body_of({{block_of(BlockKind::quote, "One."), block_of(BlockKind::quote, "Two."), paragraph("Said he."),
                      block_of(BlockKind::quote, "Three."), item(0, "-", "four")}}),
            placed("<blockquote>\n<p@>One.</p>\n<p@>Two.</p>\n</blockquote>\n<p@>Said he.</p>\n"
                   "<blockquote>\n<p@>Three.</p>\n</blockquote>\n<ul>\n<li@>four</li>\n</ul>\n"));
}

TEST(Html, CodeKeepsItsLines) {
  auto code = block_of(BlockKind::code, "if (a < b)");
  code.lines.push_back(set_line("return;", 20, 42));
  EXPECT_EQ(body_of({{item(0, "-", "one"), code}}),
            placed("<ul>\n<li@>one</li>\n</ul>\n<pre@><code>if (a &lt; b)\n  return;</code></pre>\n"));
}

TEST(Html, SideNotesStandBesideAndBehindTheParagraph) {
  EXPECT_EQ(body_of({{paragraph("It begins,"), block_of(BlockKind::margin, "A note."),
                      block_of(BlockKind::margin, "An item", 0, "-")},
                     {paragraph("it ends.")}}),
            placed("<p@>It begins, <span@2>it ends.</span></p>\n<aside>\n<p@>A note.</p>\n</aside>\n"
                   "<aside>\n<ul>\n<li@>An item</li>\n</ul>\n</aside>\n"));
}

TEST(Html, RightToLeftIsSaid) {
  EXPECT_EQ(
      body_of({{paragraph("שלום עולם"), paragraph("Hello שלום world"), item(0, "-", "מילה")}}),
      placed("<p@ dir=\"rtl\">שלום עולם</p>\n<p@>Hello שלום world</p>\n<ul>\n<li@ dir=\"rtl\">מילה</li>\n</ul>\n"));
}

// ---- Figures and captions.

Page with_image(std::vector<Block> blocks) {
  auto page = test::page_with(std::move(blocks));
  page.images = {{.box = {}, .name = "1_0.png", .identity = 0, .dpi = 0},
                 {.box = {}, .name = "", .identity = 0, .dpi = 0}};
  return page;
}

Block figure(std::int16_t image) {
  auto block = block_of(BlockKind::figure, "");
  block.image = image;
  return block;
}

Block caption(std::string_view text, float y0 = 20) {
  auto block = block_of(BlockKind::caption, text);
  block.box.y0 = y0;
  return block;
}

constexpr std::string_view image = "<img@ src=\"images/1_0.png\" alt=\"\">\n";

std::string with_images(std::string_view text) {
  std::string out(text);
  for (auto at = out.find('#'); at != std::string::npos; at = out.find('#', at)) {
    out.replace(at, 1, image);
  }
  return placed(out);
}

TEST(Html, FiguresHaveTheirImages) {
  EXPECT_EQ(body_of_pages({with_image({paragraph("Before."), figure(0), figure(1), figure(-1), figure(7)})}),
            with_images("<p@>Before.</p>\n<figure>\n#</figure>\n"));
}

TEST(Html, CaptionsStandInTheirFigures) {
  EXPECT_EQ(body_of_pages({with_image({figure(0), caption("Below."), paragraph("After.")})}),
            with_images("<figure>\n#<figcaption@>Below.</figcaption>\n</figure>\n<p@>After.</p>\n"));
  EXPECT_EQ(body_of_pages({with_image({paragraph("Before."), caption("Above."), figure(0), paragraph("After.")})}),
            with_images("<p@>Before.</p>\n<figure>\n<figcaption@>Above.</figcaption>\n#</figure>\n<p@>After.</p>\n"));
}

TEST(Html, ACaptionWithoutAFigureIsAlone) {
  EXPECT_EQ(body_of_pages({with_image({figure(1), caption("Alone."), paragraph("Text.")})}),
            placed("<figure>\n<figcaption@>Alone.</figcaption>\n</figure>\n<p@>Text.</p>\n"));
}

TEST(Html, OfTwoFiguresACaptionIsTheNearers) {
  auto far_above = figure(0);
  far_above.box = {10, -90, 110.5F, -80};
  EXPECT_EQ(body_of_pages({with_image({figure(0), caption("One."), figure(0), caption("Two.")})}),
            with_images("<figure>\n#<figcaption@>One.</figcaption>\n</figure>\n"
                        "<figure>\n#<figcaption@>Two.</figcaption>\n</figure>\n"));
  EXPECT_EQ(
      body_of_pages({with_image({far_above, caption("Its own."), figure(0)})}),
      with_images("<figure>\n<img data-page=\"1\" data-box=\"10 -90 110.5 -80\" src=\"images/1_0.png\" alt=\"\">\n"
                  "</figure>\n<figure>\n<figcaption@>Its own.</figcaption>\n#</figure>\n"));
}

// ---- Footnotes.

Line with_reference(std::string_view text, std::size_t word, float baseline = 30) {
  auto line = set_line(text, 10, baseline);
  line.words[word].script = Script::note;
  line.words[word - 1].space_after = false;
  return line;
}

Block referring(std::string_view text, std::size_t word) {
  auto block = paragraph("x");
  block.lines = {with_reference(text, word)};
  return block;
}

TEST(Html, FootnotesAreLinkedBothWays) {
  EXPECT_EQ(body_of({{referring("Text 1 goes on.", 1), block_of(BlockKind::footnote, "The note.", 0, "1")}}),
            placed("<p@>Text<sup><a id=\"ref-1\" href=\"#note-1\" role=\"doc-noteref\">1</a></sup> goes on.</p>\n"
                   "<aside id=\"note-1\" role=\"doc-footnote\">\n"
                   "<p@><sup><a href=\"#ref-1\" role=\"doc-backlink\">1</a></sup> The note.</p>\n</aside>\n"));
}

TEST(Html, FootnotesHaveIdsThatAreTheirsAlone) {
  const auto text = body_of(
      {{referring("One * and.", 1), referring("Two * and.", 1), block_of(BlockKind::footnote, "A note.", 0, "*")},
       {referring("Three * and.", 1), block_of(BlockKind::footnote, "Another.", 0, "*")},
       {block_of(BlockKind::footnote, "A third.", 0, "<b>")}});
  EXPECT_EQ(text,
            placed("<p@>One<sup><a id=\"ref-1-1\" href=\"#note-1-1\" role=\"doc-noteref\">*</a></sup> and.</p>\n"
                   "<p@>Two<sup><a href=\"#note-1-1\" role=\"doc-noteref\">*</a></sup> and.</p>\n"
                   "<aside id=\"note-1-1\" role=\"doc-footnote\">\n"
                   "<p@><sup><a href=\"#ref-1-1\" role=\"doc-backlink\">*</a></sup> A note.</p>\n</aside>\n"
                   "<p@2>Three<sup><a id=\"ref-2-1\" href=\"#note-2-1\" role=\"doc-noteref\">*</a></sup> and.</p>\n"
                   "<aside id=\"note-2-1\" role=\"doc-footnote\">\n"
                   "<p@2><sup><a href=\"#ref-2-1\" role=\"doc-backlink\">*</a></sup> Another.</p>\n</aside>\n"
                   "<aside id=\"note-3-1\" role=\"doc-footnote\">\n"
                   "<p@3><sup>&lt;b&gt;</sup> A third.</p>\n</aside>\n"));
}

TEST(Html, ANotesFurtherParagraphIsInIt) {
  EXPECT_EQ(body_of({{paragraph("Text."), block_of(BlockKind::footnote, "The note.", 0, "1"),
                      block_of(BlockKind::footnote, "More."), block_of(BlockKind::margin, "Aside.")}}),
            placed("<p@>Text.</p>\n<aside id=\"note-1\" role=\"doc-footnote\">\n<p@><sup>1</sup> The note.</p>\n"
                   "<p@>More.</p>\n</aside>\n<aside>\n<p@>Aside.</p>\n</aside>\n"));
  EXPECT_EQ(body_of({{block_of(BlockKind::footnote, "Of nothing.")}}),
            placed("<aside>\n<p@>Of nothing.</p>\n</aside>\n"));
}

TEST(Html, ANoteGoesOnOverThePage) {
  EXPECT_EQ(body_of({{paragraph("It begins,"), block_of(BlockKind::footnote, "A note,", 0, "1")},
                     {paragraph("it ends."), block_of(BlockKind::footnote, "it says, here.")}}),
            placed("<p@>It begins, <span@2>it ends.</span></p>\n<aside id=\"note-1\" role=\"doc-footnote\">\n"
                   "<p@><sup>1</sup> A note, <span@2>it says, here.</span></p>\n</aside>\n"));
}

}  // namespace
}  // namespace docket::engine
