#include "engine/write/pdf/pdf_builder.h"

#if defined(__clang__) && __clang_major__ < 15
// It cannot read this header of qpdf's as C++20, for a vector of a class that is not complete. Nothing of it is used.
#define JSON_HH
class JSON;
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/mapped_file.h"
#include "engine/readers/open_document.h"
#include "engine/write/pdf/glyphless_font.h"
#include "engine/write/pdf/layout_boxes.h"
#include "engine/write/pdf/page_matrices.h"
#include "engine/write/pdf/pix_rows.h"

namespace docket::engine {
namespace {

using Handle = QPDFObjectHandle;

constexpr float largest_side = 14'400;  // units of user space that readers take (ISO 32000-1, annex C)
constexpr float picture_dpi = 200;      // of a page that is drawn because it cannot be taken over
constexpr float stored_dpi = 1e6F;      // a picture as finely as it is stored

/// Carries an error of ours through qpdf.
struct Stopped : std::runtime_error {
  explicit Stopped(Error why) : std::runtime_error("stopped"), error(std::move(why)) {}
  Error error;
};

/// The end of qpdf's pipeline.
class SinkPipeline final : public Pipeline {
 public:
  explicit SinkPipeline(const ByteSink& sink) : Pipeline("result", nullptr), sink_(sink) {}

  void write(unsigned char const* data, std::size_t size) override {
    if (auto taken = sink_({reinterpret_cast<const char*>(data), size}); !taken) {
      throw Stopped(std::move(taken.error()));
    }
  }
  void finish() override {}

 private:
  const ByteSink& sink_;
};

double number_of(Handle value) {
  return value.isNumber() ? value.getNumericValue() : 0;
}

/// A page's box with its corners in order; nothing where it is not a box.
std::optional<Box> box_of(Handle array) {
  if (!array.isArray() || array.getArrayNItems() < 4) {
    return std::nullopt;
  }
  std::array<float, 4> corners{};
  for (int i = 0; i < 4; ++i) {
    corners[static_cast<std::size_t>(i)] = static_cast<float>(number_of(array.getArrayItem(i)));
  }
  const Box box{std::min(corners[0], corners[2]), std::min(corners[1], corners[3]), std::max(corners[0], corners[2]),
                std::max(corners[1], corners[3])};
  return area(box) > 0 && std::isfinite(area(box)) ? std::optional(box) : std::nullopt;
}

/// What is seen of a page.
Box crop_of(QPDFPageObjectHelper& page) {
  const auto media = box_of(page.getAttribute("/MediaBox", false)).value_or(Box{0, 0, 612, 792});
  const auto crop = box_of(page.getAttribute("/CropBox", false));
  const auto seen = crop ? intersection(*crop, media) : media;
  return area(seen) > 0 ? seen : media;
}

int rotation_of(QPDFPageObjectHelper& page) {
  auto rotation = page.getAttribute("/Rotate", false);
  return rotation.isInteger() ? static_cast<int>(rotation.getIntValue() % 360) : 0;
}

/// Adds `resource` to a page's own copy of its resources of this kind. Returns the name under which it stands there.
std::string add_resource(QPDFPageObjectHelper& page, const std::string& kind, const std::string& wanted,
                         const Handle& resource) {
  auto resources = page.getAttribute("/Resources", true);
  if (!resources.isDictionary()) {
    resources = Handle::newDictionary();
    page.getObjectHandle().replaceKey("/Resources", resources);
  }
  auto entries = resources.getKey(kind);
  entries = entries.isDictionary() ? entries.shallowCopy() : Handle::newDictionary();
  std::string name = wanted;
  for (int i = 1; entries.hasKey(name); ++i) {
    name = wanted + std::to_string(i);
  }
  entries.replaceKey(name, resource);
  resources.replaceKey(kind, entries);
  return name;
}

/// Puts one document together. Lives for one call of build_pdf().
class Builder {
 public:
  Builder(const PdfPlan& plan, PdfPages how, const ResolvedPages& pages) : plan_(plan), how_(how), pages_(pages) {}

