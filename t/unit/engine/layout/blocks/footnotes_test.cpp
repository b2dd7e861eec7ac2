#include <gtest/gtest.h>

#include "engine/layout/blocks/note_marks.h"
#include "engine/layout/layout.h"
#include "engine/layout/layout_model.h"
#include "engine/write/markdown/markdown.h"
#include "engine/write/markdown/markdown_det.h"
#include "engine/write/text.h"

namespace docket::engine {
namespace {

using test::filler;
using test::set_line;

/// A small raised word right behind the end of `line`.
void refer(Line& line, std::string_view mark) {
  const auto raised = set_line(mark, line.box.x1 + 0.5F, line.baseline - 4, 6);
  line.words.back().space_after = false;
  line.words.push_back(raised.words.front());
  line.box = united(line.box, raised.box);
}

/// A note of small print that begins with a raised mark.
Line note(std::string_view mark, std::string_view text, float baseline, float size = 8) {
  auto line = set_line(text, 106, baseline, size);
  const auto raised = set_line(mark, 100, baseline - 3, 5);
  line.words.insert(line.words.begin(), raised.words.front());
  line.box = united(line.box, raised.box);
  return line;
}

std::vector<Line> paragraph(float baseline) {
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) {
    lines.push_back(filler(i == 0 ? "Text" : "text", 60, 100, baseline + 12 * static_cast<float>(i)));
  }
  return lines;
}

/// A paragraph that ends with the reference `mark`, and `more` lines.
Page page_with(std::vector<Line> more, std::string_view mark) {
  auto lines = paragraph(100);
  refer(lines.back(), mark);
  lines.insert(lines.end(), more.begin(), more.end());
  return lay_out(test::page_of(std::move(lines)));
}

template <class Writer>
std::string written(Writer&& writer, const std::vector<Page>& pages) {
  std::string out;
  for (const auto& page : pages) {
    writer.add_page(page, out);
  }
  writer.finish(out);
  return out;
}

std::string markdown(const std::vector<Page>& pages) {
  return written(MarkdownWriter({}), pages);
}

TEST(NoteMarks, AreNumbersLettersAndSigns) {
  EXPECT_EQ(note_mark("12"), "12");
  EXPECT_EQ(note_mark("(4)"), "4");
  EXPECT_EQ(note_mark("4,"), "4");
  EXPECT_EQ(note_mark("†"), "†");
  EXPECT_EQ(note_mark("b"), "b");
  for (const auto* const text : {"", "()", "0", "1234", "ab", "B", "th", "n+1", "."}) {
    EXPECT_EQ(note_mark(text), "") << text;
  }
}

TEST(Footnotes, AreToldByTheirMarks) {
  auto lines = paragraph(100);
  refer(lines[4], "1");
  refer(lines.back(), "†");
  lines.push_back(note("1", "First note of the page, which", 600));
  lines.push_back(set_line("goes on in a second line.", 106, 610, 8));
  lines.push_back(note("†", "Second one.", 620));
  const auto page = lay_out(test::page_of(std::move(lines)));
  ASSERT_EQ(page.blocks.size(), 3U);
  EXPECT_EQ(page.blocks[0].lines[4].words.back().script, Script::note);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::footnote);
  EXPECT_EQ(page.blocks[1].marker, "1");
  ASSERT_EQ(page.blocks[1].lines.size(), 2U);
  EXPECT_EQ(test::text_of_line(page.blocks[1].lines[0]), "First note of the page, which");
  EXPECT_EQ(page.blocks[2].kind, BlockKind::footnote);
  EXPECT_EQ(page.blocks[2].marker, "†");
}

TEST(Footnotes, WantAReference) {
  const auto page = page_with({note("3", "Nobody refers to this.", 600)}, "1");
  EXPECT_EQ(page.blocks[1].kind, BlockKind::paragraph);
  EXPECT_EQ(page.blocks[0].lines.back().words.back().script, Script::superscript);
}

TEST(Footnotes, AreSmallerThanTheText) {
  EXPECT_EQ(page_with({note("1", "Of the size of the text.", 600, 10)}, "1").blocks[1].kind, BlockKind::paragraph);
}

TEST(Footnotes, StandAtTheFoot) {
  // Authors with their addresses: the text goes on below.
  std::vector<Line> lines{filler("Title", 40, 100, 60, 18), set_line("Jean Dupont", 100, 280)};
  refer(lines.back(), "1");
  lines.push_back(note("1", "Department of Addresses, Some University", 320));
  for (auto& line : paragraph(360)) {
    lines.push_back(std::move(line));
  }
  for (const auto& block : lay_out(test::page_of(lines)).blocks) {
    EXPECT_NE(block.kind, BlockKind::footnote);
  }
}

