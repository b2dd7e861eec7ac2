// docket-launch: the program that starts the programs of docket_command, for the nginx module Docket. See
// protocol/launch.h for how it is spoken to.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/version.h"
#include "launch/server.h"
#include "protocol/launch.h"
#include "protocol/wire.h"
#include "sandbox/oom_score.h"

namespace {

constexpr int exit_usage = 2;

int explain(std::FILE* to, int code) {
  std::fputs(
      "docket-launch starts the programs of docket_command for nginx's Docket module, which starts it by itself.\n"
      "It has no use at a terminal; to run commands, talk to nginx.\n"
      "  docket-launch --version    print version and protocol\n",
      to);
  return code;
}

/// Whether our control socket is where a worker puts it.
bool has_control() {
  int type = 0;
  socklen_t size = sizeof(type);
  return ::getsockopt(docket::wire::control_descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         type == SOCK_SEQPACKET;
}

}  // namespace

int main(int count, char** arguments) {
  bool serve = false;
  bool strict = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument(arguments[i]);
    if (argument == "--version") {
      std::printf("docket-launch %s, protocol %u\n", std::string(docket::version).c_str(),
                  docket::launch::protocol_version);
      return EXIT_SUCCESS;
    }
    if (argument == "--help") {
      return explain(stdout, EXIT_SUCCESS);
    }
    if (argument == "--serve") {
      serve = true;
    } else if (argument == "--sandbox" && i + 1 < count) {
      strict = std::string_view(arguments[++i]) == "strict";
    } else {
      return explain(stderr, exit_usage);
    }
  }
  if (!serve || !has_control()) {
    return explain(stderr, exit_usage);
  }
  // The process that was spawned ends at once and well, so that nginx, whose SIGCHLD handler waits for every child of
  // a worker, never has to complain about one. Its child is the server.
  std::array<int, 2> ends{-1, -1};
  const bool piped = ::pipe2(ends.data(), O_CLOEXEC) == 0;
  const auto server = piped ? ::fork() : -1;
  if (server != 0) {
    ::_exit(server > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  // Until it is gone: then nobody else may be in our control group.
  ::close(ends[1]);
  char nothing = 0;
  while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) {
  }
  ::close(ends[0]);
  docket::offer_for_oom();  // all programs inherit it
  return docket::launch::Server::serve(docket::Fd(docket::wire::control_descriptor), strict);
}
