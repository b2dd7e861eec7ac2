#include "engine/ocr/merge_readings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "engine/model/rules.h"

namespace docket::engine {
namespace {

// Tesseract's confidences: of right words, nine in ten are above the first; of wrong ones, most are below.
constexpr int credible = 60;
constexpr int hardly_any = 30;
constexpr int good_for_a_sign = 70;

// Every word is compared with every other one.
constexpr std::size_t most_words = 3000;

struct Place {
  std::size_t line;
  std::size_t word;
};

std::vector<Place> places_of(const std::vector<Line>& lines) {
  std::vector<Place> places;
  for (std::size_t line = 0; line < lines.size(); ++line) {
    for (std::size_t word = 0; word < lines[line].words.size(); ++word) {
      places.push_back({line, word});
    }
  }
  return places;
}

// Whether they cover the same piece of paper, or one is a part of the other.
bool same_place(const Box& a, const Box& b) noexcept {
  const float x = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  const float y = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  constexpr float share = 0.4F;
  return x > 0 && y > 0 && x * y > share * std::min(a.width() * a.height(), b.width() * b.height());
}

// The line that a word stands on: that which shares most of its height, at least half.
std::optional<std::size_t> line_of(const std::vector<Line>& lines, const Box& word) {
  std::optional<std::size_t> best;
  float most = word.height() / 2;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const auto& box = lines[at].box;
    if (const float shared = std::min(box.y1, word.y1) - std::max(box.y0, word.y0); shared > most) {
      best = at;
      most = shared;
    }
  }
  return best;
}

void add_word(std::vector<Line>& lines, const Word& word, float baseline) {
  if (const auto at = line_of(lines, word.box); at) {
    auto& line = lines[*at];
    const auto behind = std::ranges::find_if(line.words, [&](const Word& other) { return other.box.x0 > word.box.x0; });
    line.words.insert(behind, word);
    line.box = united(line.box, word.box);
    return;
  }
  Line line;
  line.words.push_back(word);
  line.box = word.box;
  line.baseline = baseline;
  const auto below = std::ranges::find_if(lines, [&](const Line& other) { return other.box.y0 > word.box.y1; });
  lines.insert(below, std::move(line));
}

bool has_letter_or_figure(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = first_char(text);
    if (is_letter(c.code) || is_digit(c.code)) {
      return true;
    }
    text.remove_prefix(c.length);
  }
  return false;
}

bool is_noise(const Word& word) noexcept {
  return word.confidence < hardly_any || (word.confidence < good_for_a_sign && !has_letter_or_figure(word.text));
}

/// Whether a word is a sign that a rule was taken for: one lies under most of it.
bool is_rule(const Word& word, std::span<const Box> rules) noexcept {
  constexpr float near = 2;  // points
  constexpr float most = 0.7F;
  const bool is_bar = word.text.find_first_not_of("|[]") == std::string::npos;
  const bool is_dash = !is_bar && !has_letter_or_figure(word.text) && word.box.width() > word.box.height();
  if (!is_bar && !is_dash) {
    return false;
  }
  return std::ranges::any_of(rules, [&](const Box& rule) {
    const auto shared = intersection(rule, word.box);
    if (is_level(rule)) {
      return is_dash && shared.width() >= most * word.box.width() && shared.height() > -near;
    }
    return is_bar && shared.height() >= most * word.box.height() && shared.width() > -near;
  });
}

/// An upright rule about as high as the word or higher that stands near `x`; nullptr if there is none.
const Box* rule_at(float x, const Word& word, std::span<const Box> rules) noexcept {
  constexpr float most = 0.7F;
  const float near = 0.5F * word.box.height();
  const auto found = std::ranges::find_if(rules, [&](const Box& rule) {
    return !is_level(rule) && std::abs(middle_x(rule) - x) < near &&
           intersection(rule, word.box).height() >= most * word.box.height();
  });
  return found == rules.end() ? nullptr : &*found;
}

/// Takes off a word the signs that the rules beside it were taken for.
void part_from_rules(Word& word, std::span<const Box> rules) {
  if (word.text.size() > 1 && (word.text.front() == '|' || word.text.front() == '[')) {
    if (const auto* rule = rule_at(word.box.x0, word, rules)) {
      word.text.erase(0, 1);
      word.box.x0 = std::clamp(rule->x1, word.box.x0, word.box.x1);
    }
  }
  if (word.text.size() > 1 && (word.text.back() == '|' || word.text.back() == ']')) {
    if (const auto* rule = rule_at(word.box.x1, word, rules)) {
      word.text.pop_back();
      word.box.x1 = std::clamp(rule->x0, word.box.x0, word.box.x1);
    }
  }
}

