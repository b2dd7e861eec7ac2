#include "document/tessdata.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace docket {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 5> default_folders{"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata",
                                                     "/usr/local/share/tessdata", "/usr/share/tesseract-ocr/tessdata",
                                                     "/usr/share/tesseract-ocr/4.00/tessdata"};

void add_models(const fs::path& folder, const std::string& prefix, std::vector<std::string>& languages) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto& file = entry->path();
    if (file.extension() == ".traineddata" && file.stem() != "osd") {
      languages.push_back(prefix + file.stem().string());
    }
  }
}

}  // namespace

std::string tessdata_folder() {
  std::error_code error;
  // No thread of our processes changes the environment.
  if (const char* const prefix = std::getenv("TESSDATA_PREFIX");  // NOLINT(concurrency-mt-unsafe)
      prefix != nullptr && fs::is_directory(prefix, error)) {
    return prefix;
  }
  const auto* const found = std::find_if(default_folders.begin(), default_folders.end(),
                                         [&error](const char* folder) { return fs::is_directory(folder, error); });
  return found == default_folders.end() ? std::string() : *found;
}

std::vector<std::string> installed_languages(const std::string& folder) {
  std::vector<std::string> languages;
  if (!folder.empty()) {
    add_models(folder, "", languages);
    add_models(fs::path(folder) / "script", "script/", languages);
  }
  std::sort(languages.begin(), languages.end());
  return languages;
}

}  // namespace docket
