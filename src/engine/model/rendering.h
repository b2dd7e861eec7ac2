// From pages to bytes: the layout of a page, its binary form, its results, and the assembly of the whole document.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "document/format.h"
#include "engine/model/document.h"

namespace docket::engine {

/// The page as bytes with a version at the front, and back; for handing pages from ranges to assemble.
std::string encode_page(const Page& page);
Result<Page> decode_page(std::string_view bytes);

/// Puts a page's lines into blocks: columns, reading order, paragraphs, list items, headings' candidates.
/// Pure; `page.lines` is empty afterwards.
Page lay_out(Page page);

struct RenderOptions {
  FormatSet formats;
  std::string job_id;          ///< for the wrapped form
  std::string page_separator;  ///< Markdown and text; empty: a blank line
};

/// One representation, as its bytes.
struct Rendering {
  Format format;
  Form form;
  std::string bytes;
};

/// A page with what it tells by itself, for results that do not wait for the whole document: heading levels are a
/// guess.
Page resolve_alone(Page page);

/// A resolved page's own results: each format that is a text raw and wrapped, the list of its images.
std::vector<Rendering> render_page(const Page& page, const RenderOptions& options);

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
  /// The same with what the whole document tells of it. The page is good until the next call; an error ends what is
  /// being written with it.
  using ResolvedPages = std::function<Result<const Page*>(std::size_t index)>;
  /// Takes the next bytes of the representation that is being written.
  using Sink = std::function<Result<void>(std::string_view bytes)>;
  /// Called before each representation's bytes.
  using Begin = std::function<Result<void>(Format format, Form form)>;

  /// Writes every format that is a text in both forms and the list of images, one after the other. With several files
  /// the wrapped form also has "documents": [{"filename", "content"}].
  Result<void> write(const ResolvedPages& pages, const Begin& begin, const Sink& sink);

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
