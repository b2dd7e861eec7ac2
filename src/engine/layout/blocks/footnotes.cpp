#include "engine/layout/blocks/footnotes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "engine/layout/blocks/note_marks.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr float highest = 0.3F;          ///< of the page's height: above it there are authors' addresses
constexpr float largest_size = 0.97F;    ///< of the text's that refers to the note
constexpr float same_note_size = 0.04F;  ///< relative difference of sizes that still counts as equal
constexpr float next_line = 1.7F;        ///< ems: a note's further paragraph is no farther below it
constexpr float most_note_indent = 3;    ///< ems: nor is it indented more
constexpr float shortest_rule = 15;      ///< points
constexpr std::size_t most_rules_above = 100;
constexpr std::size_t most_notes = 200;  ///< of a page: further ones stay paragraphs

bool may_hold_notes(const Block& block) noexcept {
  return !block.lines.empty() &&
         (block.kind == BlockKind::paragraph || block.kind == BlockKind::margin || block.kind == BlockKind::list_item);
}

/// Puts marks that were taken for paragraphs, as they stand so high, before the text that they belong to.
void join_lone_marks(std::vector<Block>& blocks) {
  bool any = false;
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    auto& mark = blocks[i];
    auto& text = blocks[i + 1];
    if (mark.lines.size() != 1 || mark.lines.front().words.size() != 1 || !may_hold_notes(mark) ||
        !may_hold_notes(text) || note_mark(mark.lines.front().words.front().text).empty()) {
      continue;
    }
    auto& word = mark.lines.front().words.front();
    auto& line = text.lines.front();
    const float size = size_of(line.words.front());
    const float gap = line.box.x0 - word.box.x1;
    const float above = line.baseline - mark.lines.front().baseline;
    if (gap < -0.2F * size || gap > 1.5F * size || above < 0 || above > 0.8F * size || !is_raised_before(word, size)) {
      continue;
    }
    word.script = Script::superscript;
    line.box = united(line.box, word.box);
    text.box = united(text.box, word.box);
    line.words.insert(line.words.begin(), std::move(word));
    mark.lines.clear();
    any = true;
  }
  if (any) {
    std::erase_if(blocks, [](const Block& block) {
      return block.lines.empty() && block.cells.empty() && block.kind != BlockKind::figure;
    });
  }
}

Box around(const std::vector<Line>& lines) noexcept {
  Box box = lines.front().box;
  for (const auto& line : lines) {
    box = united(box, line.box);
  }
  return box;
}

/// Finds the notes of a page. Lives for one call of mark_footnotes(), on its stack.
class NoteFinder {
 public:
  explicit NoteFinder(Page& page) : page_(page) {
    for (const auto& rule : page.rules) {
      if (rule.width() > shortest_rule && rule.width() < 0.5F * page.width && rules_.size() < most_rules_above) {
        rules_.push_back(rule);
      }
    }
  }

  void run() {
    join_lone_marks(page_.blocks);
    find_candidates();
    if (std::ranges::find(candidates_, true) == candidates_.end() && rest_ == none) {
      return;
    }
    positions_.reserve(page_.blocks.size());
    for (std::size_t i = 0; i < page_.blocks.size(); ++i) {
      auto& block = page_.blocks[i];
      const float size = style_of(block.lines, {}).size;
      positions_.push_back({block.box, size, candidates_[i] || i == rest_ || is_marginal(block.kind)});
      if (!candidates_[i]) {
        find_references(block, size, references_);
      }
    }
    auto blocks = std::exchange(page_.blocks, {});
    page_.blocks.reserve(blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      auto& block = blocks[i];
      if (candidates_[i] && (block.kind == BlockKind::margin || is_at_foot(i))) {
        split(std::move(block), positions_[i].size);
      } else if (i == rest_ && is_at_foot(i)) {
        block.kind = BlockKind::footnote;
        page_.blocks.push_back(std::move(block));
      } else if (further_ < most_notes && continues_note(block, positions_[i].size) && is_at_foot(i)) {
        ++further_;
        block.kind = BlockKind::footnote;
        page_.blocks.push_back(std::move(block));
      } else {
        add(std::move(block));
      }
    }
    if (!found_.empty()) {
      mark_references();
    }
  }