  void write(const ByteSink& sink) {
    const bool in_place = plan_.files.size() == 1 && is_pdf(plan_.files.front());
    if (!in_place) {
      made_.emptyPDF();
      made_.setSuppressWarnings(true);
    }
    for (std::size_t file = 0; file < plan_.files.size(); ++file) {
      const auto index = static_cast<std::uint16_t>(file);
      if (!is_pdf(plan_.files[file])) {
        add_pictures(index);
      } else if (in_place) {
        target_ = &open(plan_.files[file]);
        overlay_all(index);
      } else {
        add_pages(index);
      }
    }
    SinkPipeline pipeline(sink);
    QPDFWriter writer(*target_);
    writer.setOutputPipeline(&pipeline);
    writer.setMinimumPDFVersion("1.6");  // for UserUnit and ActualText
    writer.write();
  }

 private:
  [[nodiscard]] bool is_pdf(const SourceFile& file) const {
    return file.type == MediaType::pdf && how_ == PdfPages::originals;
  }

  QPDF& open(const SourceFile& file) {
    auto mapped = MappedFile::map(file.descriptor);
    if (!mapped) {
      throw Stopped(std::move(mapped.error()));
    }
    const auto bytes = mapped->bytes();
    mapped_.push_back(std::move(*mapped));
    auto& source = *sources_.emplace_back(std::make_unique<QPDF>());
    source.setSuppressWarnings(true);
    source.processMemoryFile("document", reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                             plan_.options.password.empty() ? nullptr : plan_.options.password.c_str());
    return source;
  }

  /// The document's own numbers of the pages that are wanted of it.
  [[nodiscard]] std::vector<std::uint32_t> chosen(std::size_t total) const {
    const auto& set = plan_.options.pages;
    const auto count = set.count_within(static_cast<std::uint32_t>(total));
    std::vector<std::uint32_t> numbers;
    numbers.reserve(count);
    for (std::uint32_t nth = 1; nth <= count; ++nth) {
      numbers.push_back(set.page_at(nth));
    }
    return numbers;
  }

  [[nodiscard]] const PageNote* note_of(std::uint16_t file, std::uint32_t number) const {
    const auto known = plan_.notes.find(std::pair(file, number));
    return known == plan_.notes.end() ? nullptr : &known->second;
  }

  /// The only document's pages, in it; those that were not chosen are taken out.
  void overlay_all(std::uint16_t file) {
    QPDFPageDocumentHelper document(*target_);
    auto all = document.getAllPages();
    const auto numbers = chosen(all.size());
    std::size_t next = 0;
    for (std::uint32_t number = 1; number <= all.size(); ++number) {
      auto& page = all[number - 1];
      if (next < numbers.size() && numbers[next] == number) {
        ++next;
        overlay(page, note_of(file, number));
      } else {
        document.removePage(page);
      }
    }
  }

  /// A document's pages, at the end of the one that is made.
  void add_pages(std::uint16_t file) {
    QPDFPageDocumentHelper source(open(plan_.files[file]));
    const auto all = source.getAllPages();
    for (const auto number : chosen(all.size())) {
      QPDFPageDocumentHelper(*target_).addPage(all[number - 1], false);
      auto added = target_->getAllPages().back();
      QPDFPageObjectHelper page(added);
      overlay(page, note_of(file, number));
    }
  }

