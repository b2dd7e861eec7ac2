#include "http/body/refusals.h"

#include "document/media_type.h"

namespace docket::http {

std::string names_of_types(std::uint32_t types) {
  std::string names;
  for (const auto& entry : all_media_types) {
    if ((types & (std::uint32_t{1} << static_cast<unsigned>(entry.type))) != 0) {
      names.append(names.empty() ? "" : ", ").append(entry.name);
    }
  }
  return names;
}

std::string unsupported_type_detail(std::string_view what, std::uint32_t taken_types) {
  return std::string(what) + " is of no type that is taken here (" + names_of_types(taken_types) +
         "; docket_types sets them). The first bytes tell, not the name.";
}

std::string empty_file_detail(std::string_view filename) {
  return "The file \"" + std::string(filename) + "\" is empty.";
}

std::string too_many_files_detail(std::uint64_t most) {
  return "More than " + std::to_string(most) + " files; docket_max_files sets the limit.";
}

}  // namespace docket::http