 private:
  static constexpr auto none = std::numeric_limits<std::size_t>::max();

  void find_candidates() {
    const auto& blocks = page_.blocks;
    candidates_.resize(blocks.size());
    std::size_t many = 0;
    for (std::size_t i = 0; i < blocks.size() && many < most_notes; ++i) {
      const auto& block = blocks[i];
      if (!may_hold_notes(block) || (block.kind != BlockKind::margin && block.box.y0 < highest * page_.height)) {
        continue;
      }
      const auto lead = note_lead(block.lines, 0);
      candidates_[i] = lead && (lead->is_raised || (i > 0 && candidates_[i - 1]) || has_rule_above(block));
      many += candidates_[i] ? 1 : 0;
      rest_ = rest_ == none && is_rest_of_note(i) ? i : rest_;
    }
  }

  /// Whether block `index` may be the rest of a note of the page before: small text without a mark below a short rule.
  /// What stands so below a table is a remark on it.
  [[nodiscard]] bool is_rest_of_note(std::size_t index) const noexcept {
    const auto& block = page_.blocks[index];
    if (candidates_[index] || index == 0 || block.kind != BlockKind::paragraph || !has_rule_above(block)) {
      return false;
    }
    const auto& above = page_.blocks[index - 1];
    return !above.lines.empty() && above.kind != BlockKind::caption &&
           style_of(block.lines, {}).size <= largest_size * style_of(above.lines, {}).size;
  }

  /// Whether a short rule divides the block from the text above.
  [[nodiscard]] bool has_rule_above(const Block& block) const noexcept {
    const float size = size_of(block.lines.front().words.front());
    return std::ranges::any_of(rules_, [&](const Box& rule) {
      return rule.height() < 0.3F * size && rule.y1 < block.box.y0 + 0.5F * size &&
             rule.y1 > block.box.y0 - 2.5F * size && std::abs(rule.x0 - block.box.x0) < most_note_indent * size;
    });
  }

  /// Whether nothing but other notes, and what is as small, follows below block `index` in its column.
  [[nodiscard]] bool is_at_foot(std::size_t index) const noexcept {
    const auto& box = positions_[index].box;
    const float size = positions_[index].size;
    return std::ranges::none_of(positions_, [&](const BlockPosition& other) {
      const bool is_below = other.box.y0 > box.y1 - 0.5F * size && other.box.x0 < box.x1 && other.box.x1 > box.x0;
      return is_below && !other.is_beside && (other.size <= 0 || other.size > (1 + same_note_size) * size);
    });
  }

  /// What refers to a note of `size`: references that are sure, or else a number's only one. Null for nothing.
  const std::vector<NoteReference>* references_to(std::string_view mark, float size) {
    const auto found = references_.find(mark);
    if (found == references_.end()) {
      return nullptr;
    }
    auto& all = found->second;
    if (std::ranges::any_of(all, &NoteReference::is_sure)) {
      std::erase_if(all, [](const NoteReference& one) { return !one.is_sure; });
    } else if (all.size() != 1 || !is_note_number(mark)) {
      return nullptr;
    }
    const auto is_larger = [&](const NoteReference& one) { return size <= largest_size * one.size; };
    return std::ranges::any_of(all, is_larger) ? &all : nullptr;
  }

  /// Whether a note begins with `lead`; then the mark is no other's.
  bool begins_note(const NoteLead& lead, float size, bool may_be_level) {
    if ((!lead.is_raised && !may_be_level) || found_.size() >= most_notes || found_.contains(lead.mark)) {
      return false;
    }
    const auto* const references = references_to(lead.mark, size);
    if (references != nullptr) {
      found_.emplace(lead.mark, references);
    }
    return references != nullptr;
  }

