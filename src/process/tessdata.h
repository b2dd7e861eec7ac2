// Which languages Tesseract has models for on this machine.
#pragma once

#include <string>
#include <vector>

namespace docket {

/// The folder with the models: $TESSDATA_PREFIX if it is set, else the first of the places where Debian's and
/// upstream's packages put them that is there. Empty if there is none.
std::string tessdata_folder();

/// The names of the models in tessdata_folder() that recognise text, sorted; not `osd`, which tells orientation only.
std::vector<std::string> installed_languages();

}  // namespace docket
