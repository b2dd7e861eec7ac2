// The structure tree of tagged PDFs (ISO 32000-1, 14.7 and 14.8): what the file itself calls its text.
#pragma once

#include <Object.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/model/document.h"

class PDFDoc;

namespace docket::engine {

/// Looks up what marked content belongs to. Only the elements above the content that is asked for are read, each once,
/// and no more than a bounded number of them: Poppler's own reader of the tree takes it all and recurses as deep as the
/// file says. Refers to the document, which outlives it.
class PdfStructure {
 public:
  /// Reads next to nothing where the document has no tree, or says itself that it is suspect.
  explicit PdfStructure(PDFDoc& document);

  [[nodiscard]] bool empty() const noexcept { return parents_.empty(); }

  /// What a piece of content is, and the object number of the element that says so.
  struct Place {
    Tag tag;
    int element = -1;
  };

  /// Of the content `mcid` of a page or form, whose object is `stream`; nothing if the tree does not say.
  std::optional<Place> find(Ref stream, int mcid);

 private:
  /// What the standard structure types are to us.
  enum class Kind : std::uint8_t {
    passed,
    title,
    heading,
    paragraph,
    list,
    item,
    code,
    caption,
    table,
    other,
    section
  };

  struct Element {
    Kind kind = Kind::passed;
    std::uint8_t level = 0;  ///< of a heading; 0 if its type does not tell
    Ref parent = Ref::INVALID();
  };

  const Element* element(Ref reference);
  Element read_element(const Object& source) const;
  std::string standard_type(std::string type) const;
  const Object& parents_of(Ref stream);

  XRef* xref_ = nullptr;
  Object roles_;
  std::map<int, Object> parents_;  ///< by the key of a page or form: its contents' elements
  std::map<Ref, Object> by_stream_;
  std::unordered_map<int, Element> elements_;
};

}  // namespace docket::engine
