// The files of src/ui, as src/ui/embed.cmake puts them into the module.
#pragma once

#include <span>
#include <string_view>

namespace docket::ngx {

struct Asset {
  std::string_view name;  ///< as in src/ui
  std::string_view content_type;
  std::string_view plain;
  std::string_view gzipped;
};

/// The document is "index.html".
extern const std::span<const Asset> page_assets;

/// Changes when any of them does; part of all their addresses but the document's.
extern const std::string_view page_assets_hash;

}  // namespace docket::ngx
