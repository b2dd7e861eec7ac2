#include "settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "settings/json.h"

namespace docket::settings {
namespace {

using testing::HasSubstr;

std::span<const std::string_view> colours() {
  static constexpr std::array<std::string_view, 4> names{"", "red", "green", "blue"};
  return names;
}

std::span<const std::string_view> modes() {
  static constexpr std::array<std::string_view, 3> names{"auto", "force", "off"};
  return names;
}

const std::array table{
    Setting{.name = "colours", .kind = Kind::words, .names = colours, .what = "known colours are"},
    Setting{.name = "extras", .kind = Kind::words, .names = colours, .none = "none", .what = "there are"},
    Setting{.name = "languages", .kind = Kind::list, .what = "no such language"},
    Setting{.name = "mode", .kind = Kind::word, .names = modes},
    Setting{.name = "dpi", .low = 70, .high = 1200, .part_of = "mode"},
    Setting{.name = "memory", .kind = Kind::size, .low = 1024, .high = 1U << 30U},
    Setting{.name = "expire", .kind = Kind::seconds, .low = 1, .none = "never"},
    Setting{.name = "timeout", .kind = Kind::milliseconds, .low = 1000, .high = 60'000},
    Setting{.name = "keep", .kind = Kind::flag},
    Setting{.name = "wait", .kind = Kind::seconds, .scope = Scope::configuration},
};

const std::array<std::string, 2> languages{"deu", "eng"};
const Installed installed{.languages = languages};

const Setting& setting(std::string_view name) {
  return *std::ranges::find(table, name, &Setting::name);
}

/// The effective JSON of one setting in a text, or its first mistake.
std::string value_in(std::string_view text) {
  const auto settings = read_settings(text, table, installed);
  if (!settings) {
    const auto& first = settings.error().front();
    return std::to_string(first.at.line) + ":" + std::to_string(first.at.column) + " " + first.path + ": " +
           first.message;
  }
  std::string out;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (settings->entries[i]) {
      append_value(out, table[i], settings->entries[i]->value);
    }
  }
  return out + settings->command;
}

std::string parsed(std::string_view name, std::initializer_list<std::string_view> words) {
  const auto value = parse(setting(name), std::vector(words), installed);
  if (!value) {
    return std::to_string(value.error().index) + ": " + value.error().expected;
  }
  std::string out;
  append_value(out, setting(name), *value);
  return out;
}

TEST(Settings, ReadsEveryKind) {
  EXPECT_EQ(value_in(""), "");
  EXPECT_EQ(value_in("colours: [blue, red]"), R"(["red","blue"])");
  EXPECT_EQ(value_in("extras: []"), "[]");
  EXPECT_EQ(value_in("languages: [eng, deu]"), R"(["eng","deu"])") << "in their order";
  EXPECT_EQ(value_in("mode: off"), R"("off")") << "no false";
  EXPECT_EQ(value_in("dpi: 150"), "150");
  EXPECT_EQ(value_in("memory: 2m"), "2097152");
  EXPECT_EQ(value_in("memory: 4096"), "4096");
  EXPECT_EQ(value_in("expire: never"), R"("never")");
  EXPECT_EQ(value_in("expire: 1h 30m"), "5400");
  EXPECT_EQ(value_in("timeout: 2"), "2");
  EXPECT_EQ(value_in("timeout: 1500ms"), R"("1500ms")");
  EXPECT_EQ(value_in("keep: true"), "true");
  EXPECT_EQ(value_in("command: {a: [1, no]}"), R"({"a":[1,"no"]})");
}

TEST(Settings, TypesComeFromTheSchema) {
  EXPECT_EQ(value_in("keep: no"), "1:7 keep: expected true or false");
  EXPECT_EQ(value_in("keep: 'true'"), "1:7 keep: expected true or false");
  EXPECT_EQ(value_in("dpi: '150'"), "1:6 dpi: expected a number from 70 to 1200");
  EXPECT_EQ(value_in("dpi: 1.5e2"), "1:6 dpi: expected a number from 70 to 1200");
  EXPECT_EQ(value_in("mode: [auto]"), "1:7 mode: expected auto, force or off");
  EXPECT_EQ(value_in("colours: red"), "1:10 colours: expected a list; known colours are red, green, blue");
  EXPECT_EQ(value_in("colours: []"), "1:10 colours: expected a list; known colours are red, green, blue");
  EXPECT_EQ(value_in("colours: [red,\n  mauve]"), "2:3 colours[1]: known colours are red, green, blue");
  EXPECT_EQ(value_in("colours: ['']"), "1:11 colours[0]: known colours are red, green, blue");
  EXPECT_EQ(value_in("languages: [fra]"), "1:13 languages[0]: no such language");
  EXPECT_EQ(value_in("command: 5"), "1:10 command: expected a map");
  EXPECT_EQ(value_in("[a]"), "1:1 : expected a map of settings, such as \"formats: [markdown, text]\"");
  EXPECT_THAT(value_in("dpi:"), HasSubstr("dpi: expected a number"));
}

TEST(Settings, TellsAllMistakesAtOnce) {
  const auto settings = read_settings("dpi: 5\nkeep: maybe\ncolour: red\nwait: 5\ncommand: []\n", table, installed);
  ASSERT_FALSE(settings);
  ASSERT_EQ(settings.error().size(), 5U);
  EXPECT_EQ(settings.error()[1].at, (Position{2, 7}));
  EXPECT_THAT(settings.error()[2].message, HasSubstr("there are colours, extras, languages, mode, dpi"));
  EXPECT_THAT(settings.error()[2].message, testing::Not(HasSubstr("wait")));
  EXPECT_THAT(settings.error()[3].message, HasSubstr("docket_wait only"));
}

TEST(Settings, WordsOfDirectivesAreTheSame) {
  EXPECT_EQ(parsed("colours", {"blue", "red"}), R"(["red","blue"])");
  EXPECT_EQ(parsed("colours", {"blue", "mauve"}), "1: known colours are red, green, blue");
  EXPECT_EQ(parsed("extras", {"none"}), "[]");
  EXPECT_EQ(parsed("extras", {"red", "none"}), "1: there are red, green, blue; or none alone");
  EXPECT_EQ(parsed("languages", {"eng", "deu"}), R"(["eng","deu"])");
  EXPECT_EQ(parsed("mode", {"sometimes"}), "0: expected auto, force or off");
  EXPECT_EQ(parsed("memory", {"1k"}), "1024");
  EXPECT_EQ(parsed("memory", {"1"}), "0: expected a size such as 512k or 64m, from 1k to 1g");
  EXPECT_EQ(parsed("expire", {"never"}), R"("never")");
  EXPECT_EQ(parsed("expire", {"0"}), "0: expected never or a time such as 90, 30s or 7d, of at least 1 second");
  EXPECT_EQ(parsed("timeout", {"10ms"}), "0: expected a time such as 90, 30s or 7d, from 1 to 60 seconds");
  EXPECT_EQ(parsed("keep", {"on"}), "true");
  EXPECT_EQ(parsed("keep", {"true"}), "0: expected on or off");
}

TEST(Settings, TheSchemaHasThemAll) {
  std::string text;
  append_schema(text, table, installed);
  const auto schema = nlohmann::json::parse(text);
  const auto& properties = schema["properties"];
  EXPECT_EQ(properties.size(), table.size());  // `wait` is none of them, `command` is one
  EXPECT_FALSE(properties.contains("wait"));
  EXPECT_EQ(properties["languages"]["items"]["enum"], nlohmann::json({"deu", "eng"}));
  EXPECT_EQ(properties["timeout"]["maximum"], 60);
  EXPECT_EQ(properties["dpi"]["minimum"], 70);
  EXPECT_EQ(schema["additionalProperties"], false);
}

TEST(Settings, SaysWhatIsAllowed) {
  const auto allowed = [](std::string_view name) {
    std::string text;
    append_allowed(text, setting(name), installed);
    return text;
  };
  EXPECT_EQ(allowed("colours"), R"(["red","green","blue"])");
  EXPECT_EQ(allowed("languages"), R"(["deu","eng"])");
  EXPECT_EQ(allowed("keep"), "[true,false]");
  EXPECT_EQ(allowed("dpi"), R"({"minimum":70,"maximum":1200})");
  EXPECT_EQ(allowed("expire"), R"({"minimum":1})");
}

}  // namespace
}  // namespace docket::settings
