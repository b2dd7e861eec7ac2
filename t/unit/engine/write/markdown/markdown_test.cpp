#include "engine/write/markdown/markdown.h"

#include <gtest/gtest.h>

#include "engine/layout/layout_model.h"

namespace docket::engine {
namespace {

using test::set_line;

Block block_of(BlockKind kind, std::vector<Line> lines, int level = 0, std::string marker = {}) {
  Block block;
  block.kind = kind;
  block.level = static_cast<std::int8_t>(level);
  block.marker = std::move(marker);
  block.lines = std::move(lines);
  return block;
}

Block paragraph(std::string_view text) {
  return block_of(BlockKind::paragraph, {set_line(text, 0, 10)});
}
Block heading(int level, std::string_view text) {
  return block_of(BlockKind::heading, {set_line(text, 0, 10)}, level);
}
Block margin(std::string_view text) {
  return block_of(BlockKind::margin, {set_line(text, 0, 10)});
}
Block item(int depth, std::string marker, std::string_view text) {
  return block_of(BlockKind::list_item, {set_line(text, 0, 10)}, depth, std::move(marker));
}

std::string markdown(const std::vector<std::vector<Block>>& pages, std::string separator = {}) {
  MarkdownWriter writer(std::move(separator));
  std::string out;
  for (const auto& blocks : pages) {
    Page page;
    page.blocks = blocks;
    writer.add_page(page, out);
  }
  writer.finish(out);
  return out;
}

TEST(Markdown, OfNothingIsNothing) {
  EXPECT_EQ(markdown({}), "");
  EXPECT_EQ(markdown({{}, {}}), "");
  EXPECT_EQ(markdown({{Block{}}}), "");
}

TEST(Markdown, SeparatesBlocksByABlankLine) {
  EXPECT_EQ(markdown({{heading(1, "Title"), paragraph("Text."), heading(3, "Sub"), paragraph("More.")}}),
            "# Title\n\nText.\n\n### Sub\n\nMore.\n");
}

TEST(Markdown, JoinsLinesAndMendsWords) {
  EXPECT_EQ(markdown({{block_of(BlockKind::paragraph, {set_line("An exam-", 0, 10), set_line("ple of Austro-", 0, 22),
                                                       set_line("Hungarian text", 0, 34)})}}),
            "An example of Austro-Hungarian text\n");
}

TEST(Markdown, LeavesOutWhatRunsThroughTheDocument) {
  EXPECT_EQ(markdown({{block_of(BlockKind::page_header, {set_line("A title", 0, 10)}), paragraph("This sen-"),
                       block_of(BlockKind::page_footer, {set_line("Page 7", 0, 10)})},
                      {block_of(BlockKind::page_header, {set_line("A title", 0, 10)}), paragraph("tence ends.")}}),
            "This sentence ends.\n");
}

TEST(Markdown, NestsLists) {
  EXPECT_EQ(markdown({{item(0, "1.", "one"), item(1, "-", "inner"), item(1, "-", "inner too"), item(2, "(a)", "deep"),
                       item(0, "10.", "ten"), item(1, "-", "in ten"), paragraph("After.")}}),
            "1. one\n   - inner\n   - inner too\n     - (a) deep\n10. ten\n    - in ten\n\nAfter.\n");
}

TEST(Markdown, AnInnerListThatDoesNotCountFromOneIsApart) {
  EXPECT_EQ(
      markdown({{item(0, "1.", "one"), item(1, "2.", "inner"), item(1, "3.", "inner too"), item(0, "4.", "four")}}),
      "1. one\n\n   2. inner\n   3. inner too\n4. four\n");
  EXPECT_EQ(markdown({{item(0, "-", "one"), item(1, "1.", "inner")}}), "- one\n  1. inner\n");
}

TEST(Markdown, AListOnItsOwnBeginsAfterABlankLine) {
  EXPECT_EQ(markdown({{paragraph("Before:"), item(0, "-", "one"), item(0, "-", "two")}}), "Before:\n\n- one\n- two\n");
}

TEST(Markdown, ADepthWithoutAParentIsShallow) {
  EXPECT_EQ(markdown({{item(3, "-", "lost")}}), "- lost\n");
}

TEST(Markdown, ASentenceGoesOnOverThePageBreakAndItsMargins) {
  EXPECT_EQ(markdown({{paragraph("This sen-"), margin("Footer 1")},
                      {margin("Header"), paragraph("tence ends."), paragraph("New.")}}),
            "This sentence ends.\n\nFooter 1\n\nHeader\n\nNew.\n");
}

TEST(Markdown, ItemsInTheMarginAreItems) {
  auto first = margin("Review");
  auto second = margin("Archive");
  first.marker = second.marker = "-";
  EXPECT_EQ(markdown({{paragraph("Text."), first, second, margin("* Note")}}),
            "Text.\n\n- Review\n\n- Archive\n\n\\* Note\n");
}

TEST(Markdown, AnItemGoesOnOverThePageBreak) {
  EXPECT_EQ(markdown({{item(0, "-", "one item that")}, {paragraph("goes on."), item(0, "-", "two")}}),
            "- one item that goes on.\n- two\n");
}

TEST(Markdown, AnEndedSentenceDoesNot) {
  EXPECT_EQ(markdown({{paragraph("Ends here.")}, {paragraph("lower case")}}), "Ends here.\n\nlower case\n");
  EXPECT_EQ(markdown({{heading(1, "Heading")}, {paragraph("lower case")}}), "# Heading\n\nlower case\n");
  EXPECT_EQ(markdown({{paragraph("open end")}, {heading(2, "heading")}}), "open end\n\n## heading\n");
}

TEST(Markdown, NothingGoesOnIntoAnotherFile) {
  MarkdownWriter writer("");
  std::string out;
  Page page;
  page.blocks = {paragraph("open end")};
  writer.add_page(page, out);
  page.file = 1;
  page.blocks = {paragraph("of one file")};
  writer.add_page(page, out);
  writer.finish(out);
  EXPECT_EQ(out, "open end\n\nof one file\n");
}

TEST(Markdown, ASeparatorStandsAloneBetweenPages) {
  EXPECT_EQ(markdown({{paragraph("one sen-")}, {}, {paragraph("tence")}}, "---"), "one sen-\n\n---\n\n---\n\ntence\n");
  EXPECT_EQ(markdown({{paragraph("only")}}, "---"), "only\n");
}

TEST(Markdown, HoldsBackNoMoreThanItMay) {
  // A sentence without end, and margins between: the text is cut before what is held back grows without bound.
  MarkdownWriter writer("");
  std::string out;
  std::size_t longest = 0;
  const std::string footer(1000, 'f');
  for (int i = 0; i < 500; ++i) {
    Page page;
    page.blocks = {paragraph("and so on"), margin(footer)};
    out.clear();
    writer.add_page(page, out);
    longest = std::max(longest, out.size());
  }
  EXPECT_GT(longest, 60'000U);
  EXPECT_LT(longest, 80'000U);
}

// ---- escaping: each case is text that CommonMark would otherwise read as markup, or that it would not -----------

struct EscapeCase {
  const char* text;
  const char* expected;
};

class MarkdownEscape : public testing::TestWithParam<EscapeCase> {};

TEST_P(MarkdownEscape, KeepsTextText) {
  EXPECT_EQ(markdown({{paragraph(GetParam().text)}}), std::string(GetParam().expected) + "\n");
}

INSTANTIATE_TEST_SUITE_P(AtTheStart, MarkdownEscape,
                         testing::Values(EscapeCase{"# not a heading", "\\# not a heading"},
                                         EscapeCase{"#hashtag", "#hashtag"}, EscapeCase{"- dash", "\\- dash"},
                                         EscapeCase{"-5 degrees", "-5 degrees"}, EscapeCase{"+ plus", "\\+ plus"},
                                         EscapeCase{"> quote", "\\> quote"}, EscapeCase{">quote", "\\>quote"},
                                         EscapeCase{"1. one", "1\\. one"}, EscapeCase{"12) twelve", "12\\) twelve"},
                                         EscapeCase{"1.5 times", "1.5 times"}, EscapeCase{"2024 was", "2024 was"},
                                         EscapeCase{"---", "\\---"}, EscapeCase{"* star", "\\* star"},
                                         EscapeCase{"*** ***", "\\*\\*\\* ***"}, EscapeCase{"___", "\\_\\_\\_"},
                                         EscapeCase{"[x] done", "\\[x] done"}, EscapeCase{"[1]: note", "[1\\]: note"},
                                         EscapeCase{"~~~", "\\~\\~\\~"}));

INSTANTIATE_TEST_SUITE_P(Inside, MarkdownEscape,
                         testing::Values(EscapeCase{"a *b* c", "a \\*b\\* c"}, EscapeCase{"2 * 3", "2 * 3"},
                                         EscapeCase{"snake_case_name", "snake_case_name"},
                                         EscapeCase{"an _emphasis_", "an \\_emphasis\\_"},
                                         EscapeCase{"a `code`", "a \\`code\\`"},
                                         EscapeCase{"see [12] and", "see [12] and"},
                                         EscapeCase{"a [link](url)", "a [link\\](url)"}, EscapeCase{"x < y", "x < y"},
                                         EscapeCase{"a <b> c", "a \\<b> c"}, EscapeCase{"AT&T", "AT&T"},
                                         EscapeCase{"an &amp; sign", "an \\&amp; sign"},
                                         EscapeCase{"C:\\dir", "C:\\dir"}, EscapeCase{"a \\* b", "a \\\\\\* b"},
                                         EscapeCase{"a - b + c # d > e 1. f", "a - b + c # d > e 1. f"},
                                         EscapeCase{"about ~5", "about ~5"}));

TEST(Markdown, EscapesTheClosingMarksOfAHeading) {
  EXPECT_EQ(markdown({{heading(1, "About C #")}}), "# About C \\#\n");
  EXPECT_EQ(markdown({{heading(1, "1. One")}}), "# 1. One\n");
}

/// A paragraph of words, each with its font.
Block styled(const std::vector<std::pair<std::string, std::int16_t>>& words) {
  Line line;
  float x = 0;
  for (const auto& [text, font] : words) {
    auto part = set_line(text, x, 10, 10, font);
    part.words.back().space_after = !text.ends_with('~');
    if (text.ends_with('~')) {
      part.words.back().text.pop_back();
    }
    x = part.box.x1 + 5;
    line.words.insert(line.words.end(), part.words.begin(), part.words.end());
  }
  line.box = {0, 0, x, 10};
  return block_of(BlockKind::paragraph, {line});
}

std::string marked(Block block, std::vector<std::string> links = {}) {
  MarkdownWriter writer({});
  std::string out;
  Page page;
  page.fonts = test::fonts();
  page.links = std::move(links);
  page.blocks = {std::move(block)};
  writer.add_page(page, out);
  writer.finish(out);
  return out;
}

constexpr std::int16_t mono = 3;

TEST(Markdown, MarksEmphasisAndCode) {
  EXPECT_EQ(marked(styled({{"plain", test::plain},
                           {"bold words", test::bold},
                           {"then", test::plain},
                           {"slanted", test::italic},
                           {"std::map<int>", mono},
                           {"end.", test::plain}})),
            "plain **bold words** then *slanted* `std::map<int>` end.\n");
  EXPECT_EQ(marked(styled({{"a~", test::italic}, {", and (~", test::plain}, {"b~", test::bold}, {").", test::plain}})),
            "*a*, and (**b**).\n");
  EXPECT_EQ(marked(styled({{"a`b", mono}})), "``a`b``\n");
  EXPECT_EQ(marked(styled({{"`", mono}})), "`` ` ``\n");
}

TEST(Markdown, MarksNoCodeAmidAWord) {
  EXPECT_EQ(marked(styled({{"the In~", test::plain}, {"fi~", mono}, {"rmary", test::plain}})), "the Infirmary\n");
  EXPECT_EQ(marked(styled({{"U~", test::plain}, {"2~", mono}, {"YTKO", test::plain}})), "U2YTKO\n");
  EXPECT_EQ(marked(styled({{"the~", test::plain}, {"fi~", mono}, {"(x)", test::plain}})), "the`fi`(x)\n");
}

TEST(Markdown, MarksOnlyWhereTheyAreSeen) {
  // "*foo.*bar" would show its asterisks: the emphasis goes on to the word's end.
  EXPECT_EQ(marked(styled({{"foo.~", test::italic}, {"bar", test::plain}, {"x", test::plain}})), "*foo.bar* x\n");
  EXPECT_EQ(marked(styled({{"un~", test::plain}, {"real~", test::italic}, {"istic", test::plain}})), "un*real*istic\n");
  auto heading = styled({{"All bold", test::bold}});
  heading.kind = BlockKind::heading;
  heading.level = 2;
  EXPECT_EQ(marked(heading), "## All bold\n");
}

TEST(Markdown, EscapesWhatStandsBesideMarks) {
  EXPECT_EQ(marked(styled({{"than", test::plain}, {"*~", test::plain}, {"right~", test::italic}, {"*", test::plain}})),
            "than \\**right*\\*\n");
  EXPECT_EQ(marked(styled({{"Bold *", test::bold}, {"2 * 3", test::plain}})), "**Bold \\*** 2 * 3\n");
  EXPECT_EQ(marked(styled({{"a", test::plain}, {"(b)~", test::italic}, {"____", test::plain}})), "a *(b)*____\n");
  EXPECT_EQ(marked(styled({{"a", test::plain}, {"__~", test::plain}, {"(b)", test::italic}})), "a \\_\\_*(b)*\n");
  EXPECT_EQ(marked(styled({{"in", test::plain}, {"C:\\~", test::plain}, {"dir", test::italic}})), "in C:\\\\*dir*\n");
  auto heading = styled({{"A", test::plain}, {"*~", test::plain}, {"b", test::italic}});
  heading.kind = BlockKind::heading;
  heading.level = 1;
  EXPECT_EQ(marked(heading), "# A \\**b*\n");
}

TEST(Markdown, TagsStandBesideMarksAsPunctuationDoes) {
  // "*in* R*<sup>k</sup>*" would show its last asterisks.
  auto block = styled({{"in", test::plain}, {"R~", test::plain}, {"k", test::italic}, {"is", test::plain}});
  block.lines[0].words[2].script = Script::superscript;
  EXPECT_EQ(marked(block), "in R<sup>k</sup> is\n");
  block.lines[0].words[2].text = "2";
  EXPECT_EQ(marked(block), "in R*²* is\n");
}

TEST(Markdown, SaysWhatLinksLeadTo) {
  auto block = styled({{"see this page. And", test::plain}});
  block.lines[0].words[1].link = 0;
  block.lines[0].words[2].link = 0;
  EXPECT_EQ(marked(block, {"https://example.org/a"}), "see [this page](https://example.org/a). And\n");
  EXPECT_EQ(marked(block, {"https://example.org/a_(b)"}), "see [this page](<https://example.org/a_(b)>). And\n");
  auto address = styled({{"at example.org/docs, or", test::plain}});
  address.lines[0].words[1].link = 0;
  EXPECT_EQ(marked(address, {"https://example.org/docs/"}), "at example.org/docs, or\n");
  auto slanted = styled({{"at", test::plain}, {"example.org/docs.", test::italic}, {"Or", test::plain}});
  slanted.lines[0].words[1].link = 0;
  EXPECT_EQ(marked(slanted, {"https://example.org/docs/"}), "at *example.org/docs*. Or\n");
  auto name = styled({{"of Glastonbury now", test::plain}});
  name.lines[0].words[1].link = 0;
  EXPECT_EQ(marked(name, {"https://example.org/Glastonbury"}),
            "of [Glastonbury](https://example.org/Glastonbury) now\n");
}

TEST(Markdown, LastWordsKeepTheirLinks) {
  auto block = styled({{"leads here", test::plain}});
  block.lines[0].words[1].link = 0;
  Page page;
  page.fonts = test::fonts();
  page.links = {"https://example.org/a"};
  page.blocks = {block, styled({{"Next.", test::plain}}), block};
  Page next;
  next.fonts = test::fonts();
  next.blocks = {styled({{"and goes on.", test::plain}})};
  MarkdownWriter writer({});
  std::string out;
  writer.add_page(page, out);
  writer.add_page(next, out);
  writer.finish(out);
  EXPECT_EQ(out,
            "leads [here](https://example.org/a)\n\nNext.\n\n"
            "leads [here](https://example.org/a) and goes on.\n");
}

TEST(Markdown, RaisesAndLowers) {
  auto block = styled(
      {{"x~", test::plain}, {"2 H~", test::plain}, {"2~", test::plain}, {"O n~", test::plain}, {"th", test::plain}});
  block.lines[0].words[1].script = Script::superscript;
  block.lines[0].words[3].script = Script::subscript;
  block.lines[0].words[6].script = Script::superscript;
  EXPECT_EQ(marked(block), "x² H₂O n<sup>th</sup>\n");
  auto bold = styled({{"a", test::plain}, {"Q~", test::bold}, {"max~", test::bold}, {". b", test::bold}});
  bold.lines[0].words[2].script = Script::subscript;
  EXPECT_EQ(marked(bold), "a **Q<sub>max</sub>. b**\n");
}

TEST(Markdown, MarksNothingThatMostOfTheDocumentIs) {
  MarkdownWriter writer({});
  std::string out;
  Page page;
  page.fonts = test::fonts();
  page.body = {.bold = true, .italic = false, .monospace = true};
  page.blocks = {styled({{"bold", test::bold}, {"typed", mono}, {"slanted", test::italic}})};
  writer.add_page(page, out);
  writer.finish(out);
  EXPECT_EQ(out, "bold typed *slanted*\n");
}

TEST(Markdown, FencesCode) {
  EXPECT_EQ(
      marked(block_of(BlockKind::code, {set_line("if x:", 0, 10, 10, mono), set_line("    ```", 0, 22, 10, mono)})),
      "````\nif x:\n    ```\n````\n");
}

}  // namespace
}  // namespace docket::engine