  /// Adds the notes of a block, one for each row that begins with a mark, and the text before the first of them.
  void split(Block block, float size) {
    const auto first = note_lead(block.lines, 0);
    const bool is_level = first && !first->is_raised;
    auto lines = std::exchange(block.lines, {});
    auto part = std::move(block);
    const auto close = [&] {
      if (!part.lines.empty()) {
        part.box = around(part.lines);
        add(std::move(part));
      }
    };
    std::size_t in_mark = 0;  // words that are still to be left out
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto lead = begins_row(lines, i) ? note_lead(lines, i) : std::nullopt;
      if (lead && begins_note(*lead, size, is_level)) {
        close();
        part = Block{};
        part.kind = BlockKind::footnote;
        part.marker = std::move(lead->mark);
        in_mark = lead->words;
      }
      auto& words = lines[i].words;
      const auto left_out = std::min(in_mark, words.size());
      in_mark -= left_out;
      words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(left_out));
      if (!words.empty()) {
        lines[i].box.x0 = words.front().box.x0;
        part.lines.push_back(std::move(lines[i]));
      }
    }
    close();
  }

  /// Whether `block` is a further paragraph of the note that was added last.
  [[nodiscard]] bool continues_note(const Block& block, float size) const noexcept {
    if (page_.blocks.empty() || page_.blocks.back().kind != BlockKind::footnote || block.kind != BlockKind::paragraph ||
        block.lines.empty()) {
      return false;
    }
    const auto& last = page_.blocks.back();
    const float step = block.lines.front().baseline - last.lines.back().baseline;
    return std::abs(style_of(last.lines, {}).size - size) <= same_note_size * size && step > 0 &&
           step <= next_line * size && std::abs(block.box.x0 - last.box.x0) <= most_note_indent * size;
  }

  /// Adds a block. A paragraph goes on past the notes at the foot of its column.
  void add(Block block) {
    auto& blocks = page_.blocks;
    const bool is_past_notes = !blocks.empty() && blocks.back().kind == BlockKind::footnote;
    if (is_past_notes && text_ != none && continues(end_of(blocks[text_]), block)) {
      auto& text = blocks[text_];
      text.box = united(text.box, block.box);
      std::ranges::move(block.lines, std::back_inserter(text.lines));
      return;
    }
    if (!is_marginal(block.kind)) {
      text_ = blocks.size();
    }
    blocks.push_back(std::move(block));
  }

  /// Marks what refers to the notes that were found; what stands for several is taken apart.
  void mark_references() {
    for (const auto& [mark, references] : found_) {
      for (const auto& reference : *references) {
        reference.word->script = Script::note;
      }
    }
    for (auto& block : page_.blocks) {
      for (auto& line : block.lines) {
        for (std::size_t i = 0; i < line.words.size(); ++i) {
          if (line.words[i].script == Script::note) {
            i += take_apart(line.words, i);
          }
        }
      }
    }
  }

  /// Makes "1," and "2" of "1,2"; returns how many words there are more.
  std::size_t take_apart(std::vector<Word>& words, std::size_t at) const {
    std::size_t more = 0;
    for (;;) {
      const auto comma = words[at].text.find(',');
      if (comma == std::string::npos || comma + 1 == words[at].text.size()) {
        break;
      }
      Word rest = words[at];
      auto& word = words[at];
      const float share = static_cast<float>(comma + 1) / static_cast<float>(word.text.size());
      rest.text = word.text.substr(comma + 1);
      word.text.resize(comma + 1);
      word.box.x1 = word.box.x0 + share * word.box.width();
      rest.box.x0 = word.box.x1;
      word.space_after = false;
      mark_found(word);
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(++at), std::move(rest));
      ++more;
    }
    mark_found(words[at]);
    return more;
  }

  void mark_found(Word& word) const {
    word.script = found_.contains(note_mark(word.text)) ? Script::note : Script::superscript;
  }

  /// What is asked of a block when its neighbours are judged.
  struct BlockPosition {
    Box box;
    float size = 0;
    bool is_beside = false;  ///< a note perhaps, or at the page's edge: text may end above it
  };

  Page& page_;
  std::vector<Box> rules_;  ///< short ones, such as stand above notes
  std::vector<bool> candidates_;
  std::size_t rest_ = none;  ///< the block that may be the rest of a note of the page before
  std::vector<BlockPosition> positions_;
  NoteReferences references_;
  std::map<std::string, const std::vector<NoteReference>*, std::less<>> found_;  ///< by the notes' marks
  std::size_t further_ = 0;                                                      ///< paragraphs of notes
  std::size_t text_ = none;                                                      ///< the last block that is text
};

}  // namespace

void mark_footnotes(Page& page) {
  NoteFinder(page).run();
}

}  // namespace docket::engine
