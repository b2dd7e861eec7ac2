#include "engine/pdf/pdf_resources.h"

#include <Object.h>
#include <Stream.h>

#include <algorithm>
#include <vector>

namespace docket::engine {
namespace {

constexpr int max_objects = 400;

bool has_fonts(const Dict& resources) {
  const auto fonts = resources.lookup("Font");
  return fonts.isDict() && fonts.dictGetLength() > 0;
}

bool has_images(const Dict& resources) {
  const auto objects = resources.lookup("XObject");
  if (!objects.isDict()) {
    return false;
  }
  const auto& entries = *objects.getDict();
  for (int at = 0; at < entries.getLength() && at < max_objects; ++at) {
    const auto object = entries.getVal(at);
    if (object.isStream() && object.streamGetDict()->lookup("Subtype").isName("Image")) {
      return true;
    }
  }
  return false;
}

/// One search. Dictionaries are looked at breadth first; all limits are far above what honest pages have.
class ResourceSearch {
 public:
  using Has = bool (*)(const Dict& resources);

  /// Whether `has` says so of the resources or of those of a form that they name.
  bool found_from(Dict* resources, Has has) {
    if (resources == nullptr) {
      return false;
    }
    if (has(*resources)) {
      return true;
    }
    collect_forms(*resources);
    for (int depth = 0; depth < max_depth && !forms_.empty(); ++depth) {
      const auto level = std::move(forms_);
      forms_.clear();
      for (const auto& form : level) {
        const auto nested = form.streamGetDict()->lookup("Resources");
        if (!nested.isDict()) {
          continue;
        }
        if (has(*nested.getDict())) {
          return true;
        }
        collect_forms(*nested.getDict());
      }
    }
    return false;
  }

 private:
  static constexpr int max_depth = 5;

  // Keeps the form XObjects of `resources` that were not seen yet.
  void collect_forms(const Dict& resources) {
    const auto objects = resources.lookup("XObject");
    if (!objects.isDict()) {
      return;
    }
    const auto& entries = *objects.getDict();
    for (int at = 0; at < entries.getLength() && looked_at_ < max_objects; ++at) {
      if (const auto& reference = entries.getValNF(at); reference.isRef()) {
        if (std::find(seen_.begin(), seen_.end(), reference.getRef()) != seen_.end()) {
          continue;
        }
        seen_.push_back(reference.getRef());
      }
      ++looked_at_;
      auto object = entries.getVal(at);
      if (object.isStream() && object.streamGetDict()->lookup("Subtype").isName("Form")) {
        forms_.push_back(std::move(object));
      }
    }
  }

  std::vector<Object> forms_;
  std::vector<Ref> seen_;
  int looked_at_ = 0;
};

}  // namespace

bool reaches_font(Dict* resources) {
  return ResourceSearch().found_from(resources, has_fonts);
}

bool reaches_image(Dict* resources) {
  return ResourceSearch().found_from(resources, has_images);
}

}  // namespace docket::engine
