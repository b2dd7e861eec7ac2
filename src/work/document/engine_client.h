// The worker's side of docket-engine: starts the fork server when first needed, hands it units, hears how they end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "protocol/wire.h"
#include "work/document/unit_session.h"

namespace docket {

/// One fork server a worker, started when first needed, started again after it died, stopped when idle.
/// Owned by the worker from init_process to exit_process; run() is called on pool threads, several at once.
class EngineClient {
 public:
  struct Config {
    std::string program;                             ///< path of docket-engine
    std::string languages;                           ///< warmed at start, "" none
    std::string tessdata = {};                       ///< folder of the models, "" the usual one
    bool strict_sandbox = false;                     ///< docket_sandbox strict
    std::chrono::milliseconds idle{60'000};          ///< stopped after so long without a unit
    std::chrono::milliseconds exit_grace{5'000};     ///< a child that lives so long after its last word is killed
    std::function<void(std::string_view)> log = {};  ///< told of each start that fails; any thread; may be empty
  };
  explicit EngineClient(const Config& config);
  ~EngineClient();
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  struct Files {
    Fd input;                     ///< the upload; for assemble the pages file, read-only
    Fd output;                    ///< the unit's own output, for appending; -1 where it writes to `pages`
    Fd pages;                     ///< the pages file for appending; -1 where not needed
    std::vector<Fd> documents{};  ///< the job's files, where assemble needs them; wire::max_documents at most
  };

  /// Runs one unit to its end and says how it ended, in the words of job/progress: Completed, RangeDone, Probed,
  /// Refused, Failed, Released. `stop` is asked several times a second, on this thread; when it says true the
  /// child is killed. Blocks. Pages and results are said to stand in `own` if there is an output, else in the pages
  /// file.
  ///
  /// Released has owner_lost if the engine died with the unit in its hands. Without, `stop` said so, or no engine
  /// can be started at the moment: then health() is an error and trying at once again is no use.
  UnitEnd run(const wire::UnitRequest& request, Files files, const OutputFile& own, const UnitEvents& events,
              const std::function<bool()>& stop);

  /// Starts the engine if none runs, unless a start failed a moment ago. Blocks while it starts.
  Result<void> prepare(const std::function<bool()>& stop);

  /// Stops an idle fork server; cheap; called now and then on a pool thread.
  void stop_if_idle();

  /// Whether an engine can be started: nothing wrong so far, or the error of the last start (missing program, other
  /// protocol version, sandbox refused). For /health: no blocking.
  [[nodiscard]] Result<void> health() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docket
