// A real docket-engine and what is asked of it.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/made_documents.h"
#include "engine/processes.h"
#include "work/document/engine_client.h"

namespace docket::engine::test {

/// What became of one unit.
struct Done {
  UnitEnd end;
  std::vector<wire::Probed> probed;
  std::vector<PageRecord> pages;
  std::string written;  ///< what the child appended

  template <class End>
  [[nodiscard]] const End* as() const {
    return std::get_if<End>(&end);
  }
  /// The error of a bad end or a refusal, as "code: detail"; what it was instead otherwise.
  [[nodiscard]] std::string error() const {
    if (const auto* bad = as<ended::Failed>()) {
      return "bad " + std::string(to_string(bad->error.code)) + ": " + bad->error.detail;
    }
    if (const auto* refused = as<ended::Refused>()) {
      return "refused " + std::string(to_string(refused->error.code)) + ": " + refused->error.detail;
    }
    return "end " + std::to_string(end.index());
  }
  [[nodiscard]] std::string text_of(const std::vector<Section>& sections, std::optional<Format> format,
                                    Representation representation = Representation::raw) const {
    for (const auto& section : sections) {
      if (section.format == format && section.representation == representation) {
        return written.substr(section.offset, section.length);
      }
    }
    return "(none)";
  }
};

class EngineTest : public ::testing::Test {
 protected:
  /// Orphans of ours become our children: so the server, whose intermediate ends at once, can be found.
  static void SetUpTestSuite() { ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); }

  // Here and not when it is asked for first: several threads may ask.
  void SetUp() override { client_.emplace(config()); }

  void TearDown() override {
    client_.reset();
    // No server outlives its client.
    while (!children_of(::getpid(), "docket-engine").empty()) {
      ASSERT_GT(::waitpid(-1, nullptr, 0), 0);
    }
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }

  static EngineClient::Config config() { return {.program = DOCKET_ENGINE_PROGRAM, .languages = "eng"}; }

  EngineClient& client() { return *client_; }

  static wire::UnitRequest request(UnitKind kind, MediaType type = MediaType::pdf) {
    wire::UnitRequest asked;
    asked.kind = kind;
    asked.may_finish = kind == UnitKind::probe;
    asked.filenames = {"a.pdf"};
    asked.type = type;
    asked.options.formats.add(Format::markdown);
    asked.options.formats.add(Format::text);
    asked.options.languages = "eng";
    return asked;
  }

  /// Runs one unit. What it writes goes to `written`: as its own output, or, for one that does pages for others, as the
  /// pages file.
  Done run(const wire::UnitRequest& asked, const Fd& input, const Fd& written, const std::function<bool()>& stop = {}) {
    Done done;
    const bool to_pages = asked.kind == UnitKind::range || asked.may_do_pages;
    EngineClient::Files files;
    files.input = Fd(::dup(input.get()));
    (to_pages ? files.pages : files.output) = Fd(::dup(written.get()));
    const UnitEvents events{.probed = [&](wire::Probed probed) { done.probed.push_back(std::move(probed)); },
                            .page = [&](PageRecord page) { done.pages.push_back(std::move(page)); }};
    done.end = client().run(asked, std::move(files), {.pages = false, .seq = 1, .attempt = 1}, events, stop);
    done.written = contents(written);
    return done;
  }
  Done run(const wire::UnitRequest& asked, const std::string& document, const std::function<bool()>& stop = {}) {
    return run(asked, file_of(document), empty_file(), stop);
  }

  /// The engine, started.
  pid_t server() {
    EXPECT_TRUE(client().prepare({}));
    pid_t found = 0;
    eventually([&] {  // the one that was spawned is still there for a moment
      const auto all = children_of(::getpid(), "docket-engine");
      found = all.size() == 1 ? all[0] : 0;
      return found != 0;
    });
    return found;
  }

  /// A unit that is at work and, stopped by a signal, will stay so. It is ended with this, unless its end was taken.
  struct Held {
    Held() = default;
    Held(Held&&) = default;
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (done.valid()) {
        signal_one(child, SIGKILL);
      }
    }

    pid_t server = 0;
    pid_t child = 0;
    std::future<Done> done;
  };
  Held hold(wire::UnitRequest asked, const std::function<bool()>& stop = {}) {
    Held held;
    held.server = server();
    held.done = std::async(std::launch::async, [this, asked = std::move(asked), stop] {
      static const auto scan = scan_tiff(4);
      return run(asked, scan, stop);
    });
    held.child = await_unit();
    EXPECT_GT(held.child, 0);
    EXPECT_TRUE(signal_one(held.child, SIGSTOP));
    return held;
  }
  /// The pages of that unit.
  static wire::UnitRequest scan_range() {
    auto asked = request(UnitKind::range, MediaType::tiff);
    asked.first_page = 1;
    asked.last_page = 4;
    return asked;
  }

  std::optional<EngineClient> client_;
};

}  // namespace docket::engine::test
