#include "settings/versioned_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "base/file_lock.h"
#include "base/folder.h"
#include "base/hex.h"
#include "base/json_text.h"
#include "base/sha256.h"
#include "host/file_io.h"

namespace docket::settings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kept_ending = ".yaml";
constexpr std::string_view new_ending = ".new";
constexpr std::size_t max_head = 16'384;  // a name of 1024 bytes, escaped, and what else there is
constexpr mode_t private_mode = 0600;
constexpr mode_t permissions = 0777;

tl::unexpected<Error> unusable(std::string_view what) {
  return fail(ErrorCode::store_unavailable,
              "The settings cannot be used: " + std::string(what) +
                  "; docket_settings_file and its folder have to belong to the user of nginx's workers.");
}

tl::unexpected<Error> unusable(std::string_view call, const std::string& path) {
  return unusable(std::string(call) + " " + path + ": " + std::generic_category().message(errno));
}

/// Nothing: there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max_size) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file && errno == ENOENT) {
    return std::nullopt;
  }
  if (!file || ::fstat(file.get(), &status) != 0) {
    return unusable("open", path);
  }
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) > max_size) {
    return unusable(path + " is no file of at most " + std::to_string(max_size / 1024) + " KB");
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (auto all = read_at(file.get(), text, 0); !all) {
    return unusable("read", path);
  }
  return text;
}

/// Writes a file, on the disk, under another name first.
Result<void> write_file(const std::string& path, std::string_view text, mode_t mode) {
  const auto temporary = path + ".tmp";
  ::unlink(temporary.c_str());
  const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, private_mode));
  if (!file || ::fchmod(file.get(), mode) != 0) {
    return unusable("open", temporary);
  }
  if (auto all = write_at(file.get(), text, 0); !all) {
    return unusable("write", temporary);
  }
  if (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return unusable("rename", temporary);
  }
  return {};
}

std::string head_of(const Version& version) {
  std::string head = R"(# {"version":)";
  append_json_number(head, version.number);
  head += R"(,"by":)";
  append_json_string(head, version.by);
  head += R"(,"at_ms":)";
  append_json_number(head, static_cast<std::uint64_t>(version.at_ms));
  head += R"(,"sum":)";
  append_json_string(head, version.sum);
  return head + "}\n";
}

/// Takes the first line off a stored version; nothing if it is none.
std::optional<Version> take_head(std::string& text) {
  const auto end = text.find('\n');
  if (!text.starts_with("# ") || end == std::string::npos) {
    return std::nullopt;
  }
  const auto head =
      nlohmann::json::parse(text.begin() + 2, text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
  text.erase(0, end + 1);
  const auto is_there = [&head](const char* name, auto is_type) {
    return head.contains(name) && (head[name].*is_type)();
  };
  using Json = nlohmann::json;
  if (!head.is_object() || !is_there("version", &Json::is_number_unsigned) || !is_there("by", &Json::is_string) ||
      !is_there("at_ms", &Json::is_number_unsigned) || !is_there("sum", &Json::is_string)) {
    return std::nullopt;
  }
  return Version{.number = head["version"].get<std::uint64_t>(),
                 .by = head["by"].get<std::string>(),
                 .at_ms = head["at_ms"].get<std::int64_t>(),
                 .sum = head["sum"].get<std::string>()};
}

std::int64_t modified_ms(const std::string& path) {
  struct stat status {};
  constexpr std::int64_t ms = 1000;
  constexpr std::int64_t ns = 1'000'000;
  return ::stat(path.c_str(), &status) == 0 ? status.st_mtim.tv_sec * ms + status.st_mtim.tv_nsec / ns : 0;
}

Result<Fd> lock_changes(const std::string& folder) {
  if (auto made = make_folder(folder); !made) {
    return unusable(made.error().detail);
  }
  auto lock = wait_for_lock(folder + "/lock");
  return lock ? std::move(lock) : unusable(lock.error().detail);
}

}  // namespace

/// A file in FILE.d.
struct VersionedFile::Stored {
  Version version;
  std::string path;
  std::string text;
  bool is_new = false;
};

std::string text_sum(std::string_view text) {
  const auto digest = sha256(text);
  std::string sum;
  append_hex(sum, {reinterpret_cast<const char*>(digest.data()), digest.size() / 2});
  return sum;
}

/// FILE, or what it is a symbolic link to: that is replaced, not the link.
std::string VersionedFile::target() const {
  std::error_code failed;
  const auto real = fs::canonical(path_, failed);
  return failed ? path_ : real.string();
}

Result<std::optional<std::string>> VersionedFile::read() const {
  return read_file(path_, max_size);
}

