// What differs between the versions of Poppler that Docket builds with (22.12, 24.02 and 25.03 are checked): its
// headers are private and change without notice. What is there is detected, not looked up by a version number, so that
// a version in between builds as well. Nothing else in the engine may depend on Poppler's version.
#pragma once

#include <Object.h>
#include <OutputDev.h>
#include <UTF.h>

#include <concepts>
#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace docket::engine {
namespace poppler_version {

/// An output device whose forms are begun by beginForm(Ref), as in Poppler 22.12.
template <class Device>
class FormsByReference : public Device {
 protected:
  virtual void begin_form(Ref /*form*/) {}
  virtual void end_form() {}

 private:
  void beginForm(Ref form) final { begin_form(form); }
  void endForm(Ref /*form*/) final { end_form(); }
};

/// One whose forms are begun by beginForm(Object*, Ref), as in Poppler 24.02.
template <class Device>
class FormsByObject : public Device {
 protected:
  virtual void begin_form(Ref /*form*/) {}
  virtual void end_form() {}

 private:
  void beginForm(Object* /*form*/, Ref reference) final { begin_form(reference); }
  void endForm(Object* /*form*/, Ref /*reference*/) final { end_form(); }
};

}  // namespace poppler_version

/// The base of our output devices: Poppler's, but with begin_form(Ref) and end_form() in every version.
using PopplerDevice =
    std::conditional_t<std::is_same_v<decltype(&OutputDev::beginForm), void (OutputDev::*)(Ref)>,
                       poppler_version::FormsByReference<OutputDev>, poppler_version::FormsByObject<OutputDev>>;

/// The characters of a PDF text string (ISO 32000-1, 7.9.2.2). A template, so that only one branch has to compile.
template <std::same_as<std::string> Text>
std::vector<Unicode> characters_of(const Text& text) {
  if constexpr (requires { TextStringToUCS4(text); }) {
    return TextStringToUCS4(text);
  } else {
    Unicode* characters = nullptr;
    const int length = TextStringToUCS4(text, &characters);
    const std::unique_ptr<Unicode, decltype(&std::free)> owner(characters, &std::free);
    return length > 0 && characters != nullptr ? std::vector<Unicode>(characters, characters + length)
                                               : std::vector<Unicode>();
  }
}

/// Puts a stream of image rows before the first. Newer versions say whether that succeeded; in all of them the rows of
/// a stream where it did not are missing, which callers have to see to anyway.
template <class Rows>
void begin_rows(Rows& rows) {
  if constexpr (requires { rows.rewind(); }) {
    (void)rows.rewind();
  } else {
    (void)rows.reset();
  }
}

}  // namespace docket::engine
