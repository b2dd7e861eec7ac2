#include "engine/layout/blocks/drawings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "document/image_name.h"
#include "engine/layout/blocks/captions.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr float cell_size = 6;           ///< points of the grid on which marks are joined
constexpr float largest_grid = 400;      ///< cells a side; on larger pages the cells grow
constexpr std::size_t least_shapes = 8;  ///< fewer are ornaments …
constexpr std::size_t least_named = 3;   ///< … where no caption says that there is a figure
constexpr float least_width = 60;        ///< points
constexpr float least_height = 36;       ///< points
constexpr double largest_share = 0.75;   ///< of the page: more is its background
constexpr std::size_t label_words = 6;   ///< a line of more may be running text …
constexpr float label_share = 0.3F;      ///< … as may one that is wider than this share of the page
constexpr std::size_t most_running = 2;  ///< lines of running text that a drawing may have in it
constexpr float between_plots = 14;      ///< points
constexpr float near_label = 1.3F;       ///< ems from a drawing to the labels at its edge
constexpr float ems_to_caption = 2;      ///< from a drawing

Box grown(const Box& box, float by) noexcept {
  return {box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by};
}

bool touch(const Box& a, const Box& b) noexcept {
  return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

/// The page in cells, and which of them something is drawn in. Lives for one call of take_drawings().
class Grid {
 public:
  Grid(float width, float height)
      : cell_(std::max({cell_size, width / largest_grid, height / largest_grid})),
        columns_(static_cast<std::size_t>(width / cell_) + 1),
        rows_(static_cast<std::size_t>(height / cell_) + 1),
        marks_(columns_ * rows_, 0) {}

  /// Marks the cells under `box`.
  void mark(const Box& box) noexcept {
    const auto [x0, x1] = range(box.x0, box.x1, columns_);
    const auto [y0, y1] = range(box.y0, box.y1, rows_);
    for (auto y = y0; y <= y1; ++y) {
      std::fill_n(marks_.begin() + static_cast<std::ptrdiff_t>(y * columns_ + x0), x1 - x0 + 1, std::uint8_t{1});
    }
  }

  /// The boxes of what hangs together, cells at most one apart.
  [[nodiscard]] std::vector<Box> islands() {
    std::vector<Box> found;
    std::vector<std::size_t> open;
    for (std::size_t start = 0; start < marks_.size(); ++start) {
      if (marks_[start] == 0) {
        continue;
      }
      std::size_t x0 = columns_;
      std::size_t y0 = rows_;
      std::size_t x1 = 0;
      std::size_t y1 = 0;
      marks_[start] = 0;
      open.push_back(start);
      while (!open.empty()) {
        const auto at = open.back();
        open.pop_back();
        const auto x = at % columns_;
        const auto y = at / columns_;
        x0 = std::min(x0, x);
        x1 = std::max(x1, x);
        y0 = std::min(y0, y);
        y1 = std::max(y1, y);
        for (auto next_y = y - std::min<std::size_t>(y, 2); next_y < std::min(y + 3, rows_); ++next_y) {
          for (auto next_x = x - std::min<std::size_t>(x, 2); next_x < std::min(x + 3, columns_); ++next_x) {
            auto& mark = marks_[next_y * columns_ + next_x];
            if (mark != 0) {
              mark = 0;
              open.push_back(next_y * columns_ + next_x);
            }
          }
        }
      }
      found.push_back({static_cast<float>(x0) * cell_, static_cast<float>(y0) * cell_,
                       static_cast<float>(x1 + 1) * cell_, static_cast<float>(y1 + 1) * cell_});
    }
    return found;
  }

 private:
  [[nodiscard]] std::pair<std::size_t, std::size_t> range(float from, float to, std::size_t count) const noexcept {
    const auto last = static_cast<float>(count - 1);
    return {static_cast<std::size_t>(std::clamp(from / cell_, 0.0F, last)),
            static_cast<std::size_t>(std::clamp(to / cell_, 0.0F, last))};
  }

  float cell_;
  std::size_t columns_;
  std::size_t rows_;
  std::vector<std::uint8_t> marks_;
};

/// Numbers of an axis, which readers take for one line.
bool is_scale(const Line& line) noexcept {
  const auto numbers = std::ranges::count_if(line.words, [](const Word& word) {
    return std::ranges::none_of(word.text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  });
  return 5 * static_cast<std::size_t>(numbers) >= 4 * line.words.size();
}

/// Whether the line can be a label: short, and no caption.
bool is_label(const Line& line, float page_width) {
  if (is_scale(line)) {
    return true;
  }
  return line.words.size() <= label_words && line.box.width() <= label_share * page_width &&
         !begins_caption(std::span(&line, 1));
}

/// An area of the page where something is drawn, and what it holds.
struct DrawnArea {
  Box box;
  std::size_t shapes = 0;
  std::size_t running = 0;           ///< lines of running text
  std::vector<std::uint32_t> lines;  ///< what stands in it, and the labels at its edge
};

bool is_background(const Box& box, double page_area) noexcept {
  return static_cast<double>(box.width()) * static_cast<double>(box.height()) > largest_share * page_area;
}

/// Whether a line right under or above `box` begins a figure's caption.
bool is_named(const Page& page, const Box& box) {
  return std::ranges::any_of(page.lines, [&](const Line& line) {
    const float reach = ems_to_caption * size_of(line.words.front());
    const bool is_near = std::abs(line.box.y0 - box.y1) <= reach || std::abs(box.y0 - line.box.y1) <= reach;
    return is_near && line.box.x0 < box.x1 && box.x0 < line.box.x1 && begins_figure_caption(std::span(&line, 1));
  });
}

std::vector<DrawnArea> areas_of(const Page& page) {
  const double page_area = static_cast<double>(page.width) * static_cast<double>(page.height);
  Grid grid(page.width, page.height);
  const auto mark_all = [&](const std::vector<Box>& boxes) {
    for (const auto& box : boxes) {
      if (!is_background(box, page_area)) {
        grid.mark(box);
      }
    }
  };
  mark_all(page.shapes);
  mark_all(page.rules);
  mark_all(page.fills);
  for (const auto& image : page.images) {
    grid.mark(image.box);
  }
  std::vector<DrawnArea> areas;
  for (const auto& box : grid.islands()) {
    if (box.width() >= least_width && box.height() >= least_height && !is_background(box, page_area)) {
      areas.push_back({.box = box, .shapes = 0, .running = 0, .lines = {}});
    }
  }
  constexpr std::size_t most_areas = 200;
  if (areas.size() > most_areas) {
    areas.resize(most_areas);
  }
  for (const auto& shape : page.shapes) {
    const auto area = std::ranges::find_if(areas, [&](const DrawnArea& one) { return holds_middle(one.box, shape); });
    if (area != areas.end() && !is_background(shape, page_area)) {
      ++area->shapes;
    }
  }
  std::erase_if(areas, [&](const DrawnArea& area) {
    return area.shapes < least_named || (area.shapes < least_shapes && !is_named(page, area.box));
  });
  return areas;
}

/// Whether a label stands at the drawing's edge: the numbers and names of axes.
bool is_at_edge(const DrawnArea& area, const Line& line, float size) noexcept {
  return touch(grown(area.box, near_label * size), line.box);
}

/// Gives the areas their labels. A group of lines with running text in it has none.
void find_labels(const Page& page, std::vector<DrawnArea>& areas) {
  for (std::uint32_t first = 0; first < page.lines.size();) {
    auto end = first + 1;
    while (end < page.lines.size() && page.lines[end].group == page.lines[first].group &&
           page.lines[first].group >= 0) {
      ++end;
    }
    const auto group = std::span(page.lines).subspan(first, end - first);
    const bool are_labels = std::ranges::all_of(group, [&](const Line& line) { return is_label(line, page.width); });
    for (auto i = first; i < end; ++i) {
      const auto& line = page.lines[i];
      const float size = size_of(line.words.front());
      const auto area = std::ranges::find_if(areas, [&](const DrawnArea& one) {
        return holds_middle(one.box, line.box) || (are_labels && is_at_edge(one, line, size));
      });
      if (area == areas.end()) {
        continue;
      }
      area->lines.push_back(i);
      area->running += are_labels ? 0 : 1;
    }
    first = end;
  }
}

/// Joins areas that are close to each other: plots side by side are one figure.
void join_near(std::vector<DrawnArea>& areas) {
  for (std::size_t at = 0; at < areas.size();) {
    const auto near =
        std::find_if(areas.begin() + static_cast<std::ptrdiff_t>(at) + 1, areas.end(),
                     [&](const DrawnArea& other) { return touch(grown(areas[at].box, between_plots), other.box); });
    if (near == areas.end()) {
      ++at;
      continue;
    }
    areas[at].box = united(areas[at].box, near->box);
    areas[at].shapes += near->shapes;
    areas.erase(near);
    at = 0;  // what has grown may be near to those before; every turn leaves one area less
  }
}

/// The areas with all that is theirs, and no running text.
std::vector<DrawnArea> drawings_of(const Page& page) {
  auto areas = areas_of(page);
  find_labels(page, areas);
  const auto is_text = [](const DrawnArea& area) { return area.running > most_running; };
  std::erase_if(areas, is_text);
  for (auto& area : areas) {
    for (const auto i : area.lines) {
      area.box = united(area.box, page.lines[i].box);
    }
    area.lines.clear();
    area.running = 0;
  }
  join_near(areas);
  find_labels(page, areas);
  std::erase_if(areas, is_text);
  return areas;
}

template <class Thing, class BoxOf>
void erase_inside(std::vector<Thing>& things, const Box& box, const BoxOf& box_of) {
  std::erase_if(things, [&](const Thing& thing) { return holds_middle(box, box_of(thing)); });
}

}  // namespace

std::vector<Labels> take_drawings(Page& page) {
  std::vector<Labels> labels;
  if (page.shapes.size() >= least_named && page.width > 0 && page.height > 0) {
    auto areas = drawings_of(page);
    const auto identity = [](const Box& box) { return box; };
    for (auto& area : areas) {
      if (page.images.size() >= max_page_images) {
        break;
      }
      Labels own{.image = 0, .lines = {}};
      for (const auto i : area.lines) {
        area.box = united(area.box, page.lines[i].box);
        own.lines.push_back(std::move(page.lines[i]));
        page.lines[i].words.clear();
      }
      erase_inside(page.images, area.box, [](const Image& image) { return image.box; });
      erase_inside(page.rules, area.box, identity);
      erase_inside(page.fills, area.box, identity);
      Image drawing;
      drawing.box = {std::max(area.box.x0, 0.0F), std::max(area.box.y0, 0.0F), std::min(area.box.x1, page.width),
                     std::min(area.box.y1, page.height)};
      page.images.push_back(drawing);
      labels.push_back(std::move(own));
    }
    // Images that were there before have moved while others were taken away.
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels[i].image = page.images.size() - labels.size() + i;
    }
    std::erase_if(page.lines, [](const Line& line) { return line.words.empty(); });
  }
  page.shapes.clear();
  return labels;
}

void put_labels(std::vector<Block>& blocks, std::vector<Labels> labels) {
  for (auto& one : labels) {
    const auto figure = std::ranges::find_if(blocks, [&](const Block& block) {
      return block.kind == BlockKind::figure && block.image >= 0 && static_cast<std::size_t>(block.image) == one.image;
    });
    if (figure != blocks.end()) {
      figure->lines = std::move(one.lines);
    }
  }
}

}  // namespace docket::engine
