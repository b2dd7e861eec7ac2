// A PDF file, opened with its password.
#pragma once

#include <PDFDoc.h>
#include <goo/gfile.h>

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/model/mapped_file.h"

namespace docket::engine {

/// A document whose file stays open behind it: `document` reads from one of the others, which outlive it.
struct OpenPdf {
  std::optional<MappedFile> bytes;
  std::unique_ptr<GooFile> file;
  std::unique_ptr<PDFDoc> document;
};

/// Whether its password is missing or wrong.
bool is_locked(const OpenPdf& open);

/// The document, opened with the password as user's or owner's one, or without any if that does. Takes no ownership of
/// `fd`. It may be locked or damaged.
Result<OpenPdf> unlock(int fd, const std::string& password);

}  // namespace docket::engine
