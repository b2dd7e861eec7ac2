#include "engine/layout/blocks/quotes.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/utf8.h"
#include "engine/layout/blocks/captions.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

// In ems of the text above, where nothing else is said.
constexpr float least_indent = 1.2F;
constexpr float most_indent = 8;
constexpr float plain_indent = 1.7F;      ///< of what looks as the text does
constexpr float farthest = 3;             ///< from the text above
constexpr float first_line_indent = 2;    ///< of a quotation's own paragraphs
constexpr float fullness = 0.8F;          ///< of the width: verses end before
constexpr float same_quote_size = 0.04F;  ///< relative difference of sizes that still counts as equal
constexpr std::size_t least_words = 10;
constexpr float thickest_bar = 6;     ///< points
constexpr float bar_distance = 2.5F;  ///< to the quotation
constexpr std::size_t most_bars = 32;
constexpr std::size_t most_rules_around = 256;

/// The rows of a block that stand one below the other, up from its last one: those of its last column.
struct Rows {
  std::vector<Box> boxes;           ///< from the last one up
  std::vector<float> first_widths;  ///< of their first words

  [[nodiscard]] Box around() const noexcept {
    Box box = boxes.front();
    for (const auto& row : boxes) {
      box = united(box, row);
    }
    return box;
  }
};

Rows rows_of(const Block& block) {
  Rows rows;
  Box row;
  for (std::size_t i = block.lines.size(); i-- > 0;) {
    const auto& box = block.lines[i].box;
    row = row == Box{} ? box : united(row, box);
    if (!begins_row(block.lines, i)) {
      continue;
    }
    if (!rows.boxes.empty() && middle_y(row) >= middle_y(rows.boxes.back())) {
      break;  // another column
    }
    rows.boxes.push_back(row);
    rows.first_widths.push_back(block.lines[i].words.front().box.width());
    row = {};
  }
  return rows;
}

/// The text that a quotation is set in from.
struct Frame {
  Box box;
  TextStyle style;
};

/// Whether rows end before `right` because they are to: all at one edge, or where the next word would still have
/// fitted.
bool ends_before(const Rows& rows, float right, float em) noexcept {
  const auto& all = rows.boxes;
  std::size_t aligned = 0;
  std::size_t early = 0;
  const float edge = rows.around().x1;
  for (std::size_t i = 1; i < all.size(); ++i) {
    aligned += edge - all[i].x1 < 0.3F * em ? 1 : 0;
    early += right - all[i].x1 > rows.first_widths[i - 1] + 0.5F * em ? 1 : 0;
  }
  return (all.size() > 2 && aligned + 1 == all.size()) || early * 2 >= all.size() - 1;
}

/// Whether these are rows of prose: from one edge to the other but for the first and last, not centred, not verse.
bool is_prose(const Rows& rows, const Box& box, float em) noexcept {
  const auto& all = rows.boxes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_first = i + 1 == all.size();
    const bool is_last = i == 0;
    const float indent = all[i].x0 - box.x0;
    if (indent > (is_first ? first_line_indent : 0.4F) * em ||
        (!is_last && all[i].x1 - box.x0 < fullness * box.width())) {
      return false;
    }
  }
  return true;
}

/// Whether most of it are words, and not numbers or formulas.
bool is_text(const Block& block) noexcept {
  std::size_t words = 0;
  std::size_t letters = 0;
  std::size_t chars = 0;
  for (const auto& line : block.lines) {
    for (const auto& word : line.words) {
      ++words;
      for (std::string_view rest = word.text; !rest.empty();) {
        const auto c = first_char(rest);
        rest.remove_prefix(c.length);
        letters += is_letter(c.code) ? 1 : 0;
        ++chars;
      }
    }
  }
  return words >= least_words && letters * 100 >= chars * 75;
}

