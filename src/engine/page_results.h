// A page's own results, which do not wait for the whole document.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/format.h"
#include "engine/model/document.h"
#include "engine/render_options.h"

namespace docket::engine {

/// One representation, as its bytes.
struct Rendering {
  Format format;
  Representation representation;
  std::string bytes;
};

/// A page with what it tells by itself, for results that do not wait for the whole document: heading levels are a
/// guess.
Page resolve_alone(Page page);

/// A resolved page's own results: each format that is a text, and the list of its images, in all representations
/// that are kept of it. `filename` is that of its file.
std::vector<Rendering> render_page(const Page& page, const RenderOptions& options, std::string_view filename = {});

}  // namespace docket::engine
