// The text layer of a PDF page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/document.h"

class PDFDoc;

namespace docket::engine {

class PdfStructure;

/// Whether a text layer is what can be read on its page: not at all, so that the page is to be recognised; perhaps not,
/// since its letters are no language's; or as far as can be told.
enum class Meaning : std::uint8_t { none, doubtful, sure };

struct TextLayer {
  std::vector<Font> fonts;
  std::vector<std::string> links;  ///< URIs
  std::vector<Line> lines;         ///< group by group (see make_lines()), in the order in which these are drawn
  double covered = 0;              ///< the sum of the words' boxes, in square points
  bool is_invisible = false;       ///< most of it: an earlier recognition
  Meaning meaning = Meaning::sure;
  std::vector<Box> rules;  ///< as in Page
  std::vector<Box> fills;
  std::vector<Box> shapes;
  std::vector<Image> images;  ///< in the order in which they are drawn
  std::vector<Tag> tags;      ///< of the lines, where the document is tagged
};

/// What a page is read with: `width` and `height` are the upright page's, in units of `user_unit` points.
struct PageFrame {
  float width = 0;
  float height = 0;
  double user_unit = 1;
  bool may_have_images = true;  ///< false: none are looked for
};

/// What lies around a page that its crop box cuts out of a larger sheet, its media box: as shown, in units of the page.
struct Surroundings {
  float width = 0;  ///< the sheet's
  float height = 0;
  Box page;  ///< on the sheet
};

/// The text that lies on the sheet beyond the page, as paragraphs that know the places of their words (in the page's
/// coordinates: left of it and above they are negative), but neither fonts nor links. As read_text_layer().
std::vector<Block> read_hidden_text(PDFDoc& document, int page, const Surroundings& sheet);

/// Reads the text of page `page` (1-based), invisible text (an earlier recognition) included, and the rules, areas
/// and images among it, all in units of the page. What lies outside the crop box is left out: see read_hidden_text().
/// Words know the link that leads to a URI from their place. Presentation forms (ligatures, shaped Arabic) are taken
/// apart, right-to-left lines are in logical order. A layer has no meaning where much of what is drawn has no
/// characters (no ToUnicode), or private, control or replacement characters, and where it is invisible and mostly
/// signs, or a heap of words at a few places; see has_doubtful_letters() for a doubtful one. `structure` is the
/// document's, if it has one. Never fails: a broken content stream gives the text before the damage.
TextLayer read_text_layer(PDFDoc& document, int page, const PageFrame& frame, PdfStructure* structure = nullptr);

}  // namespace docket::engine
