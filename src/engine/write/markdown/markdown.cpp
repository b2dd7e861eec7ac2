#include "engine/write/markdown/markdown.h"

#include <utility>

namespace docket::engine {

MarkdownWriter::MarkdownWriter(std::string page_separator) : flow_(MarkdownMarkup(std::move(page_separator))) {}

MarkdownWriter::MarkdownWriter(std::string page_separator, const NoteLabels& labels)
    : flow_(MarkdownMarkup(std::move(page_separator)), &labels) {}

void MarkdownWriter::add_page(const Page& page, std::string& out) {
  flow_.add_page(page, out);
}

void MarkdownWriter::finish(std::string& out) {
  flow_.finish(out);
}

}  // namespace docket::engine
