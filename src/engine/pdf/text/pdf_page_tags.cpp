#include "engine/pdf/text/pdf_page_tags.h"

#include <algorithm>
#include <optional>

namespace docket::engine {
namespace {

constexpr std::int32_t unknown = -2;
constexpr int all_artifacts = -1;  ///< the element that stands for them

}  // namespace

PageTags::PageTags(const ContentMarks& marks, PdfStructure* structure, Ref page)
    : marks_(marks), structure_(structure != nullptr && !structure->empty() ? structure : nullptr), page_(page) {
  if (structure_ != nullptr) {
    known_.resize(marks.marks().size(), unknown);
  }
}

void PageTags::add_word(int position, int length) {
  if (structure_ == nullptr) {
    return;
  }
  const auto tag = tag_of(marks_.at(position));
  const auto vote = std::find_if(votes_.begin(), votes_.end(), [tag](const auto& one) { return one.first == tag; });
  if (vote == votes_.end()) {
    votes_.emplace_back(tag, length);
  } else {
    vote->second += length;
  }
}

std::int32_t PageTags::of_line() const {
  const auto most =
      std::max_element(votes_.begin(), votes_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == votes_.end() ? -1 : most->first;
}

std::int32_t PageTags::tag_of(std::int32_t mark) {
  if (mark < 0) {
    return -1;
  }
  auto& known = known_[static_cast<std::size_t>(mark)];
  if (known == unknown) {
    known = find(marks_.marks()[static_cast<std::size_t>(mark)]);
  }
  return known;
}

std::int32_t PageTags::find(const ContentMark& mark) {
  if (mark.is_artifact) {
    return index_of(all_artifacts, {Role::artifact, 0});
  }
  const auto place =
      mark.mcid >= 0 ? structure_->find(mark.form == Ref::INVALID() ? page_ : mark.form, mark.mcid) : std::nullopt;
  return place ? index_of(place->element, place->tag) : -1;
}

std::int32_t PageTags::index_of(int element, Tag tag) {
  const auto [known, is_new] = by_element_.try_emplace(element, static_cast<std::int32_t>(tags_.size()));
  if (is_new) {
    tags_.push_back(tag);
  }
  return known->second;
}

}  // namespace docket::engine
