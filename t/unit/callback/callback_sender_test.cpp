// The sender on a store of its own, with a receiver on the loopback. What answers do is t/events/test_callbacks.py's.
#include "callback/callback_sender.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/clock.h"
#include "base/fd.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {
namespace {

using std::chrono::seconds;

/// Takes connections one after the other, keeps what comes, and answers with 200, or not at all. Its thread ends with
/// it.
class Receiver {
 public:
  explicit Receiver(bool answers) : answers_(answers), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Receiver() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

  /// Waits for the first so many requests.
  std::vector<std::string> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(came_.wait_for(lock, seconds(30), [&] { return got_.size() >= count; }));
    return got_;
  }

 private:
  void serve() {
    while (true) {
      Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) {
        return;
      }
      std::string text(4096, '\0');
      std::string request;
      while (request.find("\r\n\r\nbody of ") == std::string::npos) {
        const auto size = ::recv(connection.get(), text.data(), text.size(), 0);
        if (size <= 0) {
          break;
        }
        request.append(text, 0, static_cast<std::size_t>(size));
      }
      if (answers_) {
        constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        EXPECT_GT(::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL), 0);
      } else {
        kept_.push_back(std::move(connection));
      }
      const std::lock_guard lock(mutex_);
      got_.push_back(std::move(request));
      came_.notify_all();
    }
  }

  bool answers_;
  Fd listener_;
  unsigned port_ = 0;
  std::vector<Fd> kept_;  ///< those that wait for ever
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> got_;
  std::thread thread_;
};

class CallbackSenderTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = backend_.open();
    ASSERT_TRUE(store_);
    committer_.emplace(*store_);
    driver_.emplace(*store_);
    auto wakeup = Wakeup::open(backend_.folder.path(), "callbacks");
    ASSERT_TRUE(wakeup);
    wakeup_.emplace(std::move(*wakeup));
    store_->on_delivery([this] { wakeup_->notify(); });
  }

  void start() {
    auto started = CallbackSender::start({.store = *store_,
                                          .committer = *committer_,
                                          .wakeup = *wakeup_,
                                          .holder = worker(1),
                                          .message = [](StoreReader&, const JobId& id) -> Result<CallbackMessage> {
                                            return CallbackMessage{"failed", "body of " + id.text(), {"x-more: 1"}};
                                          },
                                          .secrets = {},
                                          .log = {},
                                          .per_receiver = 2,
                                          .grace = std::chrono::milliseconds(1)});
    ASSERT_TRUE(started) << started.error().detail;
    sender_ = std::move(*started);
  }

  /// A job that has ended and whose callback goes there.
  JobId job(const std::string& host, std::vector<std::string> allow = {"127.0.0.0/8"}) {
    auto callback = callback_to(host);
    callback.secret_file.clear();
    callback.allow = std::move(allow);
    const auto id = driver_->accept({.callback = callback});
    EXPECT_TRUE(driver_->cancel(id));
    return id;
  }

  /// Waits until the job's delivery is like this.
  template <class Like>
  Delivery wait_until(const JobId& id, Like&& like) {
    const auto until = std::chrono::steady_clock::now() + seconds(30);
    auto found = driver_->delivery(id);
    while (found && !like(*found) && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
      found = driver_->delivery(id);
    }
    EXPECT_TRUE(found && like(*found));
    return found.value_or(Delivery{});
  }

  LmdbBackend backend_;
  std::optional<Wakeup> wakeup_;
  std::unique_ptr<Store> store_;
  std::optional<Committer> committer_;
  std::optional<StoreDriver> driver_;
  std::unique_ptr<CallbackSender> sender_;
};

TEST_F(CallbackSenderTest, SendsWhatWaitedAndWhatComes) {
  Receiver receiver(true);
  const auto before = job(receiver.host());
  start();
  wait_until(before, [](const Delivery& one) { return one.state == DeliveryState::delivered; });
  const auto after = job(receiver.host());
  const auto done = wait_until(after, [](const Delivery& one) { return one.state == DeliveryState::delivered; });
  ASSERT_EQ(done.last.size(), 1U);
  EXPECT_EQ(done.last[0].code, 200);
  const auto got = receiver.wait(2);
  EXPECT_THAT(got[0], testing::StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(got[0], testing::HasSubstr("webhook-id: " + before.text() + "-failed\r\n"));
  EXPECT_THAT(got[0], testing::HasSubstr("x-more: 1\r\n"));
  EXPECT_THAT(got[0], testing::EndsWith("body of " + before.text()));
}

TEST_F(CallbackSenderTest, AsksTheFilterWhereItConnects) {
  Receiver receiver(true);
  const auto refused = job(receiver.host(), {});
  start();
  const auto done = wait_until(refused, [](const Delivery& one) { return !one.last.empty(); });
  EXPECT_EQ(done.last[0].error, DeliveryError::refused_address);
  EXPECT_EQ(done.last[0].code, 0);
}

TEST_F(CallbackSenderTest, WhatHangsIsHandedBackAtTheEndAndHoldsUpNobody) {
  Receiver dead(false);
  Receiver receiver(true);
  std::vector<JobId> stuck;
  for (int i = 0; i < 5; ++i) {
    stuck.push_back(job(dead.host()));
  }
  start();
  dead.wait(2);
  const auto live = job(receiver.host());
  wait_until(live, [](const Delivery& one) { return one.state == DeliveryState::delivered; });
  const auto sent = [](const Delivery& one) { return one.state == DeliveryState::sending; };
  wait_until(stuck[0], sent);
  wait_until(stuck[1], sent);
  EXPECT_EQ(driver_->delivery(stuck[2])->state, DeliveryState::waiting) << "two at once to one receiver";
  sender_.reset();
  for (const auto& id : stuck) {
    EXPECT_EQ(driver_->delivery(id)->state, DeliveryState::waiting);
    EXPECT_TRUE(driver_->delivery(id)->last.empty());
  }
  EXPECT_TRUE(driver_->holders().empty());
}

}  // namespace
}  // namespace docket