/// Drops the words of which `is_out` is true, and lines without words.
template <class IsOut>
void drop_words(std::vector<Line>& lines, const IsOut& is_out) {
  for (auto& line : lines) {
    if (std::erase_if(line.words, is_out) == 0 || line.words.empty()) {
      continue;
    }
    line.box = line.words.front().box;
    for (const auto& word : line.words) {
      line.box = united(line.box, word.box);
    }
  }
  std::erase_if(lines, [](const Line& line) { return line.words.empty(); });
}

}  // namespace

std::vector<Line> merge_readings(std::vector<Line> first, const std::vector<Line>& second) {
  const auto of_first = places_of(first);
  const auto of_second = places_of(second);
  if (of_first.size() > most_words || of_second.size() > most_words) {
    return first;
  }
  // How many words of the other reading stand where a word does, and the last of them.
  struct Partners {
    std::size_t count = 0;
    std::size_t last = 0;
  };
  std::vector<Partners> in_second(of_first.size());
  std::vector<Partners> in_first(of_second.size());
  for (std::size_t a = 0; a < of_first.size(); ++a) {
    const auto& box = first[of_first[a].line].words[of_first[a].word].box;
    for (std::size_t b = 0; b < of_second.size(); ++b) {
      if (same_place(box, second[of_second[b].line].words[of_second[b].word].box)) {
        in_second[a] = {in_second[a].count + 1, b};
        in_first[b] = {in_first[b].count + 1, a};
      }
    }
  }
  for (std::size_t a = 0; a < of_first.size(); ++a) {
    if (in_second[a].count != 1 || in_first[in_second[a].last].count != 1) {
      continue;
    }
    const auto& [line, word] = of_second[in_second[a].last];
    auto& known = first[of_first[a].line].words[of_first[a].word];
    if (const auto& other = second[line].words[word]; other.confidence > known.confidence) {
      known.text = other.text;
      known.confidence = other.confidence;
    }
  }
  for (std::size_t b = 0; b < of_second.size(); ++b) {
    const auto& [line, word] = of_second[b];
    if (in_first[b].count == 0 && second[line].words[word].confidence >= credible) {
      add_word(first, second[line].words[word], second[line].baseline);
    }
  }
  return first;
}

void drop_noise(std::vector<Line>& lines) {
  drop_words(lines, is_noise);
}

void drop_signs_on(std::span<const Box> rules, std::vector<Line>& lines) {
  drop_words(lines, [rules](const Word& word) { return is_rule(word, rules); });
  for (auto& line : lines) {
    for (auto& word : line.words) {
      part_from_rules(word, rules);
    }
  }
}

std::size_t credible_length(const std::vector<Line>& lines) noexcept {
  std::size_t length = 0;
  for (const auto& line : lines) {
    for (const auto& word : line.words) {
      length += word.confidence >= credible ? word.text.size() : 0;
    }
  }
  return length;
}

bool has_text_columns(const std::vector<Line>& lines) {
  struct Paragraph {
    Box box;
    std::size_t lines = 0;
    std::size_t words = 0;
  };
  std::map<std::int32_t, Paragraph> paragraphs;
  for (const auto& line : lines) {
    auto& paragraph = paragraphs[line.group];
    paragraph.box = paragraph.lines == 0 ? line.box : united(paragraph.box, line.box);
    ++paragraph.lines;
    paragraph.words += line.words.size();
  }
  // Columns of a table have lines of a word or two.
  constexpr std::size_t least_lines = 3;
  constexpr std::size_t least_words_a_line = 3;
  std::vector<Box> running;
  for (const auto& [group, paragraph] : paragraphs) {
    if (paragraph.lines >= least_lines && paragraph.words >= least_words_a_line * paragraph.lines) {
      running.push_back(paragraph.box);
    }
  }
  constexpr std::size_t most_paragraphs = 500;
  running.resize(std::min(running.size(), most_paragraphs));
  for (std::size_t a = 0; a < running.size(); ++a) {
    for (std::size_t b = a + 1; b < running.size(); ++b) {
      const bool beside = running[a].x1 <= running[b].x0 || running[b].x1 <= running[a].x0;
      const float shared = std::min(running[a].y1, running[b].y1) - std::max(running[a].y0, running[b].y0);
      if (beside && shared > std::min(running[a].height(), running[b].height()) / 3) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace docket::engine