  /// Pages with nothing on them but a picture.
  void add_pictures(std::uint16_t file) {
    auto opened = open_document(plan_.files[file].descriptor, plan_.files[file].type, plan_.options);
    if (!opened) {
      throw Stopped(std::move(opened.error()));
    }
    auto& reader = *readers_.emplace_back(std::move(*opened));
    const bool is_drawn = plan_.files[file].type == MediaType::pdf;
    for (std::uint32_t nth = 1; nth <= reader.page_count(); ++nth) {
      const auto* note = note_of(file, plan_.options.pages.is_all() ? nth : plan_.options.pages.page_at(nth));
      if (note == nullptr || !(note->width > 0) || !(note->height > 0)) {
        continue;  // given up: there is no picture of it
      }
      const float unit = std::max(1.0F, std::max(note->width, note->height) / largest_side);
      const float width = note->width / unit;
      const float height = note->height / unit;
      auto dictionary = Handle::newDictionary();
      dictionary.replaceKey("/Type", Handle::newName("/Page"));
      auto box = Handle::newArray({Handle::newInteger(0), Handle::newInteger(0),
                                   Handle::newReal(static_cast<double>(width), 3),
                                   Handle::newReal(static_cast<double>(height), 3)});
      dictionary.replaceKey("/MediaBox", box);
      if (unit > 1) {
        dictionary.replaceKey("/UserUnit", Handle::newReal(static_cast<double>(unit), 4));
      }
      QPDFPageDocumentHelper(*target_).addPage(QPDFPageObjectHelper(target_->makeIndirectObject(dictionary)), false);
      QPDFPageObjectHelper page(target_->getAllPages().back());
      const auto stored = is_drawn ? std::nullopt : reader.stored_jpeg(nth);
      const auto picture = stored ? jpeg(*stored) : rows(reader, nth, *note, is_drawn ? picture_dpi : stored_dpi);
      const auto name = add_resource(page, "/XObject", "/DocketPicture", picture);
      std::string content = "q ";
      append_pdf_matrix(content, place_picture(stored ? stored->orientation : 1, width, height));
      content += name + " Do Q\n";
      page.addPageContents(target_->newStream(content), false);
      overlay(page, note);
    }
  }

  static void describe(Handle dictionary, int width, int height, int components, int bits) {
    dictionary.replaceKey("/Type", Handle::newName("/XObject"));
    dictionary.replaceKey("/Subtype", Handle::newName("/Image"));
    dictionary.replaceKey("/Width", Handle::newInteger(width));
    dictionary.replaceKey("/Height", Handle::newInteger(height));
    dictionary.replaceKey("/ColorSpace", Handle::newName(components == 3 ? "/DeviceRGB" : "/DeviceGray"));
    dictionary.replaceKey("/BitsPerComponent", Handle::newInteger(bits));
  }

  /// A JPEG file as it is.
  Handle jpeg(const StoredJpeg& stored) {
    auto stream = target_->newStream();
    describe(stream.getDict(), stored.width, stored.height, stored.components, 8);
    const auto bytes = stored.bytes;
    stream.replaceStreamData(
        [bytes](Pipeline* pipeline) {
          pipeline->write(bytes.data(), bytes.size());
          pipeline->finish();
        },
        Handle::newName("/DCTDecode"), Handle::newNull());
    return stream;
  }

