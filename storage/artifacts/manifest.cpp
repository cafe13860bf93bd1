// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <string_view>

#include "storage/artifacts/digest.hpp"

namespace automl::storage {

namespace {

constexpr const char* kFirstLine = "automl-checkpoint 1";
constexpr unsigned kModeBits = 0777;

std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c > ' ' && c < 0x7f && c != '%') {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return text;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      name += text[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2 || byte == 0) {
      return std::nullopt;
    }
    name += static_cast<char>(byte);
    i += 2;
  }
  return name;
}

std::vector<std::string_view> cut(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; (end = text.find(separator)) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    parts.push_back(text.substr(0, end));
  }
  parts.push_back(text);
  return parts;
}

bool plain(const std::string& path) {
  const std::vector<std::string_view> names = cut(path, '/');
  return std::none_of(names.begin(), names.end(), [](std::string_view name) {
    return name.empty() || name == "." || name == ".." || name.size() > 255;
  });
}

template <class Number>
bool read_number(std::string_view text, Number& number, int base) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && rest == end;
}

bool read_mode(std::string_view text, unsigned& mode) {
  return read_number(text, mode, 8) && mode <= kModeBits;
}

std::optional<ManifestEntry> parse_line(std::string_view line) {
  const std::vector<std::string_view> fields = cut(line, ' ');
  const std::optional<std::string> path = unescaped(fields.back());
  ManifestEntry entry;
  if (!path || !plain(*path)) {
    return std::nullopt;
  }
  entry.path = *path;
  if (fields[0] == "d" && fields.size() == 3 && read_mode(fields[1], entry.mode)) {
    entry.kind = ManifestEntry::Kind::kFolder;
    return entry;
  }
  if (fields[0] == "f" && fields.size() == 5 && read_mode(fields[1], entry.mode) &&
      read_number(fields[2], entry.bytes, 10) && entry.bytes >= 0 && is_digest(fields[3])) {
    entry.digest = fields[3];
    return entry;
  }
  if (fields[0] == "l" && fields.size() == 3) {
    const std::optional<std::string> target = unescaped(fields[1]);
    if (target && stays_inside(*path, *target)) {
      entry.kind = ManifestEntry::Kind::kLink;
      entry.target = *target;
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string format_manifest(Manifest entries) {
  std::sort(entries.begin(), entries.end(), [](const ManifestEntry& a, const ManifestEntry& b) {
    return a.path < b.path;
  });
  std::ostringstream text;
  text << kFirstLine << '\n';
  for (const ManifestEntry& entry : entries) {
    switch (entry.kind) {
      case ManifestEntry::Kind::kFolder:
        text << "d " << std::oct << entry.mode << std::dec;
        break;
      case ManifestEntry::Kind::kFile:
        text << "f " << std::oct << entry.mode << std::dec << ' ' << entry.bytes << ' '
             << entry.digest;
        break;
      case ManifestEntry::Kind::kLink:
        text << "l " << escaped(entry.target);
        break;
    }
    text << ' ' << escaped(entry.path) << '\n';
  }
  return text.str();
}

std::optional<Manifest> parse_manifest(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (text.empty() || text.back() != '\n' || !std::getline(lines, line) || line != kFirstLine) {
    return std::nullopt;
  }
  Manifest entries;
  std::set<std::string> folders = {""};
  while (std::getline(lines, line)) {
    std::optional<ManifestEntry> entry = parse_line(line);
    if (!entry || (!entries.empty() && entry->path <= entries.back().path)) {
      return std::nullopt;
    }
    const std::size_t slash = entry->path.rfind('/');
    if (folders.count(slash == std::string::npos ? "" : entry->path.substr(0, slash)) == 0) {
      return std::nullopt;
    }
    if (entry->kind == ManifestEntry::Kind::kFolder) {
      folders.insert(entry->path);
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

bool stays_inside(const std::string& path, const std::string& target) {
  if (target.empty() || target.front() == '/') {
    return false;
  }
  std::ptrdiff_t depth = std::count(path.begin(), path.end(), '/');
  for (const std::string_view name : cut(target, '/')) {
    if (name == "..") {
      --depth;
    } else if (!name.empty() && name != ".") {
      ++depth;
    }
    if (depth < 0) {
      return false;
    }
  }
  return true;
}

}  // namespace automl::storage
