// From the images that a page shows to the figures of its document. Layout passes: pure functions on a page.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "document/image_name.h"
#include "engine/model/document.h"

namespace docket::engine {

/// Leaves of Page::images those that are figures: puts strips and overlapping images together; takes out what fills the
/// page (a scan, a background), what is tiny, thin as a rule, or lies behind running text; max_page_images stay at
/// most, the largest. Wants Page::lines.
void keep_figures(Page& page);

/// Puts a block for each image among the page's blocks: behind what stands above it in its column.
void place_figures(Page& page);

/// Identities of the images that are decoration.
using Decoration = std::set<std::uint64_t>;

/// Finds, over a file's pages, the images that are decoration because they come again and again: logos, ornaments.
class ImageDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] Decoration decoration() const;

 private:
  std::map<std::uint64_t, std::uint32_t> pages_;  ///< identity of an image: on how many pages
};

/// Takes the decoration out of a page's blocks and its names out of the page's images.
void drop_decoration(Page& page, const Decoration& decoration);

}  // namespace docket::engine
