// The peer of uploads with sync=on: threads that write files of one size and sync file and folder, as fast as they can.
//
//   bench-sync_loop FOLDER THREADS BYTES SECONDS
//
// Prints files a second, and the p50 and p99 of one file in milliseconds.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// Writes one file with all syncs; false if any call fails.
bool write_one(int folder, const std::string& name, const std::string& bytes) {
  const int file = ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return false;
  }
  const bool written = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                       ::fdatasync(file) == 0 && ::fsync(folder) == 0;
  return ::close(file) == 0 && written;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench-sync_loop FOLDER THREADS BYTES SECONDS\n");
    return 2;
  }
  const auto threads = static_cast<std::size_t>(std::atoi(argv[2]));
  const std::string bytes(static_cast<std::size_t>(std::atoi(argv[3])), 'x');
  const auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[4]));
  const int folder = ::open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    std::perror(argv[1]);
    return 1;
  }
  std::vector<std::vector<double>> times(threads);
  std::vector<std::thread> running;
  const auto began = Clock::now();
  for (std::size_t number = 0; number < threads; ++number) {
    running.emplace_back([&, number] {
      for (int count = 0; Clock::now() < end; ++count) {
        const auto before = Clock::now();
        if (!write_one(folder, std::to_string(number) + "-" + std::to_string(count), bytes)) {
          std::perror("write");
          std::_Exit(1);
        }
        times[number].push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
      }
    });
  }
  for (auto& thread : running) {
    thread.join();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::vector<double> all;
  for (const auto& own : times) {
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  const auto percentile = [&all](double share) {
    return all.empty() ? 0.0 : all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  std::printf("%f %f %f\n", static_cast<double>(all.size()) / seconds, percentile(0.5), percentile(0.99));
  return 0;
}
