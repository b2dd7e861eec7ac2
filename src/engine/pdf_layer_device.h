// What is taken of a PDF page while Poppler interprets it: its text, links, paths and images.
#pragma once

#include <Link.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "engine/pdf_drawing.h"
#include "engine/pdf_figures.h"
#include "engine/pdf_image_device.h"
#include "engine/pdf_marks.h"
#include "engine/pdf_text.h"
#include "engine/text_layer_check.h"

namespace docket::engine {

/// A place on the page that leads to a URI.
struct LinkArea {
  Box box;
  std::string uri;
};

/// Poppler's text device, which also notes the fonts that their descriptors call heavy (TextFontInfo does not tell),
/// the links, and what is drawn. Lives while one page is interpreted and its words are taken.
class LayerDevice final : public TextImageDevice {
 public:
  explicit LayerDevice(const PageFrame& frame)
      : TextImageDevice(nullptr, /*physLayoutA=*/false, 0, /*rawOrderA=*/false, /*append=*/false),
        images_(frame.width, frame.height, frame.user_unit),
        wants_images_(frame.may_have_images) {}

  // Without images Poppler need not look at anything but text and paths.
  bool needNonText() override { return wants_images_; }

  void updateFont(GfxState* state) override {
    TextOutputDev::updateFont(state);
    const auto& font = state->getFont();
    if (font && font->getWeight() >= GfxFont::W600 && !is_heavy_reference(*font->getID())) {
      heavy_.push_back(*font->getID());
    }
  }

  void processLink(AnnotLink* link) override;

  [[nodiscard]] const std::vector<LinkArea>& links() const noexcept { return links_; }

  void stroke(GfxState* state) override { paths_.stroke(*state); }
  void fill(GfxState* state) override { paths_.fill(*state); }
  void eoFill(GfxState* state) override { paths_.fill(*state); }

  [[nodiscard]] PathCollector& paths() { return paths_; }
  [[nodiscard]] ImageCollector& images() { return images_; }

  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y,
                CharCode code, int bytes, const Unicode* unicode, int length) override;

  void beginActualText(GfxState* state, const GooString* replacement) override {
    TextOutputDev::beginActualText(state, replacement);
    ++replaced_;
  }

  void endActualText(GfxState* state) override {
    TextOutputDev::endActualText(state);
    replaced_ -= replaced_ > 0 ? 1 : 0;
  }

  void incCharCount(int bytes) override {
    TextOutputDev::incCharCount(bytes);
    marks_.advance(bytes);
  }

  void beginMarkedContent(const char* name, Dict* properties) override { marks_.begin(name, properties); }
  void endMarkedContent(GfxState* /*state*/) override { marks_.end(); }
  void beginForm(Ref form) override { marks_.begin_form(form); }
  void endForm(Ref /*form*/) override { marks_.end_form(); }

  [[nodiscard]] const ContentMarks& marks() const { return marks_; }
  [[nodiscard]] const CharacterTally& tally() const { return tally_; }

  [[nodiscard]] bool is_heavy(const TextFontInfo& font) const {
    return std::any_of(heavy_.begin(), heavy_.end(), [&font](const Ref& id) { return font.matches(&id); });
  }

 protected:
  bool visit_image(const ImageDrawing& drawing) override {
    images_.add(drawing);
    return false;
  }

  void visit_shading(GfxState& /*state*/) override {}

 private:
  [[nodiscard]] bool is_heavy_reference(Ref id) const {
    return std::find(heavy_.begin(), heavy_.end(), id) != heavy_.end();
  }

  // Turns round the runs of right-to-left letters among a glyph's characters, which stand in logical order. False if
  // there are none.
  bool put_in_visual_order(std::span<const Unicode> characters);

  std::vector<Ref> heavy_;
  std::vector<LinkArea> links_;
  PathCollector paths_;
  ImageCollector images_;
  bool wants_images_;
  CharacterTally tally_;
  ContentMarks marks_;
  int replaced_ = 0;
  std::vector<Unicode> visual_;
  std::vector<char32_t> run_;
};

}  // namespace docket::engine
