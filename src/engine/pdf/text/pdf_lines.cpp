#include "engine/pdf/text/pdf_lines.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "engine/pdf/text/pdf_groups.h"

namespace docket::engine {
namespace {

// In units of the font size.
constexpr float widest_space = 1.5F;      // on a line
constexpr float widest_collision = 0.2F;  // of neighbours on a line that are not drawn one after the other
constexpr float smallest_space = 0.03F;
constexpr float widest_letter_space = 0.4F;

constexpr float letter_space_variance = 1.3F;  // by the smallest one
constexpr float piece_size = 0.05F;            // how much the sizes of a word's pieces may differ

// Small capitals by the large one before them.
constexpr float smallest_capitals = 0.65F;
constexpr float largest_capitals = 0.9F;
constexpr float same_base = 0.02F;
constexpr float capitals_gap = 0.12F;

constexpr float largest_mark = 0.84F;  // by the size of the text behind it

// Among so many words at one place what is drawn twice is looked for.
constexpr std::size_t most_copies = 8;
// So many lines of a row may lie over each other.
constexpr std::size_t most_lines = 8;

float gap_between(const GlyphWord& word, const GlyphWord& next) noexcept {
  return next.box.along0 - word.box.along1;
}

/// Lives for one call of make_lines(), on its stack.
class LineMaker {
 public:
  LineMaker(std::vector<GlyphWord> words, const PageGlyphs& page) : words_(std::move(words)), page_(page) {
    made_.words.reserve(words_.size());
  }

  GlyphLines make() {
    auto runs = make_runs(words_);
    const auto groups = group_runs(runs);
    // The runs of each group, from top to bottom.
    std::vector<std::uint32_t> ends(groups + 1);
    for (const auto& run : runs) {
      ++ends[run.group + 1];
    }
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    std::vector<TextRun> ordered(runs.size());
    auto next = ends;
    for (const auto& run : runs) {
      ordered[next[run.group]++] = run;
    }
    for (std::uint32_t group = 0; group < groups; ++group) {
      const auto members = std::span(ordered).subspan(ends[group], ends[group + 1] - ends[group]);
      std::ranges::stable_sort(members, {}, &TextRun::base);
      add_group(members, group);
    }
    return std::move(made_);
  }

 private:
  /// Cuts a group into rows. A row has its place by its longest run: marks and indices are raised and lowered.
  void add_group(std::span<const TextRun> runs, std::uint32_t group) {
    for (std::size_t from = 0; from < runs.size();) {
      const auto* longest = &runs[from];
      auto to = from + 1;
      while (to < runs.size() &&
             runs[to].base - longest->base < widest_shift * std::max(runs[to].size, longest->size)) {
        longest = runs[to].characters > longest->characters ? &runs[to] : longest;
        ++to;
      }
      add_row(runs.subspan(from, to - from), group);
      from = to;
    }
  }

  void add_row(std::span<const TextRun> runs, std::uint32_t group) {
    row_.clear();
    for (const auto& run : runs) {
      row_.insert(row_.end(), words_.begin() + run.first, words_.begin() + run.end);
    }
    const auto start = [](const GlyphWord& word) { return word.box.along0; };
    if (!std::ranges::is_sorted(row_, {}, start)) {
      std::ranges::stable_sort(row_, {}, start);
    }
    drop_copies();
    std::size_t lines = 0;
    for (const auto& word : row_) {
      const auto line = find_line(std::span(open_).first(lines), word);
      if (line == lines) {
        if (lines == open_.size()) {
          open_.emplace_back();
        }
        open_[line].words.clear();
        open_[line].main = {};
        ++lines;
      }
      open_[line].words.push_back(word);
      open_[line].main.add(word);
    }
    for (const auto& line : std::span(open_).first(lines)) {
      add_line(line, group);
    }
  }

  struct OpenLine {
    std::vector<GlyphWord> words;
    MainSize main;
  };

  /// Which of the lines of a row goes on with `word`: there is more than one where lines lie over each other, or far
  /// apart. Their number if none does.
  static std::size_t find_line(std::span<const OpenLine> lines, const GlyphWord& word) noexcept {
    auto best = lines.size();
    float best_gap = 0;
    for (std::size_t back = 1; back <= std::min(lines.size(), most_lines); ++back) {
      const auto& line = lines[lines.size() - back];
      const auto& last = line.words.back();
      const float size = std::max(line.main.size(), word.size);
      const float gap = gap_between(last, word);
      const bool is_drawn_next = word.first >= last.end && word.first - last.end <= 1;
      const float overlap = is_drawn_next ? widest_overlap(last, word) : widest_collision;
      if (gap >= widest_space * size || gap < -overlap * size) {
        continue;
      }
      if (is_drawn_next) {
        return lines.size() - back;
      }
      if (best == lines.size() || std::abs(gap) < best_gap) {
        best = lines.size() - back;
        best_gap = std::abs(gap);
      }
    }
    return best;
  }

  /// Keeps one of the words that are the same at the same place.
  void drop_copies() {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < row_.size(); ++at) {
      bool is_copy = false;
      for (std::size_t back = 1; back <= std::min(kept, most_copies) && !is_copy; ++back) {
        const auto& other = row_[kept - back];
        if (row_[at].box.along0 - other.box.along0 >= same_place_along * row_[at].size) {
          break;
        }
        is_copy = are_same(other, row_[at]);
      }
      if (!is_copy) {
        row_[kept++] = row_[at];
      }
    }
    row_.resize(kept);
  }

