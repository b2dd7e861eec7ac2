// What files are served as that a stranger has made and named.
#pragma once

#include <string_view>

namespace docket::http {

struct FileType {
  std::string_view content_type = "application/octet-stream";
  bool is_shown = false;  ///< browsers show it safely, under Content-Security-Policy: sandbox
};

/// By the ending of the name, from a table of ours.
FileType file_type_of(std::string_view name) noexcept;

}  // namespace docket::http
