// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/manifest.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace automl::storage {
namespace {

using Kind = ManifestEntry::Kind;

const std::string kDigest(64, 'a');

std::string with(const std::string& lines) { return "automl-checkpoint 1\n" + lines; }

TEST(Manifest, HasOneTextForOneFolder) {
  const Manifest entries = {{Kind::kFile, "sub/b c\n%", 0644, 12, kDigest},
                            {Kind::kLink, "latest", 0, 0, "", "sub/b c\n%"},
                            {Kind::kFolder, "sub", 0755, 0, ""},
                            {Kind::kFile, "\xff", 0400, 0, kDigest}};
  const std::string text = format_manifest(entries);
  EXPECT_EQ(text,
            with("l sub/b%20c%0A%25 latest\n"
                 "d 755 sub\n"
                 "f 644 12 " +
                 kDigest +
                 " sub/b%20c%0A%25\n"
                 "f 400 0 " +
                 kDigest + " %FF\n"));
  EXPECT_EQ(format_manifest({entries.rbegin(), entries.rend()}), text);
  const auto parsed = parse_manifest(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(format_manifest(*parsed), text);
  EXPECT_EQ((*parsed)[2].path, "sub/b c\n%");
}

RC_GTEST_PROP(Manifest, ComesBackWhateverANameIs, (const std::string& name)) {
  RC_PRE(!name.empty() && name.size() < 256 && name != "." && name != "..");
  RC_PRE(name.find('/') == std::string::npos && name.find('\0') == std::string::npos);
  const Manifest entries = {{Kind::kFile, name, 0600, 3, kDigest}};
  const auto parsed = parse_manifest(format_manifest(entries));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == entries);
}

TEST(Manifest, RefusesWhatNoSnapshotHas) {
  EXPECT_TRUE(parse_manifest(with("")));
  const std::string file = "f 644 1 " + kDigest + " ";
  EXPECT_TRUE(parse_manifest(with(file + "a\n")));
  for (const std::string& text : {std::string(),
                                  std::string("automl-checkpoint 2\n"),
                                  with(file + "a"),
                                  with(file + "../a\n"),
                                  with(file + "/a\n"),
                                  with(file + "a/\n"),
                                  with(file + "./a\n"),
                                  with(file + "\n"),
                                  with(file + "a%00b\n"),
                                  with(file + "a%zz\n"),
                                  with(file + "a%4\n"),
                                  with(file + "b\n" + file + "a\n"),
                                  with(file + "a\n" + file + "a\n"),
                                  with(file + "sub/a\n"),
                                  with("l a link\n" + file + "link/a\n"),
                                  with(file + "a\n" + file + "a/b\n"),
                                  with("l ../a link\n"),
                                  with("l /etc/passwd link\n"),
                                  with("f 1777 1 " + kDigest + " a\n"),
                                  with("f 644 -1 " + kDigest + " a\n"),
                                  with("f 644 1 " + kDigest.substr(1) + " a\n"),
                                  with("f 644 1 a\n"),
                                  with("p 644 a\n"),
                                  with("\n")}) {
    EXPECT_FALSE(parse_manifest(text)) << text;
  }
}

TEST(Manifest, KnowsLinksThatLeaveTheFolder) {
  EXPECT_TRUE(stays_inside("latest", "epoch_3"));
  EXPECT_TRUE(stays_inside("sub/latest", "../epoch_3"));
  EXPECT_TRUE(stays_inside("latest", "./sub/../epoch_3"));
  EXPECT_FALSE(stays_inside("latest", "../epoch_3"));
  EXPECT_FALSE(stays_inside("sub/latest", "../../epoch_3"));
  EXPECT_FALSE(stays_inside("latest", "sub/../../epoch_3"));
  EXPECT_FALSE(stays_inside("latest", "/etc"));
  EXPECT_FALSE(stays_inside("latest", ""));
}

}  // namespace
}  // namespace automl::storage
