#include "engine/pdf/pdf_reader.h"

#include <PDFDoc.h>

#include <cmath>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "engine/ocr/recognition.h"
#include "engine/pdf/content/pdf_structure.h"
#include "engine/pdf/pdf_file.h"
#include "engine/pdf/pdf_outline.h"
#include "engine/pdf/pdf_page_size.h"
#include "engine/pdf/pdf_picture.h"
#include "engine/pdf/pdf_resources.h"
#include "engine/pdf/pdf_survey.h"
#include "engine/pdf/poppler_runtime.h"
#include "engine/pdf/text/pdf_text_layer.h"
#include "engine/text/text_layer_check.h"

namespace docket::engine {
namespace {

// When a page is recognised although the options do not force it (shares are of the page's area).
constexpr double little_text = 0.03;      // a text layer that covers less may be a stamp on a scan …
constexpr double mostly_picture = 0.5;    // … if images cover more than this
constexpr double some_picture = 0.02;     // without any text, an image of this size is worth a look
constexpr std::uint32_t drawn_text = 40;  // without any text, so many filled shapes may be letters drawn as outlines

/// Lives in a child, on its only thread.
class PdfReader final : public DocumentReader {
 public:
  PdfReader(OpenPdf open, ReadOptions options)
      : open_(std::move(open)),
        options_(std::move(options)),
        pages_(static_cast<std::uint32_t>(open_.document->getNumPages())) {}

  [[nodiscard]] std::uint32_t page_count() const override { return pages_; }

  [[nodiscard]] PageClass classify(std::uint32_t page) override {
    if (options_.ocr != OcrMode::automatic) {
      return options_.ocr == OcrMode::force ? PageClass::scan : PageClass::text;
    }
    ::Page* const source = find(page);
    return source != nullptr && reaches_font(source->getResourceDict()) ? PageClass::text : PageClass::scan;
  }

  Result<Page> read(std::uint32_t page) override {
    return read(page, Recognition::now).map([](std::optional<Page>&& done) { return std::move(done).value(); });
  }

  Result<std::optional<Page>> read_text(std::uint32_t page) override { return read(page, Recognition::later); }

