#include "engine/pdf/text/pdf_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

namespace docket::engine {
namespace {

// In units of the font size.
constexpr float column_gap = 0.7F;      // what is as far apart need not be of one line
constexpr float near_gap = 1.5F;        // what is nearer to a group stands beside it
constexpr float outlier_gap = 1.0F;     // a few stand so far apart from their group: marks, numbers
constexpr float widest_leading = 1.5F;  // between the baselines of a group's lines
// How much sizes may differ, by the greater one.
constexpr float size_on_line = 0.6F;  // of indices; and, of what is longer, …
constexpr float size_of_text = 0.375F;
constexpr float size_beside = 0.2F;
constexpr float size_below = 0.05F;

constexpr std::uint32_t most_outliers = 3;
constexpr std::uint32_t longest_index = 6;  // characters
// So many neighbours are looked at: there are more only where text lies over text.
constexpr int most_visits = 24;

bool are_alike(float size, float other, float tolerance) noexcept {
  return std::abs(size - other) <= tolerance * std::max(size, other);
}

/// What is measured of two pieces of text to tell whether they are of one line.
struct LinePart {
  float base = 0;
  float size = 0;
  std::uint32_t characters = 0;
};

LinePart part_of(const TextRun& run) noexcept {
  return {run.base, run.size, run.characters};
}

LinePart part_of(const GlyphWord& word) noexcept {
  return {word.base, word.size, word.length()};
}

/// Whether both can be of one line by their sizes and baselines: much smaller are only indices.
bool can_share_line(const LinePart& one, const LinePart& other) noexcept {
  const auto& small = one.size < other.size ? one : other;
  return are_alike(one.size, other.size, small.characters <= longest_index ? size_on_line : size_of_text) &&
         std::abs(one.base - other.base) < widest_shift * std::max(one.size, other.size);
}

/// The size that gaps between both are measured by: that of the text, not of what stands at its end.
float size_of_both(const LinePart& one, const LinePart& other) noexcept {
  return one.characters < other.characters ? other.size : one.size;
}

bool continues(const TextRun& run, const GlyphWord& last, const GlyphWord& word) noexcept {
  const auto before = part_of(run);
  const auto next = part_of(word);
  const float size = size_of_both(before, next);
  const float gap = word.box.along0 - last.box.along1;
  return run.turns == word.turns && gap < column_gap * size && gap > -widest_overlap(last, word) * size &&
         can_share_line(before, next);
}

/// Which runs belong together. Lives for one call of group_runs(), on its stack.
class Groups {
 public:
  explicit Groups(std::span<TextRun> runs) : runs_(runs), parents_(runs.size()), order_(runs.size()) {
    std::iota(parents_.begin(), parents_.end(), 0U);
    std::iota(order_.begin(), order_.end(), 0U);
  }

  void find() {
    join_beside();
    join_below();
    join_outliers();
  }

  std::uint32_t number() {
    constexpr auto unknown = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> numbers(runs_.size(), unknown);
    std::uint32_t count = 0;
    for (std::uint32_t at = 0; at < runs_.size(); ++at) {
      auto& number = numbers[root(at)];
      if (number == unknown) {
        number = count++;
      }
      runs_[at].group = number;
    }
    return count;
  }

 private:
  struct Neighbours {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    bool can_join = false;  ///< they are on one baseline, and alike
  };

  std::uint32_t root(std::uint32_t at) {
    while (parents_[at] != at) {
      parents_[at] = parents_[parents_[at]];
      at = parents_[at];
    }
    return at;
  }

  void join(std::uint32_t one, std::uint32_t other) {
    const auto a = root(one);
    const auto b = root(other);
    parents_[std::max(a, b)] = std::min(a, b);
  }

  /// From left to right: with those that reach so far, on their baselines.
  void join_beside() {
    std::ranges::sort(order_, [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(runs_[a].turns, runs_[a].box.along0) < std::pair(runs_[b].turns, runs_[b].box.along0);
    });
    std::multimap<float, std::uint32_t> reaching;  // by their baselines
    for (std::size_t at = 0; at < order_.size(); ++at) {
      const auto right = order_[at];
      const auto& run = runs_[right];
      if (at > 0 && runs_[order_[at - 1]].turns != run.turns) {
        reaching.clear();
      }
      // The greatest that can be on one line with it.
      const float greatest = run.size / (1 - size_on_line);
      auto place = reaching.lower_bound(run.base - widest_shift * greatest);
      for (int visits = 0;
           place != reaching.end() && place->first <= run.base + widest_shift * greatest && visits < most_visits;
           ++visits) {
        const auto left = place->second;
        const float gap = run.box.along0 - runs_[left].box.along1;
        if (gap > runs_[left].size / (1 - size_on_line)) {
          place = reaching.erase(place);  // too far from all that follow
          continue;
        }
        ++place;
        note_beside(left, right, gap);
      }
      reaching.emplace(run.base, right);
    }
  }

  void note_beside(std::uint32_t left, std::uint32_t right, float gap) {
    const auto before = part_of(runs_[left]);
    const auto next = part_of(runs_[right]);
    const bool is_level = can_share_line(before, next);
    if (is_level && gap < column_gap * size_of_both(before, next)) {
      join(left, right);
    } else if (gap >= 0) {
      apart_.push_back({left, right, is_level && are_alike(before.size, next.size, size_beside)});
    }
  }

