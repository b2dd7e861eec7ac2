#include "engine/model/chosen_pages.h"

#include <optional>
#include <string>
#include <utility>

#include "base/plural.h"

namespace docket::engine {
namespace {

/// Lives in a child, on its only thread.
class ChosenPages final : public DocumentReader {
 public:
  ChosenPages(std::unique_ptr<DocumentReader> document, PageSet pages, std::uint32_t count)
      : document_(std::move(document)), pages_(std::move(pages)), count_(count) {}

  [[nodiscard]] std::uint32_t page_count() const override { return count_; }
  [[nodiscard]] PageClass classify(std::uint32_t page) override { return document_->classify(pages_.page_at(page)); }
  Result<Page> read(std::uint32_t page) override { return document_->read(pages_.page_at(page)); }
  Result<std::optional<Page>> read_text(std::uint32_t page) override {
    return document_->read_text(pages_.page_at(page));
  }
  PixPtr draw(std::uint32_t page, const Box& part, float dpi) override {
    return document_->draw(pages_.page_at(page), part, dpi);
  }
  [[nodiscard]] std::optional<StoredJpeg> stored_jpeg(std::uint32_t page) const override {
    return document_->stored_jpeg(pages_.page_at(page));
  }

 private:
  std::unique_ptr<DocumentReader> document_;
  PageSet pages_;
  std::uint32_t count_;
};

}  // namespace

Result<std::unique_ptr<DocumentReader>> choose_pages(std::unique_ptr<DocumentReader> document,
                                                     const ReadOptions& options) {
  const auto total = document->page_count();
  const auto count = options.pages.count_within(total);
  if (count == 0) {
    return fail(ErrorCode::bad_option, "The option pages is " + options.pages.text() + ", but the document has " +
                                           counted(total, "page") + ".");
  }
  if (count > options.max_pages) {
    return fail(ErrorCode::too_many_pages,
                (options.pages.is_all() ? "The document has " : "The option pages chooses ") + counted(count, "page") +
                    ", more than the " + std::to_string(options.max_pages) + " that docket_max_pages allows.");
  }
  if (options.pages.is_all()) {
    return document;
  }
  return std::make_unique<ChosenPages>(std::move(document), options.pages, count);
}

}  // namespace docket::engine
