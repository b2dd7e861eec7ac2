// What only the whole document tells of its pages.
#pragma once

#include "engine/document.h"
#include "engine/heading_digest.h"
#include "engine/running_digest.h"

namespace docket::engine {

/// What was found out. A value; made by DocumentDigest::findings().
struct DocumentFindings {
  HeadingLevels levels;
  RunningTexts running;

  /// Gives the page's blocks their final kinds and levels.
  void apply(Page& page) const {
    resolve_running(page, running);
    resolve_headings(page, levels);
  }
};

/// The digests of all document passes. Memory does not grow with the pages.
class DocumentDigest {
 public:
  void add(const Page& page) {
    headings_.add(page);
    running_.add(page);
  }

  [[nodiscard]] DocumentFindings findings() const { return {headings_.levels(), running_.texts()}; }

 private:
  HeadingDigest headings_;
  RunningDigest running_;
};

}  // namespace docket::engine
