// The languages of recognition as everybody else names them.
#pragma once

#include <string_view>

namespace docket {

/// The language tag (BCP 47) of a model of Tesseract's: "de" for "deu", "zh-Hans" for "chi_sim". Empty where several
/// languages are named ("deu+eng"), and for what is none that Tesseract's own models have: scripts, and an operator's
/// models.
std::string_view language_tag(std::string_view tesseract) noexcept;

}  // namespace docket