  /// A picture that is decoded or drawn when it is written. Only then its size is known: qpdf makes a stream's data
  /// before it writes the dictionary.
  Handle rows(DocumentReader& reader, std::uint32_t nth, const PageNote& note, float dpi) {
    auto stream = target_->newStream();
    describe(stream.getDict(), 1, 1, 1, 8);
    const Box whole{0, 0, note.width, note.height};
    const float side = std::max(note.width, note.height);
    // A drawn page is bounded as the pictures for recognition are.
    const float most = std::sqrt(static_cast<float>(plan_.options.max_pixels) / (note.width * note.height)) * 72;
    const float dots = dpi == stored_dpi ? dpi : std::min({dpi, most, 30'000 * 72 / side});
    stream.replaceStreamData(
        [&reader, nth, whole, dots, dictionary = stream.getDict()](Pipeline* pipeline) {
          const auto pix = reader.draw(nth, whole, dots);
          if (!pix) {
            throw Stopped(Error{ErrorCode::corrupt, "Page " + std::to_string(nth) + " cannot be drawn."});
          }
          const PixRows picture(*pix);
          describe(dictionary, picture.width(), picture.height(), picture.components(), picture.bits());
          picture.each([pipeline](std::span<const unsigned char> row) { pipeline->write(row.data(), row.size()); });
          pipeline->finish();
        },
        Handle::newNull(), Handle::newNull());
    return stream;
  }

  /// Adds to a page what the format adds.
  void overlay(QPDFPageObjectHelper& page, const PageNote* note) {
    const bool is_layout = plan_.format == Format::layout_pdf;
    if (note == nullptr || !(is_layout || note->has_layer) || !(note->width > 0) || !(note->height > 0)) {
      return;
    }
    const auto name = add_resource(page, "/Font", is_layout ? "/DocketLabel" : "/DocketText", font(is_layout));
    std::string begin = "\nQ ";
    // A text layer that was not worth reading is not to be found beside the new one.
    const bool hides = !is_layout && note->is_replaced;
    begin += hides ? "EMC q " : "q ";
    auto content = target_->newStream();
    content.replaceStreamData(
        [this, index = note->index, is_layout, name, begin, crop = crop_of(page),
         rotation = rotation_of(page)](Pipeline* pipeline) {
          const auto model = pages_(index);
          if (!model) {
            throw Stopped(model.error());
          }
          std::string text = begin;
          append_pdf_matrix(text, place_page(crop, rotation, **model));
          if (is_layout) {
            append_layout_boxes(text, **model, name);
          } else {
            append_text_layer(text, **model, plan_.codes, name);
          }
          text += "Q\n";
          pipeline->writeString(text);
          pipeline->finish();
        },
        Handle::newNull(), Handle::newNull());
    page.addPageContents(target_->newStream(hides ? "/Span <</ActualText ()>> BDC q\n" : "q\n"), true);
    page.addPageContents(content, false);
  }

  Handle& font(bool is_layout) {
    auto& known = is_layout ? label_font_ : text_font_;
    if (!known.isInitialized()) {
      known = target_->makeIndirectObject(is_layout ? Handle::parse("<< /Type /Font /Subtype /Type1 /BaseFont "
                                                                    "/Helvetica /Encoding /WinAnsiEncoding >>")
                                                    : make_text_font());
    }
    return known;
  }

  Handle make_text_font() {
    auto program = target_->newStream(glyphless_font());
    program.getDict().replaceKey("/Length1", Handle::newInteger(static_cast<long long>(glyphless_font().size())));
    // Every code is the second glyph: readers take the first one for a character that is missing.
    std::string glyphs;
    for (int i = 0; i < 0x10000; ++i) {
      glyphs += std::string_view("\0\1", 2);
    }
    auto descriptor = Handle::parse(
        "<< /Type /FontDescriptor /FontName /DocketGlyphless /Flags 5 /FontBBox [0 -200 500 800] /ItalicAngle 0 "
        "/Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 >>");
    descriptor.replaceKey("/FontFile2", program);
    auto descendant = Handle::parse(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /DocketGlyphless /DW 500 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>");
    descendant.replaceKey("/FontDescriptor", target_->makeIndirectObject(descriptor));
    descendant.replaceKey("/CIDToGIDMap", target_->newStream(glyphs));
    auto font = Handle::parse("<< /Type /Font /Subtype /Type0 /BaseFont /DocketGlyphless /Encoding /Identity-H >>");
    auto descendants = Handle::newArray();
    descendants.appendItem(target_->makeIndirectObject(descendant));
    font.replaceKey("/DescendantFonts", descendants);
    font.replaceKey("/ToUnicode", target_->newStream(plan_.codes.to_unicode()));
    return font;
  }

  const PdfPlan& plan_;
  PdfPages how_;
  const ResolvedPages& pages_;
  // What streams are read from lives as long as the documents that have them.
  std::vector<MappedFile> mapped_;
  std::vector<std::unique_ptr<DocumentReader>> readers_;
  std::vector<std::unique_ptr<QPDF>> sources_;
  QPDF made_;
  QPDF* target_ = &made_;
  Handle text_font_;
  Handle label_font_;
};

}  // namespace

Result<void> build_pdf(const PdfPlan& plan, PdfPages how, const ResolvedPages& pages, const ByteSink& sink) {
  try {
    Builder(plan, how, pages).write(sink);
    return {};
  } catch (const Stopped& stopped) {
    return fail(stopped.error);
  } catch (const std::bad_alloc&) {
    throw;  // the end of the child, which says so by its exit code
  } catch (const std::exception& exception) {
    return fail(ErrorCode::corrupt, std::string("The PDF cannot be written again: ") + exception.what() + ".");
  }
}

}  // namespace docket::engine
