// Whether text goes on from one line, column or page to the next, and how the two ends are put together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/document.h"

namespace docket::engine {

/// Whether `word` ends a sentence: by a full stop, question or exclamation mark, colon or semicolon, closing quotes and
/// brackets after it aside.
bool ends_sentence(std::string_view word) noexcept;

/// Whether the first letter of `word` is a small one, opening quotes and brackets before it aside.
bool starts_small(std::string_view word) noexcept;

/// Whether a sentence that stops at `last` clearly goes on with `next`: it is not ended, and `next` begins small or
/// `last` ends with a hyphen or comma.
bool goes_on(std::string_view last, std::string_view next) noexcept;

/// How a column's or page's text ends: what must be known of it when the next one comes.
struct TextEnd {
  BlockKind kind = BlockKind::heading;  ///< of the last block; text goes on from paragraphs and list items only
  float size = 0;                       ///< of the last line
  std::string word;                     ///< the last one
  bool is_full = false;                 ///< the last of several lines reaches as far right as the others do
};

TextEnd end_of(const Block& block);

/// Whether `next`, the first block of a column or page, goes on the text that ended so.
bool goes_on(const TextEnd& end, const Block& next) noexcept;

/// How the last word of a line and the first of the next become running text.
enum class Joint : std::uint8_t {
  space,   ///< two words
  direct,  ///< one word as they are: after a hyphen that belongs to it, or in a script without spaces
  mended,  ///< one word without the hyphen at the end of `last`
};

Joint joint(std::string_view last, std::string_view next) noexcept;

/// `last` without the hyphen at its end.
std::string_view without_hyphen(std::string_view last) noexcept;

/// A block's text as one line, words broken over lines mended.
std::string text_of(const Block& block);

/// Feeds words in order and hands out what belongs together: words that no space divides, and words broken at a line's
/// end. Keeps no more than one such piece, so that a paragraph may go on over many pages. `Sink` is called with each
/// piece (a string_view that is good during the call); between two pieces there is a space.
class WordJoiner {
 public:
  template <class Sink>
  void add(const Word& word, Sink&& sink) {
    if (!pending_.empty()) {
      const auto how = at_line_end_ ? joint(pending_, word.text) : (space_ ? Joint::space : Joint::direct);
      if (how == Joint::space) {
        sink(std::string_view(pending_));
        pending_.clear();
      } else if (how == Joint::mended) {
        pending_.resize(without_hyphen(pending_).size());
      }
    }
    pending_ += word.text;
    space_ = word.space_after;
    at_line_end_ = false;
  }

  /// The last word was the last of its line.
  void end_line() noexcept { at_line_end_ = true; }

  /// The last word is followed by another line's first on the same row: a space, whatever it ends with.
  void end_fragment() noexcept { space_ = true; }

  template <class Sink>
  void finish(Sink&& sink) {
    if (!pending_.empty()) {
      sink(std::string_view(pending_));
      pending_.clear();
    }
  }

 private:
  std::string pending_;
  bool space_ = true;
  bool at_line_end_ = false;
};

/// Whether `next` stands on the same row as `line`, to its right (a list's marker and its text, cells of a table).
bool beside(const Line& line, const Line& next) noexcept;

/// Feeds all words of a block to `joiner`.
template <class Sink>
void add_block(WordJoiner& joiner, const Block& block, Sink&& sink) {
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const auto& line = block.lines[i];
    for (const auto& word : line.words) {
      joiner.add(word, sink);
    }
    if (i + 1 == block.lines.size() || !beside(line, block.lines[i + 1])) {
      joiner.end_line();
    } else {
      joiner.end_fragment();
    }
  }
}

}  // namespace docket::engine