/// The newest first. What cannot be read is left out.
std::vector<VersionedFile::Stored> VersionedFile::stored() const {
  std::vector<Stored> found;
  std::error_code failed;
  for (fs::directory_iterator entry(folder(), failed), end; !failed && entry != end; entry.increment(failed)) {
    Stored one;
    one.path = entry->path().string();
    one.is_new = one.path.ends_with(new_ending);
    if (!one.is_new && !one.path.ends_with(kept_ending)) {
      continue;
    }
    auto text = read_file(one.path, max_size + max_head);
    if (!text || !*text) {
      continue;
    }
    one.text = std::move(**text);
    if (auto version = take_head(one.text)) {
      one.version = std::move(*version);
      found.push_back(std::move(one));
    }
  }
  std::ranges::sort(found, [](const Stored& a, const Stored& b) { return a.version.number > b.version.number; });
  return found;
}

Result<void> VersionedFile::keep(const std::string& name, const Version& version, std::string_view text) const {
  return write_file(folder() + "/" + name, head_of(version).append(text), private_mode);
}

/// Ends what was begun by a process that did not get to its end.
Result<void> VersionedFile::settle(const std::optional<std::string>& current) const {
  for (const auto& one : stored()) {
    if (!one.is_new) {
      continue;
    }
    const bool is_in_force = current && one.version.sum == text_sum(*current);
    const auto kept = one.path.substr(0, one.path.size() - new_ending.size()) + std::string(kept_ending);
    if (is_in_force ? ::rename(one.path.c_str(), kept.c_str()) != 0 : ::unlink(one.path.c_str()) != 0) {
      return unusable("rename", one.path);
    }
  }
  return {};
}

Result<void> VersionedFile::replace(std::string_view text, std::string_view by, std::int64_t now_ms,
                                    const Check& check) const {
  const auto lock = lock_changes(folder());
  if (!lock) {
    return pass_on(lock);
  }
  auto current = read();
  if (!current) {
    return pass_on(current);
  }
  if (auto may = check(*current); !may) {
    return may;
  }
  if (*current && **current == text) {
    return {};
  }
  if (auto settled = settle(*current); !settled) {
    return settled;
  }
  auto known = stored();
  auto newest = known.empty() ? Version{} : known.front().version;
  if (*current && newest.sum != text_sum(**current)) {  // it was written by other hands
    newest = {.number = newest.number + 1, .by = {}, .at_ms = modified_ms(path_), .sum = text_sum(**current)};
    if (auto kept = keep(std::to_string(newest.number) + std::string(kept_ending), newest, **current); !kept) {
      return kept;
    }
  }
  const Version made{.number = newest.number + 1, .by = std::string(by), .at_ms = now_ms, .sum = text_sum(text)};
  const auto name = std::to_string(made.number);
  const auto path = target();
  struct stat before {};
  const mode_t mode = ::stat(path.c_str(), &before) == 0 ? before.st_mode & permissions : private_mode;
  auto done = keep(name + std::string(new_ending), made, text)
                  .and_then([&] { return sync_folder(folder()); })
                  .and_then([&] { return write_file(path, text, mode); })
                  .and_then([&] { return sync_folder(fs::path(path).parent_path().string()); });
  if (!done) {
    return done.error().code == ErrorCode::store_unavailable ? done : unusable(done.error().detail);
  }
  // From here on the text is in force: what goes wrong below is ended by the next change.
  const auto base = folder() + "/" + name;
  static_cast<void>(::rename((base + std::string(new_ending)).c_str(), (base + std::string(kept_ending)).c_str()));
  known = stored();
  for (std::size_t i = former_versions + 1; i < known.size(); ++i) {
    ::unlink(known[i].path.c_str());
  }
  return {};
}

Result<std::vector<Version>> VersionedFile::versions() const {
  const auto current = read();
  if (!current) {
    return pass_on(current);
  }
  const auto sum = *current ? text_sum(**current) : std::string();
  std::vector<Version> found;
  for (auto& one : stored()) {
    if (!one.is_new || one.version.sum == sum) {
      found.push_back(std::move(one.version));
    }
  }
  if (!found.empty() && found.front().sum == sum) {
    found.front().current = true;
  } else if (*current) {
    found.insert(found.begin(), Version{.by = {}, .at_ms = modified_ms(path_), .sum = sum, .current = true});
  }
  return found;
}

Result<std::string> VersionedFile::text_of(std::uint64_t number) const {
  for (auto& one : stored()) {
    if (one.version.number == number && !one.is_new) {
      return std::move(one.text);
    }
  }
  return fail(ErrorCode::no_such_result, "There is no version " + std::to_string(number) + " of the settings; " +
                                             std::to_string(former_versions) + " former ones are kept.");
}

}  // namespace docket::settings
