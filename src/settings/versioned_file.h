// A small text file of which former versions are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace docket::settings {

/// What is known of a version.
struct Version {
  std::uint64_t number =
      0;           ///< from 1; 0: in force, but not of ours: it was written by other hands and is not kept yet
  std::string by;  ///< who wrote it; empty: not known
  std::int64_t at_ms = 0;
  std::string sum{};  ///< of its text, see text_sum()
  bool current = false;
};

/// What tells a text from others, in letters and digits: the front half of its SHA-256.
std::string text_sum(std::string_view text);

/// FILE, and former versions in the folder FILE.d beside it: a file each, NUMBER.yaml, whose first line is a comment
/// with who, when and the text's sum, and whose rest is the text. A version is written as NUMBER.new before FILE is
/// replaced, and gets its name afterwards; one that is found as .new is a version only if FILE has its text. Changes
/// are made under the lock of FILE.d/lock, which holds among all processes of the host. A value; may be used on any
/// thread. All blocks.
class VersionedFile {
 public:
  static constexpr std::size_t former_versions = 20;
  static constexpr std::size_t max_size = std::size_t{64} * 1024;

  explicit VersionedFile(std::string path) : path_(std::move(path)) {}

  /// What FILE has; nothing: there is no such file, which is the same as an empty one but for `If-None-Match: *`.
  /// store_unavailable, with what is wrong.
  [[nodiscard]] Result<std::optional<std::string>> read() const;

  /// May this text be replaced? Called under the lock. Nothing: there is no file.
  using Check = std::function<Result<void>(const std::optional<std::string>& current)>;

  /// Gives FILE another text, which is on the disk then, and keeps the one before with those before it. A text that
  /// FILE has already changes nothing. Errors: what `check` says, store_unavailable.
  Result<void> replace(std::string_view text, std::string_view by, std::int64_t now_ms, const Check& check) const;

  /// The newest first.
  [[nodiscard]] Result<std::vector<Version>> versions() const;

  /// The text of a version; not_found.
  [[nodiscard]] Result<std::string> text_of(std::uint64_t number) const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  struct Stored;

  [[nodiscard]] std::string folder() const { return path_ + ".d"; }
  [[nodiscard]] std::string target() const;
  [[nodiscard]] std::vector<Stored> stored() const;
  [[nodiscard]] Result<void> settle(const std::optional<std::string>& current) const;
  [[nodiscard]] Result<void> keep(const std::string& name, const Version& version, std::string_view text) const;

  std::string path_;
};

}  // namespace docket::settings
