// docketctl: looks into a store, live or not, and never writes to it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "core/lmdb_store.h"
#include "ctl/commands.h"

namespace {

using docket::ErrorCode;

/// Exit codes, as --help tells them.
enum Exit : int { done = 0, no_such_job = 1, wrong_usage = 2, no_store = 3 };

/// What the command line says.
struct Arguments {
  std::string store = "/var/lib/docket";
  bool json = false;
  bool list = false;
  std::uint32_t limit = 100;
  std::vector<std::string> states;
  std::string id;
};

int complain(Exit code, const std::string& sentence) {
  std::fprintf(stderr, "docketctl: %s\n", sentence.c_str());
  return code;
}

int run(const Arguments& arguments) {
  using namespace docket;
  // All arguments are looked at before the store is.
  std::uint8_t states = arguments.states.empty() ? 0x0F : 0;
  for (const auto& word : arguments.states) {
    const auto state = state_of(word);
    if (!state) {
      return complain(wrong_usage, "\"" + word + "\" is no status; there are pending, processing, completed, failed");
    }
    states = static_cast<std::uint8_t>(states | 1U << static_cast<unsigned>(*state));
  }
  std::optional<JobId> id;
  if (!arguments.list) {
    id = JobId::parse(arguments.id);
    if (!id) {
      return complain(wrong_usage, "\"" + arguments.id + "\" is not a job id");
    }
  }

  LmdbOptions options;
  options.folder = arguments.store;
  options.read_only = true;
  const auto store = open_lmdb_store(options);
  if (!store) {
    return complain(no_store, store.error().detail);
  }
  const auto reader = (*store)->reader();
  const auto output = arguments.json ? ctl::Output::json : ctl::Output::text;
  const auto text = arguments.list ? ctl::list(*reader, {.limit = arguments.limit, .states = states, .output = output})
                                   : ctl::show(*reader, *id, output);
  if (!text) {
    const bool unknown = text.error().code == ErrorCode::not_found;
    return complain(unknown ? no_such_job : no_store,
                    unknown ? "there is no job " + arguments.id + " in " + arguments.store : text.error().detail);
  }
  if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size() || std::fflush(stdout) != 0) {
    return complain(no_store, "the answer could not be written");
  }
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CLI::App app("docketctl looks into the store of ngx_http_docket_module. It never writes to it.");
    app.footer("Exit codes: 0 done, 1 no such job, 2 wrong usage, 3 the store cannot be read.");
    Arguments arguments;
    app.add_option("--store", arguments.store, "the store's folder: docket_store in nginx.conf")
        ->envname("DOCKET_STORE")
        ->capture_default_str();
    app.add_flag("--json", arguments.json, "JSON, as the HTTP API has it");
    app.require_subcommand(1);
    app.fallthrough();  // options of docketctl may stand behind the command too

    auto* list = app.add_subcommand("list", "the newest jobs");
    list->add_option("--limit", arguments.limit, "how many at most")
        ->check(CLI::Range(1U, 1'000'000U))
        ->capture_default_str();
    list->add_option("--status", arguments.states, "only jobs in these states: pending,processing,completed,failed")
        ->delimiter(',');
    auto* show = app.add_subcommand("show", "all about one job");
    show->add_option("ID", arguments.id, "the job's id")->required();

    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? done : wrong_usage;
    }
    arguments.list = list->parsed();
    return run(arguments);
  } catch (const std::exception& error) {
    return complain(no_store, error.what());
  }
}
