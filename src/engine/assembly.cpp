#include "engine/assembly.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/json_text.h"
#include "base/utf8.h"
#include "engine/layout/digest/document_digest.h"
#include "engine/write/escaped_form.h"
#include "engine/write/writer.h"

namespace docket::engine {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10U;  ///< of what is handed to the sink at once, roughly
constexpr std::size_t cached_words = 20'000;                ///< as many are kept decoded for the next formats
constexpr std::size_t replay_limit = std::size_t{1}
                                     << 20U;  ///< a raw form of up to this size is kept for the escaped one

/// The front of `text`, at most `size` (> 4) bytes, cut between two characters.
std::string_view front_piece(std::string_view text, std::size_t size) noexcept {
  if (text.size() <= size) {
    return text;
  }
  const auto starts_char = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U; };
  for (auto at = size; at + 4 > size; --at) {
    if (starts_char(at)) {
      return text.substr(0, at);
    }
  }
  return text.substr(0, size);  // not UTF-8: it does not matter where it is cut
}

/// What documents of these names are called together: the names that fit, and that there are more.
std::string title_of(std::span<const std::string> filenames) {
  constexpr std::size_t most = 200;  // bytes
  std::string title;
  for (const auto& name : filenames) {
    if (!title.empty() && title.size() + name.size() > most) {
      return title + ", …";
    }
    title += title.empty() ? "" : ", ";
    title += name;
  }
  return title;
}

RenderOptions with_valid_text(RenderOptions options) {
  std::string separator;
  append_valid_utf8(separator, options.page_separator);
  options.page_separator = std::move(separator);
  return options;
}

/// Pages that are read and resolved when they are asked for, the first ones kept within a fixed budget. Owned by who
/// writes them; refers to their assembly.
class PageCache {
 public:
  PageCache(Assembly& assembly, Assembly::PageSource source) : assembly_(assembly), source_(std::move(source)) {}

  /// Page `index`; good until the next call.
  Result<const Page*> get(std::size_t index) {
    if (index < kept_.size()) {
      return &kept_[index];
    }
    auto page = source_(index);
    if (!page) {
      return pass_on(page);
    }
    assembly_.resolve(*page);
    if (index == kept_.size() && budget_ > 0) {
      budget_ -= std::min(budget_, count_words(*page));
      kept_.push_back(std::move(*page));
      return &kept_.back();
    }
    current_ = std::move(*page);
    return &current_;
  }

 private:
  static std::size_t count_words(const Page& page) noexcept {
    std::size_t words = 1;
    for (const auto& block : page.blocks) {
      for (const auto& line : block.lines) {
        words += line.words.size();
      }
      for (const auto& cell : block.cells) {
        ++words;
        for (const auto& line : cell.lines) {
          words += line.words.size();
        }
      }
    }
    return words;
  }

  Assembly& assembly_;
  Assembly::PageSource source_;
  std::size_t budget_ = cached_words;
  std::deque<Page> kept_;  // pages 0 … size() - 1
  Page current_;
};

}  // namespace

/// What is kept between add() and write(). Owned by the Assembly.
struct Assembly::State {
  /// One of the job's files: what its pages have in common, and which are its.
  struct File {
    std::optional<DocumentDigest> digest{std::in_place};  ///< until its findings are asked for
    DocumentFindings findings;
    std::size_t first = 0;
    std::size_t end = 0;
  };

  RenderOptions options;
  std::vector<std::string> filenames;
  std::map<std::uint16_t, File> files;  ///< those that have pages
  std::size_t pages = 0;

  /// Runs the pages [first, end), of the files of these names, through a writer and hands the bytes to `sink` in
  /// pieces.
  Result<void> stream(Format format, std::span<const std::string> names, std::size_t first, std::size_t end,
                      const ResolvedPages& source, const ByteSink& sink);

  /// Lets all digests tell what they found, once all pages were added; they are empty afterwards.
  void find_out() {
    for (auto& [index, file] : files) {
      if (auto digest = std::exchange(file.digest, std::nullopt); digest) {
        file.findings = std::move(*digest).findings();
      }
    }
  }

  [[nodiscard]] const DocumentFindings& findings(std::uint16_t file) const {
    static const DocumentFindings none;
    const auto known = files.find(file);
    return known == files.end() ? none : known->second.findings;
  }

  Result<void> write_raw(Format format, const ResolvedPages& source, const ByteSink& sink,
                         std::optional<std::string>& replay);
  Result<void> write_escaped(Format format, const ResolvedPages& source, const ByteSink& sink,
                             const std::optional<std::string>& replay);
  Result<void> write_content(Format format, std::span<const std::string> names, std::size_t first, std::size_t end,
                             const ResolvedPages& source, const ByteSink& sink);
  Result<void> write_documents(Format format, const ResolvedPages& source, const ByteSink& sink);
  Result<void> write_image_list(const ResolvedPages& source, const ByteSink& sink) const;
};

Result<void> Assembly::State::stream(Format format, std::span<const std::string> names, std::size_t first,
                                     std::size_t end, const ResolvedPages& source, const ByteSink& sink) {
  const auto writer = make_writer(format, {.page_separator = options.page_separator,
                                           .with_files = filenames.size() > 1,
                                           .title = title_of(names),
                                           .language = options.language});
  std::string out;
  out.reserve(2 * piece_size);
  for (auto index = first; index < end; ++index) {
    const auto page = source(index);
    if (!page) {
      return pass_on(page);
    }
    writer->add_page(**page, out);
    if (out.size() >= piece_size) {
      if (auto taken = sink(out); !taken) {
        return taken;
      }
      out.clear();
    }
  }
  writer->finish(out);
  return out.empty() ? Result<void>{} : sink(out);
}

