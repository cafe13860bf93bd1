// SPDX-License-Identifier: Apache-2.0
// Drives one sampler from outside, one JSON object a line in, one a line out: README.md.
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "search/registry.hpp"

namespace automl::search {
namespace {

using Json = nlohmann::json;

const std::vector<std::pair<std::string, Relation>> kRelations = {{"==", Relation::kEqual},
                                                                  {"!=", Relation::kNotEqual},
                                                                  {"<", Relation::kLess},
                                                                  {"<=", Relation::kLessOrEqual},
                                                                  {">", Relation::kGreater},
                                                                  {">=", Relation::kGreaterOrEqual},
                                                                  {"in", Relation::kAnyOf}};

const std::vector<std::pair<std::string, Kind>> kKinds = {{"float", Kind::kFloat},
                                                          {"int", Kind::kInt},
                                                          {"categorical", Kind::kCategorical},
                                                          {"ordinal", Kind::kOrdinal},
                                                          {"bool", Kind::kBool}};

template <typename Value>
Value named(const std::vector<std::pair<std::string, Value>>& table, const std::string& name) {
  for (const auto& [known, value] : table) {
    if (known == name) {
      return value;
    }
  }
  throw std::invalid_argument("unknown: " + name);
}

// One study: its space, its sampler, and what was asked and told so far.
class Study {
 public:
  explicit Study(const Json& start)
      : space_(parameters(start.at("space")), {}), seed_(start.value("seed", std::uint64_t{1})) {
    Options options;
    const Json given = start.value("options", Json::object());
    for (const auto& [name, value] : given.items()) {
      options[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    sampler_ = make_sampler(start.at("algorithm"), options, space_);
  }

  Json ask(int count) {
    std::vector<Configuration> waiting;
    for (const Pending& one : pending_) {
      waiting.push_back(one.configuration);
    }
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Suggestion> found =
        sampler_->suggest({history_, waiting, next_, seed_, count});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    Json answer = {{"suggestions", Json::array()}, {"ms", took.count()}};
    for (const Suggestion& one : found) {
      const auto trial = static_cast<std::int64_t>(next_++);
      pending_.push_back({trial, one.configuration});
      answer["suggestions"].push_back(
          {{"trial", trial}, {"values", values(one.configuration)}, {"reason", one.reason}});
    }
    return answer;
  }

  Json tell(const Json& told) {
    const std::int64_t trial = told.at("trial");
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      if (pending_[i].trial == trial) {
        add(trial, pending_[i].configuration, told);
        pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
        return Json::object();
      }
    }
    throw std::invalid_argument("trial " + std::to_string(trial) + " is not pending");
  }

  // A finished trial that was not asked for.
  Json add(const Json& given) {
    Configuration configuration{std::vector<double>(space_.size(), kInactive)};
    for (std::size_t i = 0; i < space_.size(); ++i) {
      if (given.at("values").contains(space_[i].name)) {
        configuration.values[i] = given.at("values").at(space_[i].name);
      }
    }
    add(static_cast<std::int64_t>(next_++), space_.repair(configuration), given);
    return Json::object();
  }

 private:
  struct Pending {
    std::int64_t trial;
    Configuration configuration;
  };

  static std::vector<Parameter> parameters(const Json& list) {
    std::vector<Parameter> result;
    for (const Json& one : list) {
      Parameter p;
      p.name = one.at("name");
      p.kind = named(kKinds, one.value("kind", "float"));
      p.low = one.value("low", 0.0);
      p.high = one.value("high", 1.0);
      p.log = one.value("log", false);
      p.step = one.value("step", 0.0);
      p.choices = p.kind == Kind::kBool ? 2 : one.value("choices", std::size_t{0});
      p.scale = one.value("scale", std::vector<double>());
      if (one.contains("default")) {
        p.default_value = one.at("default").get<double>();
      }
      for (const Json& when : one.value("when", Json::array())) {
        p.conditions.push_back({when.at("parameter"),
                                named(kRelations, when.value("relation", "==")),
                                when.at("operands").get<std::vector<double>>()});
      }
      result.push_back(std::move(p));
    }
    return result;
  }

  // Only what is active.
  Json values(const Configuration& configuration) const {
    Json result = Json::object();
    for (std::size_t i = 0; i < space_.size(); ++i) {
      if (configuration.active(i)) {
        result[space_[i].name] = configuration.values[i];
      }
    }
    return result;
  }

  void add(std::int64_t trial, const Configuration& configuration, const Json& told) {
    const bool has_value = told.contains("value") && told.at("value").is_number();
    const std::string status = told.value("status", has_value ? "complete" : "failed");
    history_.add({trial,
                  configuration,
                  status == "complete" && has_value ? Status::kComplete
                  : status == "pruned" && has_value ? Status::kPruned
                                                    : Status::kFailed,
                  has_value ? told.at("value").get<double>() : 0});
  }

  SearchSpace space_;
  std::uint64_t seed_;
  std::unique_ptr<Sampler> sampler_;
  History history_;
  std::vector<Pending> pending_;
  std::uint64_t next_ = 0;
};

Json answer(std::optional<Study>& study, const Json& line) {
  if (line.contains("space")) {
    study.emplace(line);
    return Json::object();
  }
  if (!study) {
    throw std::invalid_argument("the first line must hold the space");
  }
  if (line.contains("ask")) {
    return study->ask(line.at("ask"));
  }
  return line.contains("tell") ? study->tell(line.at("tell")) : study->add(line.at("add"));
}

}  // namespace
}  // namespace automl::search

int main() {
  std::optional<automl::search::Study> study;
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json reply;
    try {
      reply = automl::search::answer(study, nlohmann::json::parse(line));
    } catch (const std::exception& error) {
      reply = {{"error", error.what()}};
    }
    std::cout << reply.dump() << std::endl;
  }
  return 0;
}
