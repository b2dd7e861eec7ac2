// Which languages Tesseract has models for on this machine: one answer for `nginx -t`, the workers and the engine.
#pragma once

#include <string>
#include <vector>

namespace docket {

/// The folder with the models: $TESSDATA_PREFIX if that is one, else the first of the places where Debian's and
/// upstream's packages put them that is there. Empty if there is none. nginx takes the environment from its workers:
/// they are told what the master found.
std::string tessdata_folder();

/// The names of the models in `folder` that recognise text, sorted; scripts as "script/Latin". Not `osd`, which tells
/// orientation only.
std::vector<std::string> installed_languages(const std::string& folder);

}  // namespace docket
