// Whether text goes on from one line, column or page to the next, and how the two ends are put together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// Whether `word` ends a sentence: by a full stop, question or exclamation mark, colon or semicolon, closing quotes and
/// brackets after it aside.
bool ends_sentence(std::string_view word) noexcept;

/// Whether the first letter of `word` is a small one, opening quotes and brackets before it aside.
bool starts_small(std::string_view word) noexcept;

/// Whether a sentence that stops at `last` clearly goes on with `next`: it is not ended, and `next` begins small or
/// `last` ends with a hyphen or comma.
bool continues(std::string_view last, std::string_view next) noexcept;

/// How a column's or page's text ends: what must be known of it when the next one comes.
struct TextEnd {
  BlockKind kind = BlockKind::heading;  ///< of the last block; text goes on from paragraphs and list items only
  float size = 0;                       ///< of the last line
  std::string word;                     ///< the last one
  bool is_full = false;                 ///< the last of several lines reaches as far right as the others do
};

TextEnd end_of(const Block& block);

/// Whether `next`, the first block of a column or page, goes on the text that ended so.
bool continues(const TextEnd& end, const Block& next) noexcept;

/// How the last word of a line and the first of the next become running text.
enum class Joint : std::uint8_t {
  space,     ///< two words, of which the first may keep a hyphen for what the second ends with (Vor- und Nachteile)
  direct,    ///< one word as they are: after a hyphen that belongs to it, or in a script without spaces
  repaired,  ///< one word without the hyphen at the end of `last`
};

/// `hyphen` is what is known of the one at the end of `last`.
Joint joint(std::string_view last, std::string_view next, Hyphen hyphen = Hyphen::unknown) noexcept;

/// `last` without the hyphen at its end.
std::string_view without_hyphen(std::string_view last) noexcept;

/// A block's text as one line, words broken over lines put together.
std::string text_of(const Block& block);

/// The same of a cell or of some lines.
std::string text_of(std::span<const Line> lines);

/// The style of a word, as far as running text can say it.
struct SpanStyle {
  bool bold = false;
  bool italic = false;
  bool code = false;
  Script script = Script::normal;
  std::int16_t link = -1;  ///< index into Page::links
  std::uint32_t note = 0;  ///< the footnote it refers to, by the number that the writer gives it; 0: none

  friend bool operator==(const SpanStyle&, const SpanStyle&) = default;
};

/// A part of a piece of text that has one style.
struct TextSpan {
  std::size_t end = 0;  ///< bytes from the piece's beginning; the next span begins there
  SpanStyle style;
};

/// Feeds words in order and hands out what belongs together: words that no space divides, and words broken at a line's
/// end. Keeps no more than one such piece, so that a paragraph may go on over many pages. `Sink` is called with each
/// piece (a string_view that is good during the call) and, if it takes them, its spans; between two pieces there is
/// a space.
class WordJoiner {
 public:
  template <class Sink>
  void add(const Word& word, Sink&& sink) {
    add(word, SpanStyle{}, sink);
  }

  template <class Sink>
  void add(const Word& word, const SpanStyle& style, Sink&& sink) {
    if (!pending_.empty()) {
      const auto how = at_line_end_ ? joint(pending_, word.text, hyphen_) : (space_ ? Joint::space : Joint::direct);
      if (how == Joint::space) {
        finish(sink);
      } else if (how == Joint::repaired) {
        pending_.resize(without_hyphen(pending_).size());
        while (!spans_.empty() && spans_.back().end > pending_.size()) {
          cut_last_span();
        }
      }
    }
    pending_ += word.text;
    if (!spans_.empty() && spans_.back().style == style) {
      spans_.back().end = pending_.size();
    } else {
      spans_.push_back({pending_.size(), style});
    }
    space_ = word.space_after;
    hyphen_ = word.hyphen;
    at_line_end_ = false;
  }

  /// Whether nothing is kept back.
  [[nodiscard]] bool is_empty() const noexcept { return pending_.empty(); }

  /// The last word was the last of its line.
  void end_line() noexcept { at_line_end_ = true; }

  /// The last word is followed by another line's first on the same row: a space, whatever it ends with.
  void end_fragment() noexcept { space_ = true; }

  /// The page's links are gone. A link that is kept back is handed out before, unless its last word is broken.
  template <class Sink>
  void end_page(Sink&& sink) {
    const auto is_link = [](const TextSpan& span) { return span.style.link >= 0; };
    if (std::ranges::any_of(spans_, is_link) && without_hyphen(pending_).size() == pending_.size()) {
      finish(sink);
    }
    for (auto& span : spans_) {
      span.style.link = -1;
    }
  }

  template <class Sink>
  void finish(Sink&& sink) {
    if (!pending_.empty()) {
      if constexpr (std::is_invocable_v<Sink, std::string_view, std::span<const TextSpan>>) {
        sink(std::string_view(pending_), std::span<const TextSpan>(spans_));
      } else {
        sink(std::string_view(pending_));
      }
      pending_.clear();
      spans_.clear();
    }
  }

 private:
  void cut_last_span() noexcept {
    const auto begin = spans_.size() > 1 ? spans_[spans_.size() - 2].end : 0;
    if (begin >= pending_.size()) {
      spans_.pop_back();
    } else {
      spans_.back().end = pending_.size();
    }
  }

  std::string pending_;
  std::vector<TextSpan> spans_;
  bool space_ = true;
  Hyphen hyphen_ = Hyphen::unknown;
  bool at_line_end_ = false;
};

/// Whether `next` stands on the same row as `line`, behind it (a list's marker and its text, cells of a table).
bool beside(const Line& line, const Line& next) noexcept;

/// Whether line `at` is the first of its row: not beside the one before.
inline bool begins_row(std::span<const Line> lines, std::size_t at) noexcept {
  return at == 0 || !beside(lines[at - 1], lines[at]);
}

/// Feeds all words of some lines to `joiner`, each with the style `style_of(word)`.
template <class StyleOf, class Sink>
void add_lines(WordJoiner& joiner, std::span<const Line> lines, const StyleOf& style_of, Sink&& sink) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto& word : lines[i].words) {
      joiner.add(word, style_of(word), sink);
    }
    if (i + 1 == lines.size() || !beside(lines[i], lines[i + 1])) {
      joiner.end_line();
    } else {
      joiner.end_fragment();
    }
  }
}

/// The same without styles.
template <class Sink>
void add_lines(WordJoiner& joiner, std::span<const Line> lines, Sink&& sink) {
  add_lines(
      joiner, lines, [](const Word&) { return SpanStyle{}; }, sink);
}

}  // namespace docket::engine
