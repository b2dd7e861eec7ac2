// What a job's work is: the payload of its record.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "job/options.h"

namespace docket {

/// Kinds of work. Numbers are stored; 1 is not used, since older versions wrote it for something else.
enum class WorkKind : std::uint8_t { document = 0, command = 2, upstream = 3 };

constexpr bool is_kind(WorkKind kind) noexcept {
  return kind == WorkKind::document || kind == WorkKind::command || kind == WorkKind::upstream;
}

/// Documents to be read.
struct DocumentWork {
  Options options;

  friend bool operator==(const DocumentWork&, const DocumentWork&) = default;
};

/// A program to be run (docket_command): what the location said when the job was accepted.
struct CommandWork {
  std::vector<std::string> arguments;  ///< the first one is the program's absolute path
  std::vector<std::string> readable;   ///< docket_command_paths
  std::uint64_t log_size = 0;          ///< docket_command_log, in bytes
  std::uint64_t output_size = 0;       ///< docket_command_output, in bytes
  std::uint32_t workers = 0;           ///< workers=N; 0: a program is started for each unit
  bool per_file = false;               ///< a unit a file, not one for the whole job
  bool network = false;
  std::string settings{};  ///< the map `command` of docket_settings_file, a JSON object; empty: there is none

  friend bool operator==(const CommandWork&, const CommandWork&) = default;
};

/// A request to be sent to another server (docket_pass). Its header fields may say who the client is: they are the
/// job's secret, sealed, and forgotten when it is final. Its body, if it has one, is the job's only file.
struct UpstreamWork {
  std::string method;
  std::string url;                  ///< absolute, http or https
  std::string socket;               ///< path of the UNIX socket that the server listens on; empty: the URL's host
  std::uint64_t response_size = 0;  ///< docket_pass_response, in bytes
  std::uint16_t failing = 0;        ///< docket_pass_fail_on: bit n for responses of n hundred

  friend bool operator==(const UpstreamWork&, const UpstreamWork&) = default;
};

using Work = std::variant<DocumentWork, CommandWork, UpstreamWork>;

inline WorkKind kind_of(const Work& work) noexcept {
  constexpr std::array<WorkKind, std::variant_size_v<Work>> kinds{WorkKind::document, WorkKind::command,
                                                                  WorkKind::upstream};
  return kinds[work.index()];
}

}  // namespace docket
