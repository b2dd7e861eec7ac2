#include "work/command/command_inputs.h"

#include <cstddef>

#include "base/hex.h"
#include "base/json_text.h"

namespace docket {
namespace {

constexpr std::string_view mime_of_others = "application/octet-stream";

/// `[{"name": …, "path": …, "size": …, "type": …, "sha256": …}, …]`: the files that the unit is given.
std::string files_json(const WorkFolder& folder, const ClaimedUnit& claimed) {
  std::string json = "[";
  const auto& files = claimed.status.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (claimed.unit.file != Unit::whole_job && claimed.unit.file != i) {
      continue;
    }
    const auto& file = files[i];
    json += json.size() == 1 ? R"({"name":)" : R"(,{"name":)";
    append_json_string(json, file.filename);
    json += R"(,"path":)";
    append_json_string(json, folder.input_path(std::to_string(i)));
    json += R"(,"size":)";
    append_json_number(json, file.size);
    json += R"(,"type":)";
    append_json_string(json, file.type == MediaType::unknown ? mime_of_others : info(file.type).mime);
    json += R"(,"sha256":")";
    append_hex(json, {reinterpret_cast<const char*>(file.sha256.data()), file.sha256.size()});
    json += R"("})";
  }
  return json + "]";
}

/// The map `command` of the settings when the job was accepted.
std::string_view settings_of(const ClaimedUnit& claimed) {
  const auto* work = std::get_if<CommandWork>(&claimed.record.work);
  return work == nullptr || work->settings.empty() ? std::string_view("{}") : work->settings;
}

/// What all programs are given.
launch::Request basic_request(const WorkFolder& folder, const CommandWork& work, const Limits& limits) {
  launch::Request request;
  request.arguments = work.arguments;
  request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
                         "HOME=" + folder.path(), "TMPDIR=" + folder.path() + "/tmp"};
  request.folder = folder.path();
  request.readable = work.readable;
  request.network = work.network;
  request.memory = limits.memory;
  request.log_size = work.log_size;
  request.result_size = work.output_size;
  request.file_size = work.output_size + 1;  // so that what is cut off is found to be too much
  return request;
}

}  // namespace

Result<void> link_inputs(WorkFolder& folder, const Spool& spool, const ClaimedUnit& claimed) {
  const auto& unit = claimed.unit;
  for (std::uint32_t i = 0; i < claimed.status.files.size(); ++i) {
    if (unit.file != Unit::whole_job && unit.file != i) {
      continue;
    }
    if (auto linked = folder.link_input(spool.absolute(Spool::input_path(unit.job, i)), std::to_string(i)); !linked) {
      return linked;
    }
  }
  return {};
}

Result<void> write_lists(WorkFolder& folder, const ClaimedUnit& claimed, std::string_view fields) {
  return folder.write_input("files.json", files_json(folder, claimed))
      .and_then([&] { return folder.write_input("fields.json", fields.empty() ? "{}" : fields); })
      .and_then([&] { return folder.write_input("settings.json", settings_of(claimed)); });
}

std::string job_line(const WorkFolder& folder, const ClaimedUnit& claimed, std::string_view fields) {
  std::string line = R"({"job_id":")" + claimed.unit.job.text() + R"(","fields":)";
  line += fields.empty() ? std::string_view("{}") : fields;
  line += R"(,"files":)" + files_json(folder, claimed) + R"(,"output_dir":)";
  append_json_string(line, folder.outputs());
  if (const auto& parent = claimed.record.origin.traceparent; !parent.empty()) {
    line += R"(,"traceparent":)";
    append_json_string(line, parent);
  }
  line += R"(,"settings":)";
  line += settings_of(claimed);
  return line + "}";
}

launch::Request request_to_stay(const WorkFolder& folder, const CommandWork& work, const Limits& limits) {
  auto request = basic_request(folder, work, limits);
  request.stays = true;
  return request;
}

launch::Request launch_request(const WorkFolder& folder, const ClaimedUnit& claimed, const CommandWork& work) {
  const auto& limits = claimed.record.limits;
  auto request = basic_request(folder, work, limits);
  auto& environment = request.environment;
  environment.push_back("DOCKET_JOB_ID=" + claimed.unit.job.text());
  environment.push_back("DOCKET_INPUT_DIR=" + folder.inputs());
  environment.push_back("DOCKET_FIELDS=" + folder.input_path("fields.json"));
  environment.push_back("DOCKET_SETTINGS=" + folder.input_path("settings.json"));
  environment.push_back("DOCKET_OUTPUT_DIR=" + folder.outputs());
  if (claimed.unit.file != Unit::whole_job) {
    environment.push_back("DOCKET_FILE=" + folder.input_path(std::to_string(claimed.unit.file)));
  }
  if (const auto& parent = claimed.record.origin.traceparent; !parent.empty()) {
    environment.push_back("DOCKET_TRACEPARENT=" + parent);
  }
  request.cpu_seconds = limits.cpu_seconds;
  request.time_ms = limits.unit_ms;
  return request;
}

}  // namespace docket
