// SPDX-License-Identifier: Apache-2.0
#include "engine/command_line.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"

namespace automl::engine {
namespace {

idl::Assignment set(const std::string& name, const idl::Value& value) {
  idl::Assignment assignment;
  assignment.parameter = name;
  assignment.value = value;
  return assignment;
}

// What a shell makes of a command.
std::string run(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.append(buffer, n);
  }
  pclose(pipe);
  return output;
}

TEST(CommandLine, FillsInOneValueOrAllOfThem) {
  const std::vector<idl::Assignment> trial = {set("lr", real_value(0.1)),
                                              set("depth", integer_value(3)),
                                              set("optimizer", text_value("sgd"))};
  EXPECT_EQ(fill_command("train ${args} x", trial), "train --lr=0.1 --depth=3 --optimizer=sgd x");
  EXPECT_EQ(fill_command("train '--lr=${lr}' -d ${depth}", trial), "train '--lr=0.1' -d 3");
  EXPECT_EQ(fill_command("no parameters", trial), "no parameters");
  EXPECT_EQ(fill_command("train ${args}", {}), "train ");
}

TEST(CommandLine, PrintsNumbersShortAndExact) {
  for (const double value : {0.1, 1e-5, 1.0 / 3, 123456789.123, 1e300, 5e-324, -2.5}) {
    EXPECT_EQ(std::strtod(to_text(value).c_str(), nullptr), value) << to_text(value);
  }
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(1e-5), "1e-05");
  EXPECT_EQ(to_text(integer_value(9007199254740993)), "9007199254740993");
}

TEST(CommandLine, LeavesTheShellWhatIsTheShells) {
  for (const char* command : {"echo $HOME ${#x} ${x:-1} $$ $1", "echo \\${lr} \"\\${lr}\""}) {
    EXPECT_EQ(fill_command(command, {set("lr", real_value(1))}), command);
    EXPECT_TRUE(command_references(command).empty()) << command;
  }
  ASSERT_EQ(command_references("a ${HOME}").size(), 1U);
  EXPECT_EQ(command_references("a ${HOME}")[0].name, "HOME");
  EXPECT_EQ(command_references("a ${HOME}")[0].offset, 2U);
}

TEST(CommandLine, LeavesOutInactiveParameters) {
  const std::vector<idl::Assignment> trial = {set("lr", real_value(0.5))};
  EXPECT_EQ(fill_command("t --m=${momentum} ${lr}", trial), "t  0.5");
  EXPECT_EQ(fill_command("t --m ${momentum} ${lr}", trial), "t  0.5");
  EXPECT_EQ(fill_command("t ${momentum}", trial), "t ");
  EXPECT_EQ(fill_command("t '--m=${momentum}' x", trial), "t  x");
  EXPECT_EQ(fill_command("t --m=${lr},${momentum} x", trial), "t  x");
  EXPECT_EQ(fill_command("t ${lr},${momentum} x", trial), "t  x");
  EXPECT_EQ(fill_command("sh -c 't --m=${momentum} x'", trial), "sh -c 't --m= x'");
  EXPECT_EQ(fill_command("(t --m=${momentum})", trial), "(t )");
}

