// Headings of a whole document: which styles are headings and which level each has can only be told once all pages
// have been seen. The digest is what is remembered of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "engine/layout/digest/heading_depths.h"
#include "engine/layout/digest/heading_levels.h"
#include "engine/model/document.h"
#include "engine/text/size_histogram.h"

namespace docket::engine {

/// Counts sizes, weights and candidates over a document's pages, and what the file names of them. Its size depends
/// on the number of styles, which is bounded, and not on the pages.
class HeadingDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] HeadingLevels levels() const;

 private:
  static constexpr std::size_t max_styles = 1024;

  /// The sizes of most text.
  struct BodySizes {
    float text = 0;
    float recognised = 0;
  };

  [[nodiscard]] bool looks_like_heading(const HeadingStyle& style, const BodySizes& bodies) const;
  [[nodiscard]] bool believes(NamedBy by, const BodySizes& bodies) const;
  [[nodiscard]] NamedHeadings all_named(NamedBy by) const;

  SizeHistogram text_sizes_;
  SizeHistogram recognised_sizes_;
  std::uint64_t chars_ = 0;
  std::uint64_t bold_chars_ = 0;
  std::uint64_t capital_chars_ = 0;
  HeadingCounts styles_;
  std::uint64_t outline_named_ = 0;  ///< items that lead to one of the pages
  std::uint64_t outline_found_ = 0;
  std::array<NamedHeadings, 2> plain_named_;  ///< by NamedBy: what does not look like a heading
};

}  // namespace docket::engine
