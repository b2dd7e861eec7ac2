// What only the whole document tells of its pages.
#pragma once

#include <cstdint>

#include "engine/layout/blocks/figures.h"
#include "engine/layout/digest/heading_digest.h"
#include "engine/layout/digest/running_digest.h"
#include "engine/model/document.h"
#include "engine/text/broken_words.h"

namespace docket::engine {

/// Counts how a document's text looks.
class BodyDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] BodyStyle style() const noexcept;

 private:
  std::uint64_t chars_ = 0;
  std::uint64_t bold_ = 0;
  std::uint64_t italic_ = 0;
  std::uint64_t monospace_ = 0;
};

/// What was found out. A value; made by DocumentDigest::findings().
struct DocumentFindings {
  HeadingLevels levels;
  RunningTexts running;
  BodyStyle body;
  Decoration decoration;
  KnownWords words;

  /// Gives the page's blocks their final kinds and levels.
  void apply(Page& page) const;
};

/// The digests of all document passes. Memory does not grow with the pages.
class DocumentDigest {
 public:
  void add(const Page& page);
  [[nodiscard]] DocumentFindings findings() const&;
  /// The same of a digest that is no longer wanted: its words, which are most of it, are not copied.
  [[nodiscard]] DocumentFindings findings() &&;

 private:
  [[nodiscard]] DocumentFindings all_but_words() const;

  HeadingDigest headings_;
  RunningDigest running_;
  BodyDigest body_;
  ImageDigest images_;
  WordDigest words_;
};

}  // namespace docket::engine