  [[nodiscard]] bool are_same(const GlyphWord& word, const GlyphWord& other) const {
    const auto text = [this](const GlyphWord& one) { return std::span(page_.glyphs).subspan(one.first, one.length()); };
    const float along = same_place_along * word.size;
    const float across = same_place_across * word.size;
    const auto style = page_.glyphs[word.first].style;
    if (page_.styles[style].is_replacement && style == page_.glyphs[other.first].style) {
      return false;  // one text, squeezed into the place of what it replaces
    }
    return word.length() == other.length() && std::abs(word.box.along1 - other.box.along1) < along &&
           std::abs(word.box.across0 - other.box.across0) < across &&
           std::abs(word.box.across1 - other.box.across1) < across &&
           std::ranges::equal(text(word), text(other), {}, &Glyph::code, &Glyph::code);
  }

  void add_line(const OpenLine& line, std::uint32_t group) {
    const std::span words(line.words);
    auto& made = made_.words;
    const auto first = static_cast<std::uint32_t>(made.size());
    const float space = least_space(words);
    for (const auto& word : words) {
      if (made.size() > first) {
        auto& before = made.back();
        const bool is_second = made.size() == first + 1;
        if (continues_in_small_capitals(before, word)) {
          // Kerned apart, but one word.
        } else if (gap_between(before, word) >= space || (is_second && is_mark_before(before, word))) {
          before.space_after = true;
        } else if (is_piece(before, word, words.front().size)) {
          before.end = word.end;
          before.box = {std::min(before.box.along0, word.box.along0), std::min(before.box.across0, word.box.across0),
                        std::max(before.box.along1, word.box.along1), std::max(before.box.across1, word.box.across1)};
          before.space_after = word.space_after;
          continue;
        }
      }
      made.push_back(word);
    }
    made_.lines.push_back({first, static_cast<std::uint32_t>(made.size()), line.main.base(), group});
  }

  /// From which width on a gap on the line is a space. Letters that are all apart from each other are set so.
  static float least_space(std::span<const GlyphWord> words) noexcept {
    const float size = words.front().size;
    float least = 0;
    if (words.size() > 1 && std::ranges::all_of(words, [](const GlyphWord& word) { return word.length() == 1; })) {
      least = gap_between(words[0], words[1]);
      for (std::size_t at = 2; at < words.size(); ++at) {
        least = std::min(least, gap_between(words[at - 1], words[at]));
      }
    }
    return least > 0 ? std::min(letter_space_variance * least, widest_letter_space * size) : smallest_space * size;
  }

  /// Whether a line's first word is a raised mark, which is not of the word behind it: that of a note, say.
  static bool is_mark_before(const GlyphWord& word, const GlyphWord& next) noexcept {
    return word.size < largest_mark * next.size && next.base - word.base > widest_shift * word.size;
  }

  /// Whether a word in small capitals goes on behind its large one, or with what is no letter: its size is another
  /// then.
  [[nodiscard]] bool continues_in_small_capitals(const GlyphWord& word, const GlyphWord& next) const {
    const auto font = [this](std::uint32_t glyph) { return page_.styles[page_.glyphs[glyph].style].font; };
    const float ratio = std::min(next.size, word.size) / std::max(next.size, word.size);
    if (next.first != word.end || ratio < smallest_capitals || ratio > largest_capitals ||
        std::abs(next.base - word.base) > same_base * word.size || gap_between(word, next) > capitals_gap * word.size ||
        font(word.end - 1) != font(next.first)) {
      return false;
    }
    const auto code = [this](std::uint32_t glyph) { return char32_t{page_.glyphs[glyph].code}; };
    const auto last = code(word.end - 1);
    const auto first = code(next.first);
    if (!is_in_capitals(word) || !is_in_capitals(next)) {
      return false;
    }
    if (next.size < word.size && is_upper(last) && is_upper(first)) {
      return true;
    }
    return last == U'-' || std::u32string_view(U"-.,;:!?)").find(first) != std::u32string_view::npos;
  }

  /// Whether a word has no small letter.
  [[nodiscard]] bool is_in_capitals(const GlyphWord& word) const {
    for (auto glyph = word.first; glyph < word.end; ++glyph) {
      const char32_t code{page_.glyphs[glyph].code};
      if (is_letter(code) && !is_upper(code)) {
        return false;
      }
    }
    return true;
  }

  /// Whether what is drawn right after a word goes on with it.
  [[nodiscard]] bool is_piece(const GlyphWord& word, const GlyphWord& next, float size) const {
    const auto font = [this](std::uint32_t glyph) { return page_.styles[page_.glyphs[glyph].style].font; };
    return next.first == word.end && font(word.end - 1) == font(next.first) &&
           std::abs(word.size - next.size) < piece_size * size;
  }

  std::vector<GlyphWord> words_;
  const PageGlyphs& page_;
  GlyphLines made_;
  // Members to keep their memory from row to row.
  std::vector<GlyphWord> row_;
  std::vector<OpenLine> open_;
};

}  // namespace

GlyphLines make_lines(std::vector<GlyphWord> words, const PageGlyphs& page) {
  return LineMaker(std::move(words), page).make();
}

}  // namespace docket::engine