TEST(CommandLine, NoValueBreaksOutOfItsWord) {
  const std::vector<std::string> hostile = {"$(touch /tmp/x)",
                                            "`id`",
                                            "'; echo broken; '",
                                            "\"; echo broken; \"",
                                            "a b",
                                            "*",
                                            "",
                                            "\\",
                                            "$HOME",
                                            "a\nb",
                                            "'\"'\"'",
                                            "~",
                                            "#x",
                                            "a;b",
                                            "-n",
                                            "{a,b}",
                                            "!!",
                                            "\\'",
                                            "|",
                                            "&",
                                            "x=1",
                                            "\t",
                                            "\\\\\"'",
                                            "$'x'",
                                            "}",
                                            "))",
                                            "ä",
                                            "if"};
  for (const std::string& value : hostile) {
    const std::vector<idl::Assignment> trial = {set("x", text_value(value))};
    const std::string expected = "[" + value + "]";
    for (const char* command : {"printf '[%s]' ${x}",
                                "printf '[%s]' '${x}'",
                                "printf '[%s]' \"${x}\"",
                                "printf '%s' '['${x}\"]\"",
                                "printf '%s' \"$(printf '[%s].' ${x})\" | sed '$s/\\.$//'",
                                "printf '%s' \"$(printf '[%s].' \"${x}\")\" | sed '$s/\\.$//'",
                                "printf '[%s]' \"$(printf '%s' '${x}')\"",
                                "(printf '[%s]' ${x})"}) {
      EXPECT_EQ(run(fill_command(command, trial)), expected)
          << command << " became " << fill_command(command, trial);
    }
    EXPECT_EQ(run(fill_command("printf '[%s]' ${args}", trial)), "[--x=" + value + "]");
    EXPECT_EQ(run(fill_command("sh -c \"printf '[%s]' ${args}\"", trial)), "[--x=" + value + "]");
    EXPECT_EQ(run(fill_command("sh -c 'printf \"[%s]\" ${args}'", trial)), "[--x=" + value + "]");
  }
}

TEST(CommandLine, KnowsWhereOnlyPlainValuesAreSafe) {
  for (const char* command : {"echo `echo ${x}`",
                              "echo $((1 + ${x}))",
                              "cat <<E\n${x}\nE",
                              "echo 1 # ${x}",
                              "echo ${y:-${x}}",
                              "case a in a) echo ${x};; esac",
                              "echo $'a' ${x}"}) {
    const auto references = command_references(command);
    ASSERT_EQ(references.size(), 1U) << command;
    EXPECT_TRUE(references[0].plain_only) << command;
    EXPECT_EQ(fill_command(command, {set("x", text_value("`a b;'"))}).find("`a"),
              std::string::npos);
  }
  EXPECT_FALSE(command_references("echo '`' ${x} \"$(echo ${x})\"")[0].plain_only);
  EXPECT_TRUE(is_plain_word("resnet-50"));
  EXPECT_FALSE(is_plain_word("a b"));
  EXPECT_FALSE(is_plain_word(""));
  EXPECT_FALSE(is_plain_word("then"));
}

TEST(CommandLine, AnyTextCanBeFilledIn) {
  const std::vector<std::string> pieces = {"${x}", "${y}", "${args}", "'", "\"",   "`", "$(", ")",
                                           "$((",  "))",   "${",      "}", "\\",   " ", "#",  "<<",
                                           "\n",   "a=",   "--m",     "$", "esac", "(", ";",  "$'"};
  const std::vector<idl::Assignment> trial = {set("x", text_value("'a b`"))};
  std::mt19937 random(1);
  for (int round = 0; round < 5'000; ++round) {
    std::string command;
    for (std::size_t i = 0, n = random() % 12; i < n; ++i) {
      command += pieces[random() % pieces.size()];
    }
    std::size_t before = 0;
    for (const CommandReference& reference : command_references(command)) {
      EXPECT_GE(reference.offset, before);
      EXPECT_EQ(command.compare(reference.offset, 2, "${"), 0) << command;
      before = reference.offset + 1;
    }
    const std::string filled = fill_command(command, trial);
    if (command_references(command).empty()) {
      EXPECT_EQ(filled, command);
    }
  }
}

TEST(CommandLine, WritesParametersAsJson) {
  EXPECT_EQ(params_json({}), "{}");
  EXPECT_EQ(params_json({set("lr", real_value(0.1)),
                         set("n", integer_value(3)),
                         set("o", text_value("a\"b\n")),
                         set("f", flag_value(true)),
                         set("one", real_value(1))}),
            R"({"lr": 0.1, "n": 3, "o": "a\"b\n", "f": true, "one": 1.0})");
}

}  // namespace
}  // namespace automl::engine
