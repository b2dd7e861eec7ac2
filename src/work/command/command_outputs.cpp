#include "work/command/command_outputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "host/file_io.h"

namespace docket {
namespace {

bool is_result(std::string_view name) noexcept {
  return name.starts_with("result.") && name.find('/') == std::string_view::npos;
}

/// Whether one of the files, or sections, is the result, so that `other` is not asked for.
bool has_result(const auto& named, std::string_view other) {
  return std::ranges::any_of(named, [&](const auto& one) { return is_result(one.name) || one.name == other; });
}

Section section_of(const std::string& name, std::uint64_t offset, std::uint64_t length) {
  return {.format = std::nullopt,
          .representation = Representation::raw,
          .offset = offset,
          .length = length,
          .sum = 0,
          .name = name};
}

/// By name; of those with one name (of what is no UTF-8) the first stays.
void sort_sections(Outputs& outputs) {
  auto& sections = outputs.sections;
  const auto same_name = [](const Section& a, const Section& b) { return a.name == b.name; };
  std::ranges::stable_sort(sections, {}, &Section::name);
  sections.erase(std::unique(sections.begin(), sections.end(), same_name), sections.end());
}

/// A file to be stored: below one of two folders.
struct Source {
  int folder;
  std::string path;
  std::string name;
  std::uint64_t size;
};

/// Appends `length` bytes of `from` to `to`.
Result<void> append(int from, int to, std::uint64_t length) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): is read into
  while (length > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer.size()));
    const auto got = ::read(from, buffer.data(), wanted);
    if (got == 0 || (got < 0 && errno != EINTR)) {
      return fail_errno("read", got == 0 ? EIO : errno);
    }
    for (ssize_t done = 0; done < got;) {
      const auto put = ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno != EINTR) {
        return fail_writing("write", errno);
      }
      done += std::max<ssize_t>(put, 0);
    }
    length -= static_cast<std::uint64_t>(std::max<ssize_t>(got, 0));
  }
  return {};
}

}  // namespace

const Section* main_output(const Outputs& outputs) noexcept {
  const Section* best = nullptr;
  for (const auto& section : outputs.sections) {
    if (section.name == "result.json") {
      return &section;
    }
    const bool is_better = is_result(section.name) ? best == nullptr || !is_result(best->name)
                                                   : section.name == standard_output && best == nullptr;
    best = is_better ? &section : best;
  }
  return best;
}

Result<void> check_standard_output(const launch::Exited& exited, std::uint64_t size, const FoundFiles& found,
                                   std::uint64_t max_bytes) {
  if (has_result(found.files, standard_output)) {
    return {};
  }
  if (exited.result_errno != 0) {
    return fail_writing("write standard output", exited.result_errno);
  }
  if (exited.result_cut || size > max_bytes - std::min(max_bytes, found.bytes)) {
    return fail(ErrorCode::command_failed, "with its standard output, which is its result, it left more than " +
                                               std::to_string(max_bytes) + " bytes (docket_command_output)");
  }
  return {};
}

Result<std::optional<Outputs>> read_outputs(const OutputFile& own, const WorkFolder& folder, const FoundFiles& found,
                                            std::string_view result, int result_file) {
  Outputs outputs{.output_file = own, .sections = {}};
  std::string bytes;
  const auto add = [&](int file, const FoundFile& one) -> Result<void> {
    if (one.size > max_inline_outputs - bytes.size()) {
      return fail(ErrorCode::command_failed, "it has grown");
    }
    const auto offset = bytes.size();
    bytes.resize(offset + one.size);
    outputs.sections.push_back(section_of(one.name, offset, one.size));
    return read_at(file, std::span(bytes).subspan(offset), 0);
  };
  if (!found.files.empty() && !folder.each_output(UINT64_MAX, add)) {
    return std::nullopt;
  }
  if (!has_result(outputs.sections, result)) {
    struct stat info {};
    if (::fstat(result_file, &info) != 0) {
      return fail_errno("fstat", errno);
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (auto added = add(result_file, {.path = {}, .name = std::string(result), .size = size}); !added) {
      return std::nullopt;
    }
  }
  sort_sections(outputs);
  outputs.bytes = std::move(bytes);
  return outputs;
}

Result<Outputs> store_outputs(Spool& spool, const JobId& job, const OutputFile& own, const WorkFolder& folder,
                              FoundFiles found, std::string_view result) {
  const auto opened = folder.open_outputs();
  if (!opened) {
    return pass_on(opened);
  }
  std::vector<Source> sources;
  const bool is_complete = has_result(found.files, result);
  for (auto& file : found.files) {
    sources.push_back({opened->get(), std::move(file.path), std::move(file.name), file.size});
  }
  if (!is_complete) {
    struct stat info {};
    if (::fstatat(folder.folder(), WorkFolder::result_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return fail_errno(std::string("fstatat ") + WorkFolder::result_name, errno);
    }
    sources.push_back(
        {folder.folder(), WorkFolder::result_name, std::string(result), static_cast<std::uint64_t>(info.st_size)});
  }
  // The largest one is not copied.
  std::ranges::stable_sort(sources, std::greater{}, &Source::size);
  if (auto adopted = spool.adopt(job, own, sources.front().folder, sources.front().path); !adopted) {
    return pass_on(adopted);
  }
  Outputs outputs{.output_file = own, .sections = {}};
  std::uint64_t offset = 0;
  Result<Fd> stored = spool.open_for_append(job, own);
  for (const auto& source : sources) {
    if (!stored) {
      return pass_on(stored);
    }
    if (&source != &sources.front() && source.size > 0) {
      if (::fchmodat(source.folder, source.path.c_str(), S_IRUSR, 0) != 0) {
        return fail_errno("fchmodat " + source.path, errno);
      }
      const Fd from(::openat(source.folder, source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
      if (!from) {
        return fail_errno("open " + source.path, errno);
      }
      if (auto appended = append(from.get(), stored->get(), source.size); !appended) {
        return pass_on(appended);
      }
    }
    outputs.sections.push_back(section_of(source.name, offset, source.size));
    offset += source.size;
  }
  sort_sections(outputs);
  return outputs;
}

Result<Outputs> copy_outputs(Spool& spool, const JobId& job, const OutputFile& own, const WorkFolder& folder,
                             std::uint64_t max_bytes, std::string_view result, int result_file) {
  auto stored = spool.open_for_append(job, own);
  if (!stored) {
    return pass_on(stored);
  }
  Outputs outputs{.output_file = own, .sections = {}};
  std::uint64_t offset = 0;
  const auto add = [&](int file, const FoundFile& found) -> Result<void> {
    if (auto appended = append(file, stored->get(), found.size); !appended) {
      return appended.error().code == ErrorCode::store_full
                 ? appended
                 : fail(ErrorCode::command_failed, "the file " + found.name + " was changed while it was stored");
    }
    outputs.sections.push_back(section_of(found.name, offset, found.size));
    offset += found.size;
    return {};
  };
  if (auto copied = folder.each_output(max_bytes, add); !copied) {
    return pass_on(copied);
  }
  if (!has_result(outputs.sections, result)) {
    struct stat info {};
    if (::fstat(result_file, &info) != 0 || ::lseek(result_file, 0, SEEK_SET) != 0) {
      return fail_errno("fstat", errno);
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (auto added = add(result_file, {.path = {}, .name = std::string(result), .size = size}); !added) {
      return pass_on(added);
    }
  }
  sort_sections(outputs);
  return outputs;
}

}  // namespace docket