/// Finds the quotations of a page. Lives for one call of mark_quotes().
class QuoteFinder {
 public:
  explicit QuoteFinder(Page& page) : page_(page) {
    if (page.rules.size() > most_rules_around) {
      return;  // a page of tables and forms: what is framed could not be told in time
    }
    const auto add_bars = [&](std::span<const Box> boxes) {
      for (const auto& box : boxes) {
        if (box.width() <= thickest_bar && box.height() > 2 * box.width() && bars_.size() < most_bars) {
          bars_.push_back(box);
        }
      }
    };
    add_bars(page.rules);
    add_bars(page.fills);
  }

  void run() {
    std::optional<Frame> frame;  // of the paragraph before, or of that before the quotation
    Box last;                    // the block before
    for (auto& block : page_.blocks) {
      if (block.lines.empty() || is_marginal(block.kind)) {
        frame = is_marginal(block.kind) ? frame : std::nullopt;  // what is beside the text does not end it
        continue;
      }
      const auto rows = rows_of(block);
      const auto box = rows.around();
      const auto style = style_of(block.lines, page_.fonts);
      const bool is_below = box.y0 > last.y1 - 0.3F * style.size && box.x0 < last.x1 && box.x1 > last.x0;
      if (block.kind != BlockKind::paragraph) {
        frame = std::nullopt;
      } else if (frame && is_below && box.y0 - last.y1 < farthest * frame->style.size &&
                 (is_set_in(block, rows, box, style, *frame) || is_beside_bar(box, style, *frame)) && is_text(block)) {
        block.kind = BlockKind::quote;
      } else {
        frame = Frame{box, style};
      }
      last = box;
    }
  }

 private:
  [[nodiscard]] static bool is_set_in(const Block& block, const Rows& rows, const Box& box, const TextStyle& style,
                                      const Frame& frame) {
    const float em = frame.style.size;
    const float left = box.x0 - frame.box.x0;
    const float right = frame.box.x1 - box.x1;
    if (std::min(left, right) < least_indent * em || std::max(left, right) > most_indent * em || right < 0.6F * left ||
        right > 2.5F * left || style.bold || style.monospace || style.size > (1 + same_quote_size) * em ||
        begins_caption(block.lines)) {
      return false;
    }
    const bool looks_other = style.size < (1 - same_quote_size) * em || (style.italic && !frame.style.italic);
    return rows.boxes.size() >= (looks_other ? 2U : 3U) && (looks_other || left >= plain_indent * em) &&
           ends_before(rows, frame.box.x1, em) && is_prose(rows, box, em);
  }

  /// Whether there is a bar at the left that is as high as the paragraph, in the text's column, and no part of a frame.
  [[nodiscard]] bool is_beside_bar(const Box& box, const TextStyle& style, const Frame& frame) const noexcept {
    const float em = style.size;
    const auto spans = [&](const Box& bar) { return bar.y0 < box.y0 + 0.5F * em && bar.y1 > box.y1 - 0.5F * em; };
    const auto is_frame = [&](const Box& bar) {
      return std::ranges::any_of(page_.rules, [&](const Box& rule) {
        const bool is_level = rule.width() > rule.height();
        const bool touches = rule.x0 < bar.x1 + 2 && rule.x1 > bar.x0 + 2 * em &&
                             (std::abs(rule.y0 - bar.y0) < 3 || std::abs(rule.y1 - bar.y1) < 3);
        return is_level ? touches : rule.x0 > box.x1 - 1 && spans(rule);
      });
    };
    return std::ranges::any_of(bars_, [&](const Box& bar) {
      return spans(bar) && bar.x1 < box.x0 && box.x0 - bar.x1 < bar_distance * em && bar.x0 > frame.box.x0 - 2 &&
             bar.x0 < frame.box.x0 + 4 * em && !is_frame(bar);
    });
  }

  Page& page_;
  std::vector<Box> bars_;
};

}  // namespace

void mark_quotes(Page& page) {
  QuoteFinder(page).run();
}

}  // namespace docket::engine
