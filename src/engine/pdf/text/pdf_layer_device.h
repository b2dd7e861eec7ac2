// What is taken of a PDF page while Poppler interprets it: its text, links, paths and images.
#pragma once

#include <Link.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "engine/pdf/content/pdf_figures.h"
#include "engine/pdf/content/pdf_image_device.h"
#include "engine/pdf/content/pdf_marked_content.h"
#include "engine/pdf/content/pdf_paths.h"
#include "engine/pdf/text/pdf_glyph_collector.h"
#include "engine/pdf/text/pdf_text_layer.h"
#include "engine/text/text_layer_check.h"

namespace docket::engine {

/// A place on the page that leads to a URI.
struct LinkArea {
  Box box;
  std::string uri;
};

/// Notes the characters, the links, and what is drawn. Lives while one page is interpreted and its words are taken.
class LayerDevice final : public ImageDevice {
 public:
  explicit LayerDevice(const PageFrame& frame)
      : images_(frame.width, frame.height, frame.user_unit), wants_images_(frame.may_have_images) {}

  // Without images Poppler need not look at anything but text and paths.
  bool needNonText() override { return wants_images_; }

  // Characters of layers that are not shown have positions, too.
  bool needCharCount() override { return true; }

  void startPage(int /*page*/, GfxState* state, XRef* /*xref*/) override {
    glyphs_.start_page(state != nullptr ? state->getPageWidth() : 0, state != nullptr ? state->getPageHeight() : 0);
  }

  void updateFont(GfxState* /*state*/) override { glyphs_.change_style(); }
  void restoreState(GfxState* /*state*/) override { glyphs_.change_style(); }

  void processLink(AnnotLink* link) override;

  [[nodiscard]] const std::vector<LinkArea>& links() const noexcept { return links_; }

  void stroke(GfxState* state) override { paths_.stroke(*state); }
  void fill(GfxState* state) override { paths_.fill(*state); }
  void eoFill(GfxState* state) override { paths_.fill(*state); }

  [[nodiscard]] PathCollector& paths() { return paths_; }
  [[nodiscard]] ImageCollector& images() { return images_; }

  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y,
                CharCode code, int bytes, const Unicode* unicode, int length) override;

  void beginActualText(GfxState* /*state*/, const GooString* replacement) override {
    glyphs_.begin_replacement(replacement->toStr());
    ++replaced_;
  }

  void endActualText(GfxState* state) override {
    glyphs_.end_replacement(*state);
    replaced_ -= replaced_ > 0 ? 1 : 0;
  }

  void incCharCount(int bytes) override { marks_.advance(bytes); }

  void beginMarkedContent(const char* name, Dict* properties) override { marks_.begin(name, properties); }
  void endMarkedContent(GfxState* /*state*/) override { marks_.end(); }
  void begin_form(Ref form) override { marks_.begin_form(form); }
  void end_form() override { marks_.end_form(); }

  [[nodiscard]] const ContentMarks& marks() const { return marks_; }
  [[nodiscard]] const CharacterTally& tally() const { return tally_; }

  [[nodiscard]] GlyphCollector& glyphs() { return glyphs_; }

 protected:
  bool visit_image(const ImageDrawing& drawing) override {
    images_.add(drawing);
    return false;
  }

  void visit_shading(GfxState& /*state*/) override {}

 private:
  // Turns round the runs of right-to-left letters among a glyph's characters, which stand in logical order. False if
  // there are none.
  bool put_in_visual_order(std::span<const Unicode> characters);

  GlyphCollector glyphs_;
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