Result<void> Assembly::State::write_raw(Format format, const ResolvedPages& source, const ByteSink& sink,
                                        std::optional<std::string>& replay) {
  if (!is_json(format)) {
    replay.emplace();
  }
  return stream(format, filenames, 0, pages, source, [&](std::string_view bytes) {
    if (replay && replay->size() + bytes.size() <= replay_limit) {
      *replay += bytes;
    } else {
      replay.reset();
    }
    return sink(bytes);
  });
}

Result<void> Assembly::State::write_content(Format format, std::span<const std::string> names, std::size_t first,
                                            std::size_t end, const ResolvedPages& source, const ByteSink& sink) {
  std::string escaped;
  return sink(quote(format))
      .and_then([&] {
        return stream(format, names, first, end, source, [&](std::string_view bytes) {
          escaped.clear();
          append_content(escaped, format, bytes);
          return sink(escaped);
        });
      })
      .and_then([&] { return sink(quote(format)); });
}

Result<void> Assembly::State::write_documents(Format format, const ResolvedPages& source, const ByteSink& sink) {
  std::string head = ",\"documents\":[";
  for (std::size_t i = 0; i < filenames.size(); ++i) {
    head += i == 0 ? "{\"filename\":" : ",{\"filename\":";
    append_json_string(head, filenames[i]);
    head += ",\"content\":";
    const auto file = files.find(static_cast<std::uint16_t>(i));
    const auto first = file == files.end() ? 0 : file->second.first;
    const auto end = file == files.end() ? 0 : file->second.end;
    const auto names = std::span(filenames).subspan(i, 1);
    auto written = sink(head).and_then([&] { return write_content(format, names, first, end, source, sink); });
    if (!written) {
      return written;
    }
    head.clear();
    head += '}';
  }
  head += ']';
  return sink(head);
}

Result<void> Assembly::State::write_escaped(Format format, const ResolvedPages& source, const ByteSink& sink,
                                            const std::optional<std::string>& replay) {
  if (!replay) {
    return write_content(format, filenames, 0, pages, source, sink);
  }
  Result<void> written;
  std::string escaped(quote(format));
  for (std::string_view rest = *replay; !rest.empty() && written;) {
    const auto piece = front_piece(rest, piece_size);
    rest.remove_prefix(piece.size());
    append_content(escaped, format, piece);
    if (escaped.size() >= piece_size) {
      written = sink(escaped);
      escaped.clear();
    }
  }
  escaped += quote(format);
  return written.and_then([&] { return sink(escaped); });
}

Result<void> Assembly::State::write_image_list(const ResolvedPages& source, const ByteSink& sink) const {
  std::string out;
  ImageList images(out);
  for (std::size_t index = 0; index < pages; ++index) {
    const auto page = source(index);
    if (!page) {
      return pass_on(page);
    }
    images.add(**page);
    if (out.size() >= piece_size) {
      if (auto taken = sink(out); !taken) {
        return taken;
      }
      out.clear();
    }
  }
  images.finish();
  return sink(out);
}

Assembly::Assembly(RenderOptions options, std::vector<std::string> filenames) : state_(std::make_unique<State>()) {
  state_->options = with_valid_text(std::move(options));
  state_->filenames = std::move(filenames);
}

Assembly::~Assembly() = default;

void Assembly::resolve(Page& page) {
  state_->find_out();
  state_->findings(page.file).apply(page);
}

ResolvedPages Assembly::resolved(PageSource source) {
  return
      [cache = std::make_shared<PageCache>(*this, std::move(source))](std::size_t index) { return cache->get(index); };
}

void Assembly::add(const Page& page) {
  const auto [file, is_new] = state_->files.try_emplace(page.file);
  if (is_new) {
    file->second.first = state_->pages;
  }
  file->second.digest->add(page);
  file->second.end = ++state_->pages;
}

Result<void> Assembly::write(const ResolvedPages& pages, const Begin& begin, const ByteSink& sink) {
  for (const auto& entry : all_formats) {
    if (!state_->options.formats.has(entry.format) || entry.shape == Shape::file) {
      continue;
    }
    if (entry.shape == Shape::list) {
      auto written =
          begin(entry.format, Representation::escaped).and_then([&] { return state_->write_image_list(pages, sink); });
      if (!written) {
        return written;
      }
      continue;
    }
    std::optional<std::string> replay;
    auto written = begin(entry.format, Representation::raw).and_then([&] {
      return state_->write_raw(entry.format, pages, sink, replay);
    });
    if (written && !is_json(entry.format)) {
      written = begin(entry.format, Representation::escaped).and_then([&] {
        return state_->write_escaped(entry.format, pages, sink, replay);
      });
    }
    if (written && state_->filenames.size() > 1) {
      written = begin(entry.format, Representation::documents).and_then([&] {
        return state_->write_documents(entry.format, pages, sink);
      });
    }
    if (!written) {
      return written;
    }
  }
  return {};
}

}  // namespace docket::engine
