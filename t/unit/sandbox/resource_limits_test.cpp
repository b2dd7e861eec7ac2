// What a child may use: time, descriptors, memory.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "sandbox/child_test.h"
#include "sandbox/sandbox.h"

namespace docket {
namespace {

using test::ChildTest;

TEST_F(ChildTest, ProcessorTimeIsLimited) {
  const auto outcome = in_child([] {
    if (!limit_resources({.address_space = RLIM_INFINITY, .cpu_seconds = 1})) {
      return -2;
    }
    for (std::atomic<unsigned> spin = 0;; ++spin) {
    }
  });
  EXPECT_EQ(outcome.signal, SIGXCPU);
}

TEST_F(ChildTest, DescriptorsAndCoreFilesAreLimited) {
  const auto outcome = in_child([] {
    if (!limit_resources({.address_space = RLIM_INFINITY, .cpu_seconds = 10})) {
      return -2;
    }
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    int opened = 0;
    while (::dup(0) >= 0) {
      ++opened;
    }
    return core.rlim_max == 0 && opened < 64 ? 1 : 0;
  });
  EXPECT_EQ(outcome.value, 1);
}

#ifndef __SANITIZE_ADDRESS__
TEST_F(ChildTest, MemoryIsLimitedBeyondWhatWasMapped) {
  const auto mapped = mapped_bytes();
  ASSERT_TRUE(mapped);
  const auto outcome = in_child([&] {
    if (!limit_resources({.address_space = *mapped + (32U << 20U), .cpu_seconds = 10})) {
      return -2;
    }
    const bool little = std::unique_ptr<void, void (*)(void*)>(std::malloc(16U << 20U), std::free) != nullptr;
    const bool much = std::unique_ptr<void, void (*)(void*)>(std::malloc(64U << 20U), std::free) != nullptr;
    return little && !much ? 1 : 0;
  });
  EXPECT_EQ(outcome.value, 1);
}
#endif

}  // namespace
}  // namespace docket