TEST(Footnotes, AreNoPowers) {
  auto lines = paragraph(100);
  lines[3] = set_line("Then the sum of x", 100, lines[3].baseline);
  refer(lines[3], "2");
  lines[5] = set_line("is as they say", 100, lines[5].baseline);
  refer(lines[5], "2");
  lines.push_back(note("2", "Who says so?", 600));
  const auto page = lay_out(test::page_of(std::move(lines)));
  EXPECT_EQ(page.blocks.back().kind, BlockKind::footnote);
  std::vector<Script> scripts;
  for (const auto& block : page.blocks) {
    for (const auto& line : block.lines) {
      if (line.words.back().text == "2") {
        scripts.push_back(line.words.back().script);
      }
    }
  }
  EXPECT_EQ(scripts, (std::vector{Script::superscript, Script::note}));
}

TEST(Footnotes, ShareAReference) {
  const auto page = page_with({note("1", "First.", 600), note("2", "Second.", 610)}, "1,2");
  const auto& words = page.blocks[0].lines.back().words;
  ASSERT_GE(words.size(), 2U);
  EXPECT_EQ(words[words.size() - 2].text, "1,");
  EXPECT_EQ(words.back().text, "2");
  EXPECT_EQ(words.back().script, Script::note);
  EXPECT_NE(markdown({page}).find("[^1][^2]\n"), std::string::npos) << markdown({page});
}

TEST(Footnotes, HaveLevelMarksBelowARule) {
  auto lines = paragraph(100);
  refer(lines.back(), "7");
  lines.push_back(set_line("7 The mark is as large as the note.", 100, 600, 8));
  auto page = test::page_of(std::move(lines));
  EXPECT_NE(lay_out(page).blocks.back().kind, BlockKind::footnote);
  page.rules.push_back({100, 588, 200, 588.5F});
  const auto laid_out = lay_out(page);
  EXPECT_EQ(laid_out.blocks.back().kind, BlockKind::footnote);
  EXPECT_EQ(laid_out.blocks.back().marker, "7");
  EXPECT_EQ(test::text_of_line(laid_out.blocks.back().lines[0]), "The mark is as large as the note.");
}

TEST(Footnotes, DivideNoParagraphOfTwoColumns) {
  std::vector<Line> lines;
  for (int i = 0; i < 30; ++i) {
    lines.push_back(filler(i == 0 ? "Left" : "text", 50, 50, 100 + 12 * static_cast<float>(i)));
  }
  refer(lines[5], "1");
  lines.push_back(note("1", "At the left column's foot, as long as it.", 490));
  for (int i = 0; i < 33; ++i) {
    lines.push_back(filler("right", 50, 330, 100 + 12 * static_cast<float>(i)));
  }
  const auto page = lay_out(test::page_of(std::move(lines)));
  ASSERT_EQ(page.blocks.size(), 2U);
  EXPECT_EQ(page.blocks[0].lines.size(), 63U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::footnote);
}

TEST(Footnotes, HaveSeveralParagraphs) {
  const auto page = page_with({note("1", "A note of two paragraphs.", 600), set_line("The second one.", 110, 610, 8),
                               set_line("© Nobody, far below", 100, 700, 8)},
                              "1");
  ASSERT_EQ(page.blocks.size(), 4U);
  EXPECT_EQ(page.blocks[2].kind, BlockKind::footnote);
  EXPECT_EQ(page.blocks[2].marker, "");
  EXPECT_NE(page.blocks[3].kind, BlockKind::footnote);
  EXPECT_NE(markdown({page}).find("\n\n[^1]: A note of two paragraphs.\n\n    The second one.\n"), std::string::npos);
}

/// A page at whose foot, below a rule, `rest` stands without a mark.
Page page_with_rest(std::string_view rest) {
  auto lines = paragraph(100);
  lines.push_back(set_line(rest, 100, 600, 8));
  auto page = test::page_of(std::move(lines));
  page.rules.push_back({100, 588, 200, 588.5F});
  return lay_out(std::move(page));
}

