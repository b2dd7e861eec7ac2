#include "work/document/survey.h"

#include <utility>
#include <variant>

namespace docket {
namespace {

wire::UnitRequest request_for(const JobRecord& record, const FileStatus& status, std::uint16_t file,
                              const std::string& password) {
  wire::UnitRequest request;
  request.kind = UnitKind::probe;
  request.survey = true;
  request.filenames.push_back(status.filename);
  request.type = status.type;
  request.file = file;
  request.options = record.options();
  request.limits = record.limits;
  request.password = password;
  return request;
}

}  // namespace

Result<FileSurvey> survey_file(EngineClient& engine, const JobRecord& record, const FileStatus& status,
                               std::uint16_t file, Fd input, const std::string& password,
                               const std::function<bool()>& stop) {
  const auto request = request_for(record, status, file, password);
  EngineClient::Files files;
  files.input = std::move(input);
  auto end = engine.run(request, std::move(files), {}, {}, stop);
  if (auto* probed = std::get_if<ended::Probed>(&end)) {
    return FileSurvey{.total_pages = probed->total_pages, .scanned = std::move(probed->ranges)};
  }
  if (auto* refused = std::get_if<ended::Refused>(&end)) {
    return FileSurvey{.error = std::move(refused->error)};
  }
  if (auto* failed = std::get_if<ended::Failed>(&end)) {
    return FileSurvey{.error = std::move(failed->error)};
  }
  return fail(ErrorCode::store_unavailable, "The document could not be looked at: no engine is there, or nginx ends.");
}

}  // namespace docket
