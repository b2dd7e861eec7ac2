#include "process/tessdata.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace docket {
namespace fs = std::filesystem;

std::string tessdata_folder() {
  std::error_code ignored;
  if (const char* prefix = std::getenv("TESSDATA_PREFIX"); prefix != nullptr && fs::is_directory(prefix, ignored)) {
    return prefix;
  }
  constexpr std::array places{"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata",
                              "/usr/share/tessdata", "/usr/local/share/tessdata"};
  for (const char* place : places) {
    if (fs::is_directory(place, ignored)) {
      return place;
    }
  }
  return {};
}

std::vector<std::string> installed_languages() {
  std::vector<std::string> languages;
  std::error_code error;
  for (fs::directory_iterator entry(tessdata_folder(), error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".traineddata" && entry->path().stem() != "osd") {
      languages.push_back(entry->path().stem().string());
    }
  }
  std::sort(languages.begin(), languages.end());
  return languages;
}

}  // namespace docket