  /// From top to bottom: with those that are seen above.
  void join_below() {
    std::ranges::sort(order_, [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(runs_[a].turns, runs_[a].base) < std::pair(runs_[b].turns, runs_[b].base);
    });
    // Which run is the lowest where: from a place to the next.
    std::map<float, std::pair<float, std::uint32_t>> lowest;
    for (std::size_t at = 0; at < order_.size(); ++at) {
      const auto below = order_[at];
      const auto& run = runs_[below];
      if (at > 0 && runs_[order_[at - 1]].turns != run.turns) {
        lowest.clear();
      }
      const float from = run.box.along0;
      const float to = run.box.along1;
      if (!(from < to)) {
        continue;
      }
      auto place = lowest.upper_bound(from);
      if (place != lowest.begin() && std::prev(place)->second.first > from) {
        --place;
      }
      while (place != lowest.end() && place->first < to) {
        const auto start = place->first;
        const auto [end, above] = place->second;
        join_if_close(above, below);
        place = lowest.erase(place);
        if (start < from) {
          lowest.emplace(start, std::pair(from, above));
        }
        if (end > to) {
          place = lowest.emplace(to, std::pair(end, above)).first;
        }
      }
      lowest.insert_or_assign(from, std::pair(to, below));
    }
  }

  void join_if_close(std::uint32_t above, std::uint32_t below) {
    const auto& run = runs_[above];
    const auto& next = runs_[below];
    const float step = next.base - run.base;
    if (step > 0 && step <= widest_leading * run.size && are_alike(run.size, next.size, size_below)) {
      join(above, below);
    }
  }

  /// Whom few stand beside, somewhat apart, has them.
  void join_outliers() {
    if (apart_.empty()) {
      return;
    }
    std::vector<TextBox> boxes(runs_.size());
    std::vector<std::uint32_t> roots(runs_.size());
    std::vector<std::uint32_t> sizes(runs_.size());  // in runs
    for (std::uint32_t at = 0; at < runs_.size(); ++at) {
      roots[at] = root(at);
      ++sizes[roots[at]];
      auto& box = boxes[roots[at]];
      const auto& own = runs_[at].box;
      box = roots[at] == at ? own
                            : TextBox{std::min(box.along0, own.along0), std::min(box.across0, own.across0),
                                      std::max(box.along1, own.along1), std::max(box.across1, own.across1)};
    }
    // From a group's edge to what stands beside it, in units of the size; negative within it.
    const auto right_gap = [&](const Neighbours& pair) {
      return (runs_[pair.right].box.along0 - boxes[roots[pair.left]].along1) / runs_[pair.left].size;
    };
    const auto left_gap = [&](const Neighbours& pair) {
      return (boxes[roots[pair.right]].along0 - runs_[pair.left].box.along1) / runs_[pair.right].size;
    };
    std::vector<Member> on_right;
    std::vector<Member> on_left;
    for (const auto& pair : apart_) {
      if (is_within(right_gap(pair), near_gap)) {
        on_right.emplace_back(roots[pair.left], pair.right);
      }
      if (is_within(left_gap(pair), near_gap)) {
        on_left.emplace_back(roots[pair.right], pair.left);
      }
    }
    const auto right_counts = count_each(on_right);
    const auto left_counts = count_each(on_left);
    const auto are_few = [&](std::uint32_t outlier, std::uint32_t beside) {
      return beside <= most_outliers && sizes[roots[outlier]] <= most_outliers;
    };
    for (const auto& pair : apart_) {
      if (pair.can_join &&
          ((is_within(right_gap(pair), outlier_gap) && are_few(pair.right, right_counts[roots[pair.left]])) ||
           (is_within(left_gap(pair), outlier_gap) && are_few(pair.left, left_counts[roots[pair.right]])))) {
        join(pair.left, pair.right);
      }
    }
  }

  /// A group and what stands beside it.
  using Member = std::pair<std::uint32_t, std::uint32_t>;

  static bool is_within(float gap, float limit) noexcept { return gap >= 0 && gap < limit; }

  /// How many different ones stand beside each group.
  [[nodiscard]] std::vector<std::uint32_t> count_each(std::vector<Member>& members) const {
    std::ranges::sort(members);
    members.erase(std::unique(members.begin(), members.end()), members.end());
    std::vector<std::uint32_t> counts(runs_.size());
    for (const auto& [group, run] : members) {
      ++counts[group];
    }
    return counts;
  }

  std::span<TextRun> runs_;
  std::vector<std::uint32_t> parents_;  ///< a parent comes before its children
  std::vector<std::uint32_t> order_;
  std::vector<Neighbours> apart_;  ///< beside each other with a gap
};

}  // namespace

std::vector<TextRun> make_runs(std::span<const GlyphWord> words) {
  std::vector<TextRun> runs;
  MainSize main;
  for (std::uint32_t at = 0; at < words.size(); ++at) {
    const auto& word = words[at];
    if (runs.empty() || !continues(runs.back(), words[at - 1], word)) {
      runs.push_back({.first = at,
                      .end = at + 1,
                      .box = word.box,
                      .base = word.base,
                      .size = word.size,
                      .characters = word.length(),
                      .turns = word.turns});
      main = {};
      main.add(word);
      continue;
    }
    auto& run = runs.back();
    run.end = at + 1;
    run.characters += word.length();
    run.box = {std::min(run.box.along0, word.box.along0), std::min(run.box.across0, word.box.across0),
               std::max(run.box.along1, word.box.along1), std::max(run.box.across1, word.box.across1)};
    main.add(word);
    run.size = main.size();
    run.base = main.base();
  }
  return runs;
}

std::uint32_t group_runs(std::span<TextRun> runs) {
  Groups groups(runs);
  groups.find();
  return groups.number();
}

}  // namespace docket::engine
