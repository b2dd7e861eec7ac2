// What a job's work is: the payload of its record.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "job/options.h"

namespace docket {

/// Kinds of work. Numbers are stored; 1 is not used, since older versions wrote it for something else.
enum class WorkKind : std::uint8_t { document = 0, command = 2 };

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

  friend bool operator==(const CommandWork&, const CommandWork&) = default;
};

using Work = std::variant<DocumentWork, CommandWork>;

inline WorkKind kind_of(const Work& work) noexcept {
  return std::holds_alternative<CommandWork>(work) ? WorkKind::command : WorkKind::document;
}

}  // namespace docket
