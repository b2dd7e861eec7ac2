// Many clients that listen to streams of events: listeners PORT PATHS COUNT. PATHS has one path a line; client i asks
// for line i modulo their number. Says "ready" when all have had their header, and then for each piece of a stream that
// comes "CLIENT NANOSECONDS" (Unix time), until its standard input ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

long long now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int connect_to(int port, const std::string& path) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n";
  if (client < 0 || ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::write(client, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
    std::perror("connect");
    std::exit(1);
  }
  return client;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    return 2;
  }
  const auto count = static_cast<std::size_t>(std::atoi(argv[3]));
  std::vector<std::string> paths;
  std::ifstream in(argv[2]);
  for (std::string line; std::getline(in, line);) {
    paths.push_back(line);
  }
  const rlimit files{count + 100, count + 100};
  ::setrlimit(RLIMIT_NOFILE, &files);
  const int poll = ::epoll_create1(0);
  std::array<char, 65536> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const int client = connect_to(std::atoi(argv[1]), paths[i % paths.size()]);
    if (::read(client, bytes.data(), bytes.size()) <= 0) {
      return 1;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i << 32U | static_cast<unsigned>(client);
    ::epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
  }
  epoll_event end{};
  end.events = EPOLLIN;
  end.data.u64 = UINT64_MAX;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &end);
  std::puts("ready");
  std::fflush(stdout);
  std::vector<std::pair<std::size_t, long long>> heard;
  heard.reserve(16 * count);
  std::array<epoll_event, 512> events;
  for (;;) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const auto data = events[static_cast<std::size_t>(i)].data.u64;
      if (data == UINT64_MAX) {
        for (const auto& [client, time] : heard) {
          std::printf("%zu %lld\n", client, time);
        }
        return 0;
      }
      const auto client = static_cast<int>(data & UINT32_MAX);
      if (::read(client, bytes.data(), bytes.size()) <= 0) {
        ::epoll_ctl(poll, EPOLL_CTL_DEL, client, nullptr);
      } else {
        heard.emplace_back(data >> 32U, now());
      }
    }
  }
}
