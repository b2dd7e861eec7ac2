// A real docket-launch and programs that it starts.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "engine/processes.h"
#include "protocol/launch.h"
#include "protocol/seqpacket.h"
#include "protocol/wire.h"

namespace docket::launch::test {

namespace fs = std::filesystem;
using engine::test::eventually;
using engine::test::slurp;

/// What the server may make of namespaces.
enum class Surroundings {
  ours,         ///< what whoever runs the tests may
  user,         ///< what a user without privileges may
  none,         ///< nothing: as in most containers
  no_landlock,  ///< and that without Landlock
};

/// What became of one program.
struct Done {
  std::optional<Exited> exited;
  std::optional<wire::Ended> ended;
  std::vector<Progress> progress;
  std::vector<LogLines> log_lines;
  std::string log;
  std::string result;

  [[nodiscard]] bool is(Exited::Why why) const { return exited && exited->why == why; }
  [[nodiscard]] int exit_code() const;
  [[nodiscard]] int signal() const;
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::uint32_t left_out() const;
};
std::ostream& operator<<(std::ostream& out, const Done& done);

/// A running program, as its worker sees it.
struct Running {
  /// The next message; nothing at the end of the socket, or if none comes in 60 s.
  std::optional<FromSupervisor> next();
  /// Messages up to one of this kind, which is given back.
  template <class Kind>
  std::optional<Kind> await() {
    while (auto message = next()) {
      note(*message);
      if (const auto* wanted = std::get_if<Kind>(&*message)) {
        return *wanted;
      }
    }
    return std::nullopt;
  }
  /// Waits for both ends.
  Done finish();
  /// Waits for the server's word only.
  std::optional<wire::Ended> await_ended();

  Fd socket;
  Fd end;
  fs::path log;
  fs::path result;
  Done done = {};

  void note(const FromSupervisor& message);
};

class LaunchTest : public ::testing::TestWithParam<Surroundings> {
 protected:
  static void SetUpTestSuite();
  void SetUp() override;
  void TearDown() override;

  /// Starts the server; `arguments` behind --serve. Its greeting is in hello_.
  void serve(Surroundings surroundings, const std::vector<std::string>& arguments = {"--sandbox", "auto"});
  /// The server's process.
  pid_t server();
  [[nodiscard]] bool has_namespaces() const { return hello_.sandbox.find("PID namespaces") != std::string::npos; }
  [[nodiscard]] bool has_landlock() const { return hello_.sandbox.find("no landlock") == std::string::npos; }
  [[nodiscard]] bool has_seccomp() const { return hello_.sandbox.find("no seccomp") == std::string::npos; }

  /// A program with a folder of its own, without limits that are felt.
  Request request(std::vector<std::string> arguments);
  /// The same for a script of /bin/sh, and of python.
  Request shell(const std::string& script);
  Request python(const std::string& script);
  /// A script that stands in a file; its path.
  std::string file(const std::string& name, const std::string& text);

  /// `buffer`: bytes that the program socket takes at least while nobody reads it; 0: as many as usual.
  std::unique_ptr<Running> start(const Request& request, int buffer = 0);
  Done run(const Request& request);
  /// Hands a Job to a program that stays, with a log and a result of its own, whose names begin with `name`, its id.
  void give(Running& running, const std::string& line, const std::string& name, std::uint32_t time_ms = 0);

  /// Those that carry this word in their environment: a program and all that it has started.
  static std::vector<pid_t> marked(const std::string& word);
  /// A word of this test's for marked(), and the variable that carries it.
  std::string mark(Request& request);

  fs::path root_;
  Fd control_;
  wire::Hello hello_;
  int folders_ = 0;
};

inline std::string name_of(const ::testing::TestParamInfo<Surroundings>& tested) {
  return tested.param == Surroundings::ours ? "Ours" : tested.param == Surroundings::user ? "User" : "None";
}
inline auto all_surroundings() {
  return ::testing::Values(Surroundings::ours, Surroundings::user, Surroundings::none);
}

}  // namespace docket::launch::test
