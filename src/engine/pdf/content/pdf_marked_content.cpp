#include "engine/pdf/content/pdf_marked_content.h"

#include <algorithm>
#include <string_view>

namespace docket::engine {

// Poppler tells no beginning of marks whose properties are a named resource, but their end: what is open may be too
// little, never too much. Contents with an MCID do not stand in each other, so that the next one sets it right.
void ContentMarks::begin(const char* name, Dict* properties) {
  auto mark = open_.empty() ? std::int32_t{-1} : open_.back();
  const bool is_artifact = name != nullptr && std::string_view(name) == "Artifact";
  const auto mcid = properties != nullptr ? properties->lookup("MCID") : Object(objNull);
  if ((is_artifact || mcid.isInt()) && marks_.size() < most_runs) {
    mark = static_cast<std::int32_t>(marks_.size());
    marks_.push_back({.form = forms_.empty() ? Ref::INVALID() : forms_.back(),
                      .mcid = mcid.isInt() && !is_artifact ? mcid.getInt() : -1,
                      .is_artifact = is_artifact});
  }
  if (open_.size() < most_runs) {
    open_.push_back(mark);
  }
  start_run();
}

void ContentMarks::end() {
  if (!open_.empty()) {
    open_.pop_back();
    start_run();
  }
}

void ContentMarks::begin_form(Ref form) {
  forms_.push_back(form);
}

void ContentMarks::end_form() {
  if (!forms_.empty()) {
    forms_.pop_back();
  }
}

void ContentMarks::start_run() {
  const auto mark = open_.empty() ? std::int32_t{-1} : open_.back();
  if (!runs_.empty() && runs_.back().begin == position_) {
    runs_.back().mark = mark;
  } else if (runs_.size() < most_runs) {
    runs_.push_back({position_, mark});
  }
}

std::int32_t ContentMarks::at(int position) const {
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), position, [](int at, const Run& run) { return at < run.begin; });
  return after == runs_.begin() ? -1 : std::prev(after)->mark;
}

}  // namespace docket::engine
