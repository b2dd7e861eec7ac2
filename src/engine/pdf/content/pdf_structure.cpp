#include "engine/pdf/content/pdf_structure.h"

#include <PDFDoc.h>
#include <XRef.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/pdf/content/pdf_trees.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_elements = 200'000;
constexpr int deepest = 64;        ///< elements above each other
constexpr int most_role_hops = 8;  ///< from a file's own type to a standard one
constexpr std::uint8_t most_levels = 6;

}  // namespace

PdfStructure::PdfStructure(PDFDoc& document) : xref_(document.getXRef()) {
  const auto catalogue = xref_ != nullptr ? xref_->getCatalog() : Object(objNull);
  const auto root = catalogue.isDict() ? catalogue.dictLookup("StructTreeRoot") : Object(objNull);
  if (!root.isDict()) {
    return;
  }
  const auto mark_info = catalogue.dictLookup("MarkInfo");
  if (mark_info.isDict()) {
    const auto suspects = mark_info.dictLookup("Suspects");
    if (suspects.isBool() && suspects.getBool()) {
      return;
    }
  }
  roles_ = root.dictLookup("RoleMap");
  walk_number_tree(*xref_, root.dictLookup("ParentTree"),
                   [this](int key, const Object& value) { parents_.try_emplace(key, value.copy()); });
}

std::string PdfStructure::standard_type(std::string type) const {
  for (int hop = 0; hop < most_role_hops && roles_.isDict(); ++hop) {
    const auto role = roles_.dictLookup(type.c_str());
    if (!role.isName() || type == role.getName()) {
      break;
    }
    type = role.getName();
  }
  return type;
}

PdfStructure::Element PdfStructure::read_element(const Object& source) const {
  using Entry = std::pair<std::string_view, Kind>;
  static constexpr std::array<Entry, 28> kinds{
      {{"Title", Kind::title},      {"H", Kind::heading},     {"P", Kind::paragraph},     {"L", Kind::list},
       {"LI", Kind::item},          {"Code", Kind::code},     {"Caption", Kind::caption}, {"Table", Kind::table},
       {"TR", Kind::table},         {"TH", Kind::table},      {"TD", Kind::table},        {"TOC", Kind::other},
       {"TOCI", Kind::other},       {"Index", Kind::other},   {"Note", Kind::other},      {"FENote", Kind::other},
       {"Figure", Kind::other},     {"Formula", Kind::other}, {"Form", Kind::other},      {"BibEntry", Kind::other},
       {"BlockQuote", Kind::other}, {"Annot", Kind::other},   {"Artifact", Kind::other},  {"Warichu", Kind::other},
       {"Ruby", Kind::other},       {"Sect", Kind::section},  {"Part", Kind::section},    {"Art", Kind::section}}};
  Element element;
  if (!source.isDict()) {
    return element;
  }
  const auto type = source.dictLookup("S");
  const auto name = type.isName() ? standard_type(type.getName()) : std::string();
  if (name.size() == 2 && name[0] == 'H' && name[1] >= '1' && name[1] <= '9') {
    element.kind = Kind::heading;
    element.level = std::min(static_cast<std::uint8_t>(name[1] - '0'), most_levels);
  } else if (const auto known =
                 std::find_if(kinds.begin(), kinds.end(), [&name](const Entry& entry) { return entry.first == name; });
             known != kinds.end()) {
    element.kind = known->second;
  }
  const auto& parent = source.dictLookupNF("P");
  element.parent = parent.isRef() ? parent.getRef() : Ref::INVALID();
  return element;
}

const PdfStructure::Element* PdfStructure::element(Ref reference) {
  const auto known = elements_.find(reference.num);
  if (known != elements_.end()) {
    return &known->second;
  }
  if (reference == Ref::INVALID() || elements_.size() >= most_elements) {
    return nullptr;
  }
  return &elements_.emplace(reference.num, read_element(xref_->fetch(reference))).first->second;
}

// The elements of a stream's contents, as an array; something else if there are none.
const Object& PdfStructure::parents_of(Ref stream) {
  const auto known = by_stream_.find(stream);
  if (known != by_stream_.end()) {
    return known->second;
  }
  const auto object = xref_->fetch(stream);
  const auto key = object.isDict()     ? object.dictLookup("StructParents")
                   : object.isStream() ? object.streamGetDict()->lookup("StructParents")
                                       : Object(objNull);
  const auto parents = key.isInt() ? parents_.find(key.getInt()) : parents_.end();
  return by_stream_.emplace(stream, parents == parents_.end() ? Object(objNull) : parents->second.fetch(xref_))
      .first->second;
}

std::optional<PdfStructure::Place> PdfStructure::find(Ref stream, int mcid) {
  const auto& parents = parents_of(stream);
  if (!parents.isArray() || mcid < 0 || mcid >= parents.arrayGetLength() || !parents.arrayGetNF(mcid).isRef()) {
    return std::nullopt;
  }
  Place place;
  place.element = parents.arrayGetNF(mcid).getRef().num;
  std::uint8_t sections = 0;
  const auto is = [&place](auto... roles) { return ((place.tag.role == roles) || ...); };
  auto reference = parents.arrayGetNF(mcid).getRef();
  for (int depth = 0;; ++depth) {
    if (depth == deepest) {
      return std::nullopt;
    }
    const auto* const here = element(reference);
    if (here == nullptr) {
      break;
    }
    const auto becomes = [&](Role role, std::uint8_t level = 0) {
      place = {.tag = {role, level}, .element = reference.num};
    };
    switch (here->kind) {
      case Kind::title:
        if (is(Role::none, Role::paragraph, Role::code)) {
          becomes(Role::title);
        }
        break;
      case Kind::heading:
        if (is(Role::none, Role::paragraph, Role::code)) {
          becomes(Role::heading, here->level);
          sections = 0;
        }
        break;
      case Kind::paragraph:
        if (is(Role::none, Role::code)) {  // code in a paragraph is a word of it
          becomes(Role::paragraph);
        }
        break;
      case Kind::code:
        if (is(Role::none)) {
          becomes(Role::code);
        }
        break;
      case Kind::item:
        if (is(Role::none, Role::paragraph)) {
          becomes(Role::list_item);
        }
        break;
      case Kind::caption:
        if (is(Role::none, Role::paragraph)) {
          becomes(Role::caption);
        }
        break;
      case Kind::table:
        if (is(Role::none, Role::paragraph, Role::list_item, Role::code)) {
          becomes(Role::other);
        }
        break;
      case Kind::other:
        becomes(Role::other);
        break;
      case Kind::section:
        ++sections;
        break;
      case Kind::list:
      case Kind::passed:
        break;
    }
    reference = here->parent;
  }
  if (is(Role::heading) && place.tag.level == 0) {  // H: as deep as the sections in each other
    place.tag.level = std::clamp(sections, std::uint8_t{1}, most_levels);
  }
  return place;
}

}  // namespace docket::engine
