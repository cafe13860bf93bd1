// SPDX-License-Identifier: Apache-2.0
#include "cli/text.hpp"

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <cwchar>
#include <sys/ioctl.h>
#include <unistd.h>

namespace automl::cli {

namespace {

constexpr std::size_t kEndless = 100'000;
constexpr std::size_t kNarrowest = 20;

struct Symbol {
  std::uint32_t code = 0xfffd;
  std::size_t bytes = 1;
};

Symbol decode(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  std::uint32_t code = first & (0x7fu >> length);
  if (first < 0xc2 || first > 0xf4) {
    return {};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) {
      return {};
    }
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool odd = (code >= 0xd800 && code < 0xe000) || code > 0x10ffff ||
                   (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return odd ? Symbol{} : Symbol{code, length};
}

int columns(std::uint32_t code) {
  static const bool kLocale = [] { return std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr; }();
  const int width = kLocale ? wcwidth(static_cast<wchar_t>(code)) : 1;
  return width < 0 ? 1 : width;
}

// Lower-case names of an enum, kept for the life of the program.
const char* lower_name(const std::map<int, const char*>& names, int state) {
  static std::map<std::string, std::string> words;
  const auto found = names.find(state);
  const std::string name = found == names.end() ? "?" : found->second;
  std::string& word = words[name];
  if (word.empty()) {
    for (const char c : name) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return word.c_str();
}

}  // namespace

std::string shown(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Symbol symbol = decode(text, at);
    const bool control = symbol.code < 0x20 || (symbol.code >= 0x7f && symbol.code < 0xa0) ||
                         (symbol.code >= 0x202a && symbol.code <= 0x202e) ||
                         (symbol.code >= 0x2066 && symbol.code <= 0x2069);
    if (symbol.code == 0xfffd && symbol.bytes == 1) {
      result += "\xef\xbf\xbd";
    } else if (control) {
      result += symbol.code == '\t' || symbol.code == '\n' ? ' ' : '?';
    } else {
      result += text.substr(at, symbol.bytes);
    }
    at += symbol.bytes;
  }
  return result;
}

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Symbol symbol = decode(text, at);
    width += static_cast<std::size_t>(columns(symbol.code));
    at += symbol.bytes;
  }
  return width;
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) {
    return text;
  }
  std::string result;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Symbol symbol = decode(text, at);
    const auto next = static_cast<std::size_t>(columns(symbol.code));
    if (used + next + 1 > width) {
      break;
    }
    result += text.substr(at, symbol.bytes);
    used += next;
    at += symbol.bytes;
  }
  return width == 0 ? "" : result + "…";
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t have = width_of(text);
  const std::string space(have < width ? width - have : 0, ' ');
  return right ? space + text : text + space;
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  const std::size_t room = width > indent ? width - indent : 1;
  std::string result;
  std::size_t used = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    if (used > 0 && used + 1 + width_of(word) > room) {
      result += "\n" + std::string(indent, ' ');
      used = 0;
    }
    result += (used > 0 ? " " : "") + word;
    used += (used > 0 ? 1 : 0) + width_of(word);
    start = end + 1;
  }
  return result;
}

std::string duration_text(double seconds) {
  const auto total = static_cast<long>(std::max(0.0, seconds));
  char text[48];
  if (total >= 86'400) {
    std::snprintf(
        text, sizeof text, "%ld d %ld:%02ld", total / 86'400, total / 3'600 % 24, total / 60 % 60);
  } else if (total >= 3'600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", total / 3'600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", total / 60, total % 60);
  }
  return text;
}

std::string bytes_text(std::int64_t bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit < 4) {
    value /= 1'000;
    ++unit;
  }
  char text[32];
  std::snprintf(
      text, sizeof text, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}

std::string count_text(std::int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string local_time(std::int64_t ms) {
  const std::time_t seconds = ms / 1'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

std::string number_text(double value, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

int decimals_for(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  double gap = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double step = values[i] - values[i - 1];
    gap = gap == 0 ? step : std::min(gap, step);
  }
  const double wanted = gap > 0 ? std::ceil(-std::log10(gap)) + 1 : 4;
  const bool small = values.empty() || std::max(-values.front(), values.back()) < 1;
  return static_cast<int>(std::clamp(wanted, small ? 4.0 : 3.0, 6.0));
}

std::string fixed_text(double value, int decimals) {
  const double size = std::fabs(value);
  char text[64];
  if (!std::isfinite(value) || size >= 1e7 || (size > 0 && size < std::pow(10, -decimals))) {
    std::snprintf(text, sizeof text, "%.*g", decimals, value);
  } else {
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
  }
  return text;
}

std::string value_text(const idl::Value& value) {
  if (value.__isset.real) {
    return number_text(value.real, 4);
  }
  if (value.__isset.integer) {
    return std::to_string(value.integer);
  }
  if (value.__isset.flag) {
    return value.flag ? "true" : "false";
  }
  return shown(value.text);
}

std::string configuration_text(const std::vector<idl::Assignment>& configuration) {
  std::string text;
  for (const idl::Assignment& one : configuration) {
    text += (text.empty() ? "" : " ") + shown(one.parameter) + "=" + value_text(one.value);
  }
  return text;
}

const char* state_word(idl::TrialState::type state) {
  return lower_name(idl::_TrialState_VALUES_TO_NAMES, state);
}
const char* state_word(idl::SessionState::type state) {
  return lower_name(idl::_SessionState_VALUES_TO_NAMES, state);
}
const char* state_word(idl::AttemptState::type state) {
  return lower_name(idl::_AttemptState_VALUES_TO_NAMES, state);
}
const char* state_word(idl::StudyState::type state) {
  return lower_name(idl::_StudyState_VALUES_TO_NAMES, state);
}

Screen Screen::of(int file) {
  Screen screen;
  const char* term = std::getenv("TERM");
  screen.terminal = isatty(file) == 1 && (term == nullptr || std::strcmp(term, "dumb") != 0);
  const char* no_colour = std::getenv("NO_COLOR");
  screen.colour = screen.terminal && (no_colour == nullptr || *no_colour == '\0');
  winsize size{};
  if (isatty(file) != 1) {
    screen.width = kEndless;
  } else if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    screen.width = std::max<std::size_t>(size.ws_col, kNarrowest);
    screen.height = size.ws_row > 0 ? size.ws_row : screen.height;
  }
  return screen;
}

std::string Screen::painted(const char* code, const std::string& text) const {
  return colour ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}
std::string Screen::bold(const std::string& text) const { return painted("1", text); }
std::string Screen::good(const std::string& text) const { return painted("32", text); }
std::string Screen::bad(const std::string& text) const { return painted("31", text); }
std::string Screen::faint(const std::string& text) const { return painted("2", text); }

}  // namespace automl::cli
