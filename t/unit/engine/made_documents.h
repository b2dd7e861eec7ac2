// Documents that tests make themselves: small, and of known words.
#pragma once

#include <string>

#include "base/fd.h"

namespace docket::engine::test {

/// A PDF with `pages` pages of text; page n says "Page number n" and "The quick brown fox", `lines` times.
std::string text_pdf(unsigned pages, unsigned lines = 1);

/// A report of `pages` full pages, no two alike: a running header and page numbers, headings, paragraphs, a table with
/// rules on each fourth page; `with_images`: a picture on each, none as another.
std::string report_pdf(unsigned pages, bool with_images = false);

/// A PDF of scanned pages, each with a line of text at its foot: "Exhibit".
std::string stamped_scan_pdf(unsigned pages, unsigned lines = 4);

/// A scan of `lines` lines of print as a TIFF of `pages` equal pages: each takes a second or so to recognise.
std::string scan_tiff(unsigned pages, unsigned lines = 40);

/// The bytes in a file without a name, to be read.
Fd file_of(const std::string& bytes);

/// A file without a name to be appended to.
Fd empty_file();

/// All that is in a file, whatever its position.
std::string contents(const Fd& file);

}  // namespace docket::engine::test
