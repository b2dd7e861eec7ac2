// docket-engine: the program that reads documents, for the nginx module Docket. See protocol/wire.h for how it is
// spoken to.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/version.h"
#include "engine/fork_server.h"
#include "protocol/wire.h"

namespace {

constexpr int exit_usage = 2;

int explain(std::FILE* to, int code) {
  std::fputs(
      "docket-engine reads documents for nginx's Docket module, which starts it by itself.\n"
      "It has no use at a terminal; to submit documents, talk to nginx.\n"
      "  docket-engine --version    print version and protocol\n",
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
  docket::engine::ForkServer::Options options;
  bool serve = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument(arguments[i]);
    if (argument == "--version") {
      std::printf("docket-engine %s, protocol %u\n", std::string(docket::version).c_str(),
                  docket::wire::protocol_version);
      return EXIT_SUCCESS;
    }
    if (argument == "--help") {
      return explain(stdout, EXIT_SUCCESS);
    }
    if (argument == "--serve") {
      serve = true;
    } else if (argument == "--languages" && i + 1 < count) {
      options.languages = arguments[++i];
    } else if (argument == "--sandbox" && i + 1 < count) {
      options.strict = std::string_view(arguments[++i]) == "strict";
    } else {
      return explain(stderr, exit_usage);
    }
  }
  if (!serve || !has_control()) {
    return explain(stderr, exit_usage);
  }
  // The process that was spawned ends at once and well, so that nginx, whose SIGCHLD handler waits for every child of
  // a worker, never has to complain about one. Its child is the server.
  const auto server = ::fork();
  if (server != 0) {
    ::_exit(server > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  return docket::engine::ForkServer::serve(docket::Fd(docket::wire::control_descriptor), options);
}
