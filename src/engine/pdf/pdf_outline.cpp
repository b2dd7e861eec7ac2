#include "engine/pdf/pdf_outline.h"

#include <PDFDoc.h>
#include <XRef.h>

#include <set>
#include <utility>

#include "engine/pdf/content/pdf_trees.h"
#include "engine/pdf/poppler_version.h"
#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_items = 5000;
constexpr std::uint8_t most_depth = 32;
constexpr std::size_t longest_title = 1000;  ///< bytes, as stored
constexpr std::size_t most_nowhere = 200;    ///< of these every page is told

std::string title_of(const Object& item) {
  const auto title = item.dictLookup("Title");
  if (!title.isString() || title.getString()->toStr().size() > longest_title) {
    return {};
  }
  std::string text;
  for (const auto c : characters_of(title.getString()->toStr())) {
    append_text(text, c < 0x20 ? U' ' : c);
  }
  return text;
}

/// Where an item leads.
struct Target {
  Ref page = Ref::INVALID();
  int number = 0;    ///< 1-based, where there is no reference; 0 none
  std::string name;  ///< to be looked up; empty: none
};

/// Of an explicit destination, or of a dictionary that has one.
Target explicit_target(const Object& destination) {
  const auto array = destination.isDict() ? destination.dictLookup("D") : destination.copy();
  Target target;
  if (array.isArray() && array.arrayGetLength() > 0) {
    const auto& page = array.arrayGetNF(0);
    if (page.isRef()) {
      target.page = page.getRef();
    } else if (page.isInt() && page.getInt() >= 0 && page.getInt() < 1'000'000) {
      target.number = page.getInt() + 1;
    }
  }
  return target;
}

Target target_of(const Object& item) {
  auto destination = item.dictLookup("Dest");
  if (destination.isNull()) {
    const auto action = item.dictLookup("A");
    if (!action.isDict() || !action.dictLookup("S").isName("GoTo")) {
      return {};
    }
    destination = action.dictLookup("D");
  }
  Target target;
  if (destination.isString()) {
    target.name = destination.getString()->toStr();
  } else if (destination.isName()) {
    target.name = destination.getName();
  } else {
    target = explicit_target(destination);
  }
  return target;
}

}  // namespace

/// Reads an outline. Lives in PdfOutline's constructor.
class PdfOutline::Reading {
 public:
  Reading(PdfOutline& outline, XRef& xref) : outline_(outline), xref_(xref) {}

  void read() {
    const auto catalogue = xref_.getCatalog();
    const auto root = catalogue.isDict() ? catalogue.dictLookup("Outlines") : Object(objNull);
    if (!root.isDict()) {
      return;
    }
    visit_next(root.dictLookupNF("First"), 0);
    while (!open_.empty() && outline_.items_.size() < most_items) {
      const auto [reference, depth] = open_.back();
      open_.pop_back();
      visit(xref_.fetch(reference), depth);
    }
    look_up_names(catalogue);
    for (std::uint32_t item = 0; item < targets_.size(); ++item) {
      file(item, targets_[item]);
    }
    if (outline_.nowhere_.size() > most_nowhere) {
      outline_.nowhere_.clear();
    }
  }

 private:
  void visit_next(const Object& reference, std::uint8_t depth) {
    if (reference.isRef() && depth < most_depth && seen_.insert(reference.getRef()).second) {
      open_.emplace_back(reference.getRef(), depth);
    }
  }

  void visit(const Object& item, std::uint8_t depth) {
    if (!item.isDict()) {
      return;
    }
    outline_.items_.push_back({title_of(item), depth});
    targets_.push_back(target_of(item));
    visit_next(item.dictLookupNF("Next"), depth);
    visit_next(item.dictLookupNF("First"), static_cast<std::uint8_t>(depth + 1));  // on top: its kids come first
  }

  void look_up_names(const Object& catalogue) {
    std::map<std::string, Target> names;
    for (const auto& target : targets_) {
      if (!target.name.empty()) {
        names.try_emplace(target.name);
      }
    }
    if (names.empty()) {
      return;
    }
    const auto old = catalogue.dictLookup("Dests");
    for (auto& [name, target] : names) {
      if (old.isDict()) {
        target = explicit_target(old.dictLookup(name.c_str()));
      }
    }
    const auto trees = catalogue.dictLookup("Names");
    if (trees.isDict()) {
      const auto is_wanted = [&](const std::string& first, const std::string& last) {
        const auto name = names.lower_bound(first);
        return name != names.end() && name->first <= last;
      };
      walk_name_tree(xref_, trees.dictLookup("Dests"), is_wanted, [&](const std::string& key, const Object& value) {
        if (const auto name = names.find(key); name != names.end()) {
          name->second = explicit_target(value.fetch(&xref_));
        }
      });
    }
    for (auto& target : targets_) {
      if (!target.name.empty()) {
        target = names[target.name];
      }
    }
  }

  void file(std::uint32_t item, const Target& target) {
    if (target.page != Ref::INVALID()) {
      outline_.by_reference_[target.page].push_back(item);
    } else if (target.number > 0) {
      outline_.by_number_[target.number].push_back(item);
    } else {
      outline_.nowhere_.push_back(item);
    }
  }

  PdfOutline& outline_;
  XRef& xref_;
  std::vector<std::pair<Ref, std::uint8_t>> open_;
  std::set<Ref> seen_;
  std::vector<Target> targets_;  ///< of the items
};

PdfOutline::PdfOutline(PDFDoc& document) {
  if (auto* const xref = document.getXRef(); xref != nullptr) {
    Reading(*this, *xref).read();
  }
}

std::vector<OutlineItem> PdfOutline::of_page(int number, Ref before, Ref page, Ref after) const {
  std::vector<OutlineItem> items;
  if (!empty()) {
    append_page(items, number, page, true);
    append_page(items, number - 1, before, false);
    append_page(items, number + 1, after, false);
    append(items, nowhere_, false);
  }
  return items;
}

void PdfOutline::append_page(std::vector<OutlineItem>& to, int number, Ref page, bool is_here) const {
  if (const auto found = by_reference_.find(page); page != Ref::INVALID() && found != by_reference_.end()) {
    append(to, found->second, is_here);
  }
  if (const auto found = by_number_.find(number); found != by_number_.end()) {
    append(to, found->second, is_here);
  }
}

void PdfOutline::append(std::vector<OutlineItem>& to, const std::vector<std::uint32_t>& items, bool is_here) const {
  for (const auto item : items) {
    to.push_back({items_[item].title, items_[item].depth, is_here});
  }
}

}  // namespace docket::engine
