#include "engine/ocr/merge_lines.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace docket::engine {
namespace {

bool is_in(const std::vector<Line>& lines, const Word& word) {
  return std::any_of(lines.begin(), lines.end(), [&word](const Line& line) {
    return std::any_of(line.words.begin(), line.words.end(), [&word](const Word& known) {
      return holds_middle(known.box, word.box) || holds_middle(word.box, known.box);
    });
  });
}

void drop_known_words(std::vector<Line>& recognised, const std::vector<Line>& text_layer) {
  for (auto& line : recognised) {
    const auto dropped = std::erase_if(line.words, [&](const Word& word) { return is_in(text_layer, word); });
    if (dropped > 0 && !line.words.empty()) {
      line.box = line.words.front().box;
      for (const auto& word : line.words) {
        line.box = united(line.box, word.box);
      }
    }
  }
  std::erase_if(recognised, [](const Line& line) { return line.words.empty(); });
}

struct Group {
  std::vector<Line> lines;
  Box box;
};

std::vector<Group> grouped(std::vector<Line> lines) {
  std::vector<Group> groups;
  std::int32_t current = -1;
  for (auto& line : lines) {
    if (groups.empty() || line.group != current || line.group < 0) {
      current = line.group;
      groups.push_back({{}, line.box});
    }
    auto& group = groups.back();
    group.box = united(group.box, line.box);
    group.lines.push_back(std::move(line));
  }
  return groups;
}

}  // namespace

std::vector<Line> merge_lines(std::vector<Line> text_layer, std::vector<Line> recognised) {
  drop_known_words(recognised, text_layer);
  auto merged = grouped(std::move(recognised));
  // Groups of the text layer keep their order among themselves.
  std::size_t earliest = 0;
  for (auto& group : grouped(std::move(text_layer))) {
    const float middle = (group.box.y0 + group.box.y1) / 2;
    while (earliest < merged.size() && merged[earliest].box.y0 < middle) {
      ++earliest;
    }
    merged.insert(merged.begin() + static_cast<std::ptrdiff_t>(earliest), std::move(group));
    ++earliest;
  }
  std::vector<Line> lines;
  std::int32_t number = 0;
  for (auto& group : merged) {
    for (auto& line : group.lines) {
      line.group = number;
      lines.push_back(std::move(line));
    }
    ++number;
  }
  return lines;
}

}  // namespace docket::engine
