#include "job/fingerprint.h"

#include <gtest/gtest.h>

#include <vector>

namespace docket {
namespace {

Sha256 of(const std::vector<std::string>& names, std::initializer_list<Format> formats) {
  JobRecord record;
  for (const auto format : formats) {
    record.document().options.formats.add(format);
  }
  std::vector<FileStatus> files;
  for (const auto& name : names) {
    FileStatus file;
    file.filename = name;
    files.push_back(std::move(file));
  }
  return fingerprint_of(record, files);
}

TEST(Fingerprint, AFilesNameCountsWhereItIsPartOfTheResults) {
  EXPECT_EQ(of({"a"}, {Format::markdown}), of({"b"}, {Format::markdown}));
  EXPECT_NE(of({"a", "x"}, {Format::markdown}), of({"b", "x"}, {Format::markdown}));
  EXPECT_NE(of({"a"}, {Format::html}), of({"b"}, {Format::html}));  // its title
  EXPECT_EQ(of({"a"}, {Format::html}), of({"a"}, {Format::html}));
}

}  // namespace
}  // namespace docket