TEST(Footnotes, GoOnOnTheNextPage) {
  const auto first = page_with({note("1", "A note that is bro-", 600)}, "1");
  const auto rest = page_with_rest("ken off and ends here.");
  ASSERT_EQ(rest.blocks.size(), 2U);
  EXPECT_EQ(rest.blocks[1].kind, BlockKind::footnote);
  EXPECT_EQ(rest.blocks[1].marker, "");
  const auto text = markdown({first, rest, page_with({note("2", "Another.", 600)}, "2")});
  EXPECT_NE(text.find("\n\n[^1]: A note that is broken off and ends here.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n[^2]: Another.\n"), std::string::npos) << text;
  // With a separator each page is whole by itself.
  const auto apart = written(MarkdownWriter("* * *"), {first, rest});
  EXPECT_NE(apart.find("\n\n[^1]: A note that is bro-\n\n* * *\n\n"), std::string::npos) << apart;
  EXPECT_NE(apart.find("\n\nken off and ends here.\n"), std::string::npos) << apart;
}

TEST(Footnotes, GoOnOnTheVeryNextPageOnly) {
  const auto first = page_with({note("1", "A note without its end", 600)}, "1");
  const auto ended = page_with({note("2", "A note with its end.", 600)}, "2");
  const auto plain = lay_out(test::page_of(paragraph(100)));
  const auto rest = page_with_rest("Printed on paper that was used.");
  const auto text = markdown({first, plain, rest, ended, rest});
  EXPECT_NE(text.find("\n\n[^1]: A note without its end\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n[^2]: A note with its end.\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("end Printed"), std::string::npos) << text;
  EXPECT_EQ(text.find("    Printed"), std::string::npos) << text;
  // A note without a full stop is ended all the same, unless its last line is full.
  const auto unlike = markdown({first, rest});
  EXPECT_NE(unlike.find("\n\n[^1]: A note without its end\n\n"), std::string::npos) << unlike;
}

TEST(Footnotes, WithoutAMarkStandBelowAShortRule) {
  auto lines = paragraph(100);
  lines.push_back(set_line("A remark below a rule.", 100, 600, 8));
  auto page = test::page_of(std::move(lines));
  EXPECT_EQ(lay_out(page).blocks.back().kind, BlockKind::paragraph);
  page.rules.push_back({100, 588, 500, 588.5F});  // as wide as the text: a table's, or the page's
  EXPECT_EQ(lay_out(page).blocks.back().kind, BlockKind::paragraph);
}

TEST(Footnotes, AreNoRemarksOnATable) {
  auto lines = paragraph(100);
  for (int i = 0; i < 5; ++i) {
    const float y = 540 + 12 * static_cast<float>(i);
    lines.push_back(set_line("Country" + std::to_string(i), 100, y));
    lines.push_back(set_line(std::to_string(100 + i), 200, y));
    lines.push_back(set_line(std::to_string(200 + i) + "%", 260, y));
  }
  lines.push_back(set_line("Source: a remark on the table.", 100, 606, 8));
  auto page = test::page_of(std::move(lines));
  page.rules.push_back({100, 594, 160, 594.5F});
  page = lay_out(std::move(page));
  ASSERT_EQ(page.blocks.size(), 3U);
  EXPECT_EQ(page.blocks[1].kind, BlockKind::table);
  EXPECT_EQ(page.blocks[2].kind, BlockKind::paragraph);
}

TEST(Footnotes, AreMarkdownsFootnotes) {
  const auto page = page_with({note("1", "A note.", 600)}, "1");
  const auto text = markdown({page, page, page_with({note("*", "A sign.", 600)}, "*")});
  EXPECT_NE(text.find("[^1] Text"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n[^1]: A note.\n"), std::string::npos) << text;
  // The second page counts from 1 again: its note has a label of its own.
  EXPECT_NE(text.find("[^2-1] Text"), std::string::npos) << text;
  EXPECT_NE(text.find("[^3-1]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n[^2-1]: A note.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n[^3-1]: A sign.\n"), std::string::npos) << text;
}

TEST(Footnotes, AreCalledTheSameForMachines) {
  const auto page = page_with({note("1", "A note.", 600)}, "1");
  const auto text = written(MarkdownDetWriter(false), {page, page});
  EXPECT_NE(text.find("[^1]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\"kind\":\"footnote\""), std::string::npos) << text;
  EXPECT_NE(text.find("\n[^1]: A note.\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n[^2-1]: A note.\n"), std::string::npos) << text;
}

TEST(Footnotes, KeepTheirMarksInText) {
  const auto text = written(TextWriter({}), {page_with({note("1", "A note.", 600)}, "1")});
  EXPECT_NE(text.find("\n\n1 A note.\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace docket::engine
