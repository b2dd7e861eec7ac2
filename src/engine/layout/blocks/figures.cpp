#include "engine/layout/blocks/figures.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/model/image_strips.h"

namespace docket::engine {
namespace {

constexpr float least_side = 24;           // points: smaller pictures are icons, bullets, letters
constexpr float longest_to_shortest = 12;  // beyond it is a rule, a bar, a border
constexpr double least_share = 0.004;      // of the page
constexpr double page_filling = 0.7;       // of the page: a scan or a background
constexpr double text_over = 0.25;         // of the image, covered by words: it lies behind running text
constexpr std::size_t most_images = 512;
constexpr std::size_t most_identities = 100'000;
constexpr std::uint32_t decoration_pages = 3;  // an image on so many pages says nothing of any of them

bool overlap(const Box& a, const Box& b) noexcept {
  return area(intersection(a, b)) > 0;
}

/// Joins images that overlap or are strips of one, until none do. Each turn joins at least two of a bounded number.
void join_all(std::vector<Image>& images) {
  if (images.size() > most_images) {
    std::ranges::nth_element(images, images.begin() + most_images,
                             [](const Image& a, const Image& b) { return area(a.box) > area(b.box); });
    images.resize(most_images);
  }
  for (std::size_t at = 0; at < images.size();) {
    bool joined = false;
    for (std::size_t other = at + 1; other < images.size();) {
      auto& whole = images[at];
      const bool together = overlap(whole.box, images[other].box);
      if (together) {
        join(whole, images[other]);
      }
      if (together || join_strip(whole, images[other])) {
        images[other] = std::move(images.back());
        images.pop_back();
        joined = true;
      } else {
        ++other;
      }
    }
    at += joined ? 0 : 1;  // what has grown may meet what it did not before
  }
}

/// How much of each image words cover, in square points.
std::vector<double> text_areas(const Page& page) {
  std::vector<double> covered(page.images.size(), 0.0);
  for (const auto& line : page.lines) {
    for (std::size_t i = 0; i < page.images.size(); ++i) {
      if (!overlap(line.box, page.images[i].box)) {
        continue;
      }
      for (const auto& word : line.words) {
        covered[i] += area(intersection(word.box, page.images[i].box));
      }
    }
  }
  return covered;
}

bool is_figure(const Image& image, double page_area) {
  const auto shorter = std::min(image.box.width(), image.box.height());
  const auto longer = std::max(image.box.width(), image.box.height());
  const auto its_area = area(image.box);
  return std::isfinite(its_area) && shorter >= least_side && longer <= longest_to_shortest * shorter &&
         its_area >= least_share * page_area && its_area < page_filling * page_area;
}

/// Whether `above` and `below` share a column: one stands under the other by more than a corner.
bool in_column(const Box& above, const Box& below) noexcept {
  const auto shared = std::min(above.x1, below.x1) - std::max(above.x0, below.x0);
  return shared > 0.3F * std::min(above.width(), below.width());
}

/// Before which block a figure stands.
std::size_t position_of(const Box& figure, const std::vector<Block>& blocks) {
  const auto middle = [](const Box& box) { return (box.y0 + box.y1) / 2; };
  std::size_t after = 0;
  std::size_t before = blocks.size();
  float nearest = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& block = blocks[i];
    if (block.kind == BlockKind::margin || !in_column(block.box, figure)) {
      continue;
    }
    if (middle(block.box) <= middle(figure)) {  // the nearest one above it, of the same column's
      if (after == 0 || block.box.y1 >= nearest) {
        after = i + 1;
        nearest = block.box.y1;
      }
    } else if (before == blocks.size()) {
      before = i;
    }
  }
  if (after > 0 || before < blocks.size()) {
    return after > 0 ? after : before;
  }
  const auto lower = std::ranges::find_if(blocks, [&](const Block& block) {
    return block.kind != BlockKind::margin && middle(block.box) > middle(figure);
  });
  return static_cast<std::size_t>(lower - blocks.begin());
}

}  // namespace

void keep_figures(Page& page) {
  if (page.images.empty()) {
    return;
  }
  const double page_area = static_cast<double>(page.width) * static_cast<double>(page.height);
  // A page that an image fills shall not join all others to itself.
  std::erase_if(page.images, [&](const Image& image) { return !(area(image.box) < page_filling * page_area); });
  join_all(page.images);
  std::erase_if(page.images, [&](const Image& image) { return !is_figure(image, page_area); });
  if (page.images.size() > max_page_images) {
    std::ranges::nth_element(page.images, page.images.begin() + max_page_images,
                             [](const Image& a, const Image& b) { return area(a.box) > area(b.box); });
    page.images.resize(max_page_images);
  }
  const auto covered = text_areas(page);
  std::size_t at = 0;
  std::erase_if(page.images, [&](const Image& image) { return covered[at++] > text_over * area(image.box); });
  std::ranges::sort(page.images, [](const Image& a, const Image& b) {
    return std::pair(a.box.y0, a.box.x0) < std::pair(b.box.y0, b.box.x0);
  });
}

void place_figures(Page& page) {
  for (std::size_t i = 0; i < page.images.size(); ++i) {
    Block figure;
    figure.kind = BlockKind::figure;
    figure.image = static_cast<std::int16_t>(i);
    figure.box = page.images[i].box;
    const auto position = position_of(figure.box, page.blocks);
    page.blocks.insert(page.blocks.begin() + static_cast<std::ptrdiff_t>(position), std::move(figure));
  }
}

void ImageDigest::add(const Page& page) {
  std::set<std::uint64_t> here;
  for (const auto& image : page.images) {
    if (image.identity != 0) {
      here.insert(image.identity);
    }
  }
  for (const auto identity : here) {
    if (const auto known = pages_.find(identity); known != pages_.end()) {
      ++known->second;
    } else if (pages_.size() < most_identities) {
      pages_.emplace(identity, 1U);
    }
  }
}

Decoration ImageDigest::decoration() const {
  Decoration found;
  for (const auto& [identity, pages] : pages_) {
    if (pages >= decoration_pages) {
      found.insert(found.end(), identity);
    }
  }
  return found;
}

void drop_decoration(Page& page, const Decoration& decoration) {
  if (decoration.empty()) {
    return;
  }
  const auto is_decoration = [&](const Image& image) { return decoration.contains(image.identity); };
  std::erase_if(page.blocks, [&](const Block& block) {
    return block.kind == BlockKind::figure && block.image >= 0 &&
           static_cast<std::size_t>(block.image) < page.images.size() &&
           is_decoration(page.images[static_cast<std::size_t>(block.image)]);
  });
  for (auto& image : page.images) {
    if (is_decoration(image)) {
      image.name.clear();
    }
  }
}

}  // namespace docket::engine