  PixPtr draw(std::uint32_t page, const Box& part, float dpi) override {
    try {
      ::Page* const source = find(page);
      if (source == nullptr) {
        return nullptr;
      }
      const auto unit = static_cast<float>(user_unit(*open_.document, *source));
      const Box in_units{part.x0 / unit, part.y0 / unit, part.x1 / unit, part.y1 / unit};
      return draw_part(*open_.document, static_cast<int>(page), in_units, static_cast<double>(dpi * unit));
    } catch (const std::bad_alloc&) {
      throw;  // the end of the child, which says so by its exit code
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  [[nodiscard]] std::optional<StoredJpeg> stored_jpeg(std::uint32_t /*page*/) const override { return std::nullopt; }

 private:
  /// What to do about a page that must be recognised.
  enum class Recognition : std::uint8_t { now, later };

  // Nothing: it is to be recognised later.
  Result<std::optional<Page>> read(std::uint32_t page, Recognition recognition) {
    try {
      ::Page* const source = find(page);
      if (source == nullptr) {
        return fail(ErrorCode::corrupt, "Page " + std::to_string(page) + " cannot be found in the document.");
      }
      const double unit = user_unit(*open_.document, *source);
      auto result = read_page(*source, page, unit, recognition);
      if (!result || !*result) {
        return result;
      }
      auto& done = **result;
      done.outline = outline_of(*source, static_cast<int>(page));
      if (unit != 1) {
        scale(done, static_cast<float>(unit));
      }
      return result;
    } catch (const std::bad_alloc&) {
      throw;  // the end of the child, which says so by its exit code
    } catch (const std::exception& exception) {
      return fail(ErrorCode::corrupt, "Page " + std::to_string(page) + " cannot be read: " + exception.what() + ".");
    }
  }

  [[nodiscard]] ::Page* find(std::uint32_t page) {
    if (page == 0 || page > pages_) {
      return nullptr;
    }
    ::Page* const source = open_.document->getPage(static_cast<int>(page));
    return source != nullptr && source->isOk() ? source : nullptr;
  }

  // What the outline says of a page.
  [[nodiscard]] std::vector<OutlineItem> outline_of(::Page& source, int number) {
    if (!outline_) {
      outline_.emplace(*open_.document);
    }
    if (outline_->empty()) {
      return {};
    }
    const auto reference = [this](int page) {
      ::Page* const beside = page > 0 ? find(static_cast<std::uint32_t>(page)) : nullptr;
      return beside == nullptr ? Ref::INVALID() : beside->getRef();
    };
    return outline_->of_page(number, reference(number - 1), source.getRef(), reference(number + 1));
  }

  // The page in its own units.
  Result<std::optional<Page>> read_page(::Page& source, std::uint32_t number, double unit, Recognition recognition) {
    const auto errors_before = poppler_errors();
    Page page;
    page.number = number;
    const bool sideways = source.getRotate() % 180 != 0;
    const double width = sideways ? source.getCropHeight() : source.getCropWidth();
    const double height = sideways ? source.getCropWidth() : source.getCropHeight();
    if (!std::isfinite(width) || !std::isfinite(height) || width <= 0 || height <= 0) {
      return fail(ErrorCode::corrupt, "Page " + std::to_string(number) + " has no size.");
    }
    page.width = static_cast<float>(width);
    page.height = static_cast<float>(height);
    const int index = static_cast<int>(number);
    if (!structure_) {
      structure_.emplace(*open_.document);
    }
    auto layer = read_text_layer(*open_.document, index,
                                 {.width = page.width,
                                  .height = page.height,
                                  .user_unit = unit,
                                  .may_have_images = reaches_image(source.getResourceDict())},
                                 &*structure_);
    page.images = std::move(layer.images);
    const bool is_forced = options_.ocr == OcrMode::force;
    if (!is_forced) {
      take_layer(page, layer);
      if (const auto sheet = surroundings(source); sheet && layer.meaning != Meaning::none) {
        page.hidden = read_hidden_text(*open_.document, index, *sheet);
      }
      if (options_.ocr == OcrMode::off || (layer.meaning == Meaning::sure && covers_enough(layer, page))) {
        return page;
      }
    }
    const auto survey = survey_page(*open_.document, index, width, height);
    const auto need = is_forced ? Need::all : need_of(page, layer, survey);
    if (need == Need::nothing) {
      if (page.lines.empty()) {
        const bool drawn = survey.image_share > 0 || survey.filled_shapes > 0 || survey.other_marks > 0;
        if (!drawn && poppler_errors() > errors_before && has_content(source)) {
          return fail(ErrorCode::corrupt, "Nothing of page " + std::to_string(number) + " can be read.");
        }
        page.source = Source::blank;
      }
      return page;
    }
    if (recognition == Recognition::later) {
      return std::nullopt;
    }
    const RenderRequest request{.width = width,
                                .height = height,
                                .user_unit = unit,
                                .dpi = options_.dpi,
                                .max_pixels = options_.max_pixels,
                                // What is text already needs no recognition.
                                .without_text = need == Need::rest && !page.lines.empty()};
    switch (need) {
      case Need::instead:
        return recognise_instead(std::move(page), survey, request);
      case Need::compared:
        return recognise_to_compare(std::move(page), survey, request);
      default:
        return recognise_into(std::move(page), survey, request);
    }
  }

  static bool covers_enough(const TextLayer& layer, const Page& page) noexcept {
    return layer.covered >= little_text * static_cast<double>(page.width) * static_cast<double>(page.height);
  }

  static void take_layer(Page& page, TextLayer& layer) {
    page.fonts = std::move(layer.fonts);
    page.tags = std::move(layer.tags);
    page.links = std::move(layer.links);
    page.lines = std::move(layer.lines);
    page.rules = std::move(layer.rules);
    page.fills = std::move(layer.fills);
    page.shapes = std::move(layer.shapes);
    page.measures = layer.is_invisible ? Measures::fitted : Measures::exact;
  }

  // Whether there is something that could be drawn.
  static bool has_content(::Page& source) {
    const auto contents = source.getContents();
    return contents.isStream() || (contents.isArray() && contents.arrayGetLength() > 0);
  }

  /// What of a page is to be recognised: all of it, whatever its text layer says; what its text layer does not have; or
  /// all, and its text layer counts only where nothing is found, or nothing better.
  enum class Need : std::uint8_t { nothing, all, rest, instead, compared };

  // `page` has the layer's lines.
  static Need need_of(const Page& page, const TextLayer& layer, const PageSurvey& survey) {
    if (layer.meaning == Meaning::none && !page.lines.empty()) {
      return Need::instead;
    }
    if (layer.meaning == Meaning::doubtful && covers_enough(layer, page)) {
      return Need::compared;
    }
    const bool wants = page.lines.empty() ? survey.image_share >= some_picture || survey.filled_shapes >= drawn_text ||
                                                survey.visible_characters > 0
                                          : survey.image_share >= mostly_picture;
    if (!wants) {
      return Need::nothing;
    }
    // An earlier recognition that hardly found anything.
    return layer.is_invisible ? Need::instead : Need::rest;
  }

  // The page without its text layer, which stays only where there is nothing to recognise.
  Result<Page> recognise_instead(Page page, const PageSurvey& survey, const RenderRequest& request) {
    auto lines = std::exchange(page.lines, {});
    auto result = recognise_into(std::move(page), survey, request);
    if (result && result->lines.empty()) {
      result->lines = std::move(lines);
      result->source = Source::text;
      result->dpi = 0;
    }
    return result;
  }

  // The page as it is recognised if that is clearly more of a language, and not less of it; else as its text layer
  // says.
  Result<Page> recognise_to_compare(Page page, const PageSurvey& survey, const RenderRequest& request) {
    constexpr double clearly = 0.12;
    const auto told = count_letters(page.lines);
    auto recognised = recognise_instead(page, survey, request);
    if (!recognised) {
      return page;
    }
    const auto seen = count_letters(recognised->lines);
    return 2 * seen.letters >= told.letters && seen.share() >= told.share() + clearly ? std::move(*recognised)
                                                                                      : std::move(page);
  }

  Result<Page> recognise_into(Page page, const PageSurvey& survey, const RenderRequest& request) {
    auto picture = picture_of(static_cast<int>(page.number), survey, request);
    if (!picture) {
      return pass_on(picture);
    }
    page.dpi = picture->dpi;
    if (auto done = recognise_onto(page, std::move(picture->pix), picture->frame, options_.languages); !done) {
      return pass_on(done);
    }
    return page;
  }

  // The scan itself where it is all there is to recognise, else the page rendered.
  Result<Picture> picture_of(int page, const PageSurvey& survey, const RenderRequest& request) {
    const bool characters_known = request.without_text || survey.visible_characters == 0;
    if (survey.scan && survey.other_marks == 0 && characters_known) {
      if (auto picture = take_scan(*open_.document, page, *survey.scan, request); picture.pix) {
        return picture;
      }
    }
    auto rendered = render_page(*open_.document, page, request);
    if (!rendered && rendered.error().code == ErrorCode::too_many_pixels && survey.scan) {
      // A poster: at any resolution it is more than what its picture has.
      if (auto picture = take_scan(*open_.document, page, *survey.scan, request, Coarse::taken); picture.pix) {
        return picture;
      }
    }
    return rendered;
  }

  OpenPdf open_;
  ReadOptions options_;
  std::uint32_t pages_;
  // Read with the first page, since a probe may read none.
  std::optional<PdfOutline> outline_;
  std::optional<PdfStructure> structure_;
};

Result<std::unique_ptr<DocumentReader>> open_checked(int fd, const ReadOptions& options) {
  prepare_poppler();
  auto open = unlock(fd, options.password);
  if (!open) {
    return pass_on(open);
  }
  if (is_locked(*open)) {
    return options.password.empty() ? fail(ErrorCode::encrypted, "The document can be opened with a password only.")
                                    : fail(ErrorCode::wrong_password, "The password does not open the document.");
  }
  if (!open->document->isOk()) {
    return fail(ErrorCode::corrupt, "The PDF is damaged beyond repair.");
  }
  const int pages = open->document->getNumPages();
  if (pages <= 0) {
    return fail(ErrorCode::no_pages, "The document has no pages.");
  }
  return std::make_unique<PdfReader>(std::move(*open), options);
}

}  // namespace

Result<std::unique_ptr<DocumentReader>> open_pdf(int fd, const ReadOptions& options) {
  try {
    return open_checked(fd, options);
  } catch (const std::bad_alloc&) {
    throw;  // the end of the child, which says so by its exit code
  } catch (const std::exception& exception) {
    return fail(ErrorCode::corrupt, std::string("The PDF cannot be opened: ") + exception.what() + ".");
  }
}

}  // namespace docket::engine
