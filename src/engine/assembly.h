// The whole document from its pages: the same writers as for a page alone.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "document/format.h"
#include "engine/model/document.h"
#include "engine/render_options.h"
#include "engine/write/page_source.h"

namespace docket::engine {

/// The whole document, read page by page: first every page is shown to add() (which keeps a small digest: fonts and
/// sizes, margins), then write() asks for each once more, in the same order, per format. Memory does not grow with the
/// pages' contents. Lives for one unit, on the child's only thread.
class Assembly {
 public:
  explicit Assembly(RenderOptions options, std::vector<std::string> filenames);
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  /// The digest pass; pages in the order of file and number.
  void add(const Page& page);

  /// Gives page `index` (0-based, in the order of add()) as it was shown to add().
  using PageSource = std::function<Result<Page>(std::size_t index)>;
  /// Called before each representation's bytes.
  using Begin = std::function<Result<void>(Format format, Representation representation)>;

  /// Writes every format that is a text, and the list of images, one after the other, each in all representations that
  /// are kept of it; Representation::documents right behind the content, where there are several files.
  Result<void> write(const ResolvedPages& pages, const Begin& begin, const ByteSink& sink);

  /// Gives a page what the whole document tells of it. Once all pages were shown.
  void resolve(Page& page);

  /// The pages of `source`, resolved; the first ones are kept from format to format within a fixed budget. Once all
  /// pages were shown; refers to the assembly.
  ResolvedPages resolved(PageSource source);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docket::engine
