// PDF results: the documents themselves with something added to their pages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/media_type.h"
#include "engine/model/reader.h"
#include "engine/write/page_source.h"
#include "engine/write/pdf/ocr_text_layer.h"

namespace docket::engine {

/// One of a job's files: seekable, stays open.
struct SourceFile {
  int descriptor = -1;
  MediaType type = MediaType::unknown;
};

/// What has to be known of a page before its PDF is put together.
struct PageNote {
  std::size_t index = 0;  ///< in the order of add()
  float width = 0;        ///< points, of the page as the file shows it
  float height = 0;
  bool has_layer = false;    ///< there are recognised words on it
  bool is_replaced = false;  ///< all its words are recognised: what text it had is not to be found any more
};

/// By file and by the page's own number in it.
using PageNotes = std::map<std::pair<std::uint16_t, std::uint32_t>, PageNote>;

/// Makes `pdf` and `layout_pdf`. Several files become one document. A job's only PDF keeps all that it has (outline,
/// forms, encryption), and is handed out as it came where nothing is to be added. Memory does not grow with the
/// pictures: pages are made when they are written. One a unit, on the child's only thread.
class PdfOutput {
 public:
  /// `options`: with the pages chosen and the password. Takes no ownership of the descriptors.
  PdfOutput(std::vector<SourceFile> files, const ReadOptions& options);

  /// First every page is shown, in the order in which write() asks for them.
  void add(const Page& page);

  /// Called before the bytes; once more if what was written is to be forgotten: then all bytes come again.
  using Begin = std::function<Result<void>()>;

  /// Writes `format`, pdf or layout_pdf. Errors: the sink's and the source's; corrupt where a file cannot be read any
  /// more.
  Result<void> write(Format format, const ResolvedPages& pages, const Begin& begin, const ByteSink& sink);

 private:
  [[nodiscard]] bool is_original() const;
  Result<void> copy_original(const ByteSink& sink) const;

  std::vector<SourceFile> files_;
  ReadOptions options_;
  PageNotes notes_;
  std::size_t count_ = 0;
  TextCodes codes_;
};

}  // namespace docket::engine
