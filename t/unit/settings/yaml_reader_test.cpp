#include "settings/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "settings/json.h"

namespace docket::settings {
namespace {

using testing::HasSubstr;

std::string json_of(std::string_view text) {
  const auto node = read_yaml(text);
  if (!node) {
    return "line " + std::to_string(node.error().at.line) + ": " + node.error().message;
  }
  std::string out;
  append_node(out, *node);
  return out;
}

Mistake mistake_in(std::string_view text) {
  const auto node = read_yaml(text);
  EXPECT_FALSE(node) << text;
  return node ? Mistake{} : node.error();
}

void expect_mistake(std::string_view text, std::uint32_t line, std::uint32_t column, std::string_view path,
                    const char* message) {
  const auto found = mistake_in(text);
  EXPECT_EQ(found.at.line, line) << text;
  EXPECT_EQ(found.at.column, column) << text;
  EXPECT_EQ(found.path, path) << text;
  EXPECT_THAT(found.message, HasSubstr(message)) << text;
}

TEST(YamlReader, MakesATree) {
  EXPECT_EQ(json_of(""), "null");
  EXPECT_EQ(json_of("# a comment only\n"), "null");
  EXPECT_EQ(json_of("---\na: b\n...\n"), R"({"a":"b"})");
  EXPECT_EQ(json_of("\xEF\xBB\xBF"
                    "a: [b, {c: d}]\n"),
            R"({"a":["b",{"c":"d"}]})");
  EXPECT_EQ(json_of("a:\n- b\n- c:\n    d: e\n  f: |\n    two\n    lines\n"),
            R"({"a":["b",{"c":{"d":"e"},"f":"two\nlines\n"}]})");
  EXPECT_EQ(json_of("a: b\r\nc: d\r\n"), R"({"a":"b","c":"d"})");
}

TEST(YamlReader, TypesAreJsonsOwnSpellings) {
  EXPECT_EQ(json_of("[true, false, null, 1, -2.5e3, 0]"), "[true,false,null,1,-2.5e3,0]");
  EXPECT_EQ(json_of("[no, yes, on, off, True, 0x10, 010, 1_000, .5, +1, 1., NaN, .inf, 9e9075]"),
            R"(["no","yes","on","off","True","0x10","010","1_000",".5","+1","1.","NaN",".inf","9e9075"])");
  EXPECT_EQ(json_of(R"(["true", '1', "null", ""])"), R"(["true","1","null",""])");
  EXPECT_EQ(json_of("{a: , b: ~}"), R"({"a":null,"b":null})");
}

TEST(YamlReader, KnowsWhereThingsStand) {
  const auto node = read_yaml("# first\nä: 1\nlist:\n  - ü: [x, yy]\n");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->items[0].name_at, (Position{2, 1}));
  EXPECT_EQ(node->items[0].at, (Position{2, 4})) << "characters, not bytes";
  const auto& inner = node->items[1].items[0].items[0];
  EXPECT_EQ(inner.name_at, (Position{4, 5}));
  EXPECT_EQ(inner.items[1].at, (Position{4, 12}));
}

TEST(YamlReader, TakesNoAnchorsAliasesAndTags) {
  expect_mistake("a: &x 1\n", 1, 4, "a", "anchors");
  expect_mistake("a: &x [1]\nb: *x\n", 1, 4, "a", "anchors");
  expect_mistake("a: 1\nb: !!str 2\n", 2, 4, "b", "tags");
  expect_mistake("a: ! b\n", 1, 4, "a", "tags");
  expect_mistake("a: !x [1]\n", 1, 4, "a", "tags");
  expect_mistake("a: !x {b: 1}\n", 1, 4, "a", "tags");
  expect_mistake("a: !!null\n", 1, 4, "a", "tags");
  expect_mistake("!x a: 1\n", 1, 1, "", "tags");
  expect_mistake("? &x a\n: 1\n", 1, 3, "", "anchors");
  EXPECT_FALSE(read_yaml("a: *nowhere\n"));
}

TEST(YamlReader, TakesEachNameOnce) {
  expect_mistake("a: 1\nb: 2\na: 3\n", 3, 1, "a", "line 1");
  expect_mistake("a:\n  b: 1\n  'b': 2\n", 3, 3, "a.b", "line 2");
  expect_mistake("a: {b: 1, b: 2}\n", 1, 11, "a.b", "second time");
}

TEST(YamlReader, NamesAreTexts) {
  expect_mistake("? [a]\n: 1\n", 1, 3, "", "name");
  expect_mistake("~: 1\n", 1, 1, "", "no name");
  EXPECT_EQ(json_of("1: a\ntrue: b\n"), R"({"1":"a","true":"b"})");
}

TEST(YamlReader, SaysWhatIsNoYaml) {
  expect_mistake("a: 1\nb: [1, 2\n", 3, 1, "", "end of sequence");
  expect_mistake("a: 1\n b: 2\n", 2, 3, "", "");
  for (const auto* open : {"a: \"x\n", "a: \"x\\\"\n", "a: 'x\n", "a: 'x''\n", "'a: x\n"}) {
    EXPECT_FALSE(read_yaml(open)) << open;  // where, depends on the version of yaml-cpp
  }
  expect_mistake("a: 1\n---\nb: 2\n", 2, 1, "", "second document");
  expect_mistake("a: \xff\n", 1, 1, "", "UTF-8");
  expect_mistake(std::string_view("a: b\0c\n", 7), 1, 5, "", "control character");
  expect_mistake("a: 1\nb: \x04\n", 2, 4, "", "control character");
}

TEST(YamlReader, LimitsSizeAndDepth) {
  const std::string longest = "a: " + std::string(max_text - 4, 'x') + "\n";
  EXPECT_TRUE(read_yaml(longest));
  EXPECT_THAT(mistake_in(longest + "\n").message, HasSubstr("64 KB"));
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(read_yaml(nested(max_depth)));
  EXPECT_THAT(mistake_in(nested(max_depth + 1)).message, HasSubstr("16 levels"));
  EXPECT_FALSE(read_yaml(std::string(max_text, '[')));
  EXPECT_FALSE(read_yaml(std::string(max_text, '{')));
  std::string block;
  for (std::size_t i = 0; i < 300; ++i) {
    block += std::string(i, ' ') + "a:\n";
  }
  EXPECT_THAT(mistake_in(block).message, HasSubstr("16 levels"));
}

}  // namespace
}  // namespace docket::settings
