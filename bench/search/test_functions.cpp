// SPDX-License-Identifier: Apache-2.0
#include "bench/search/test_functions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <Eigen/Core>
#include <Eigen/QR>

#include "search/random.hpp"

namespace automl::bench {
namespace {

using Eigen::VectorXd;
using search::Configuration;
using search::Kind;
using search::Parameter;
using search::Random;
using search::Relation;
using search::SearchSpace;
using std::numbers::pi;

Parameter real(const std::string& name, double low, double high, bool log = false) {
  Parameter p;
  p.name = name;
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}

// f on its usual box, its least value and where that is.
struct Smooth {
  std::vector<double> best;
  double low;
  double high;
  double optimum;
  bool rotated;
  std::function<double(const VectorXd&)> value;
};

double branin(const VectorXd& x) {
  const double u = 15 * (x(0) + 1) / 2 - 5;
  const double v = 15 * (x(1) + 1) / 2;
  return std::pow(v - 5.1 / (4 * pi * pi) * u * u + 5 / pi * u - 6, 2) +
         10 * (1 - 1 / (8 * pi)) * std::cos(u) + 10;
}

double hartmann6(const VectorXd& x) {
  static const double kA[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                  {0.05, 10, 17, 0.1, 8, 14},
                                  {3, 3.5, 1.7, 10, 17, 8},
                                  {17, 8, 0.05, 10, 0.1, 14}};
  static const double kP[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                  {2329, 4135, 8307, 3736, 1004, 9991},
                                  {2348, 1451, 3522, 2883, 3047, 6650},
                                  {4047, 8828, 8732, 5743, 1091, 381}};
  static const double kWeight[4] = {1, 1.2, 3, 3.2};
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    double inner = 0;
    for (int j = 0; j < 6; ++j) {
      inner += kA[i][j] * std::pow(x(j) - kP[i][j] * 1e-4, 2);
    }
    sum -= kWeight[i] * std::exp(-inner);
  }
  return sum;
}

double ackley(const VectorXd& x) {
  const auto n = static_cast<double>(x.size());
  return -20 * std::exp(-0.2 * std::sqrt(x.squaredNorm() / n)) -
         std::exp((2 * pi * x.array()).cos().sum() / n) + 20 + std::numbers::e;
}

double rosenbrock(const VectorXd& x) {
  double sum = 0;
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x(i + 1) - x(i) * x(i), 2) + std::pow(1 - x(i), 2);
  }
  return sum;
}

double levy(const VectorXd& x) {
  const VectorXd w = 1 + (x.array() - 1) / 4;
  double sum = std::pow(std::sin(pi * w(0)), 2);
  for (Eigen::Index i = 0; i + 1 < w.size(); ++i) {
    sum += std::pow(w(i) - 1, 2) * (1 + 10 * std::pow(std::sin(pi * w(i) + 1), 2));
  }
  const double last = w(w.size() - 1);
  return sum + std::pow(last - 1, 2) * (1 + std::pow(std::sin(2 * pi * last), 2));
}

double michalewicz(const VectorXd& x) {
  double sum = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum -= std::sin(x(i)) * std::pow(std::sin(static_cast<double>(i + 1) * x(i) * x(i) / pi), 20);
  }
  return sum;
}

double rastrigin(const VectorXd& x) {
  return (x.array().square() - 10 * (2 * pi * x.array()).cos() + 10).sum();
}

double styblinski_tang(const VectorXd& x) {
  const Eigen::ArrayXd y = x.array();
  return (y.pow(4) - 16 * y.square() + 5 * y).sum() / 2;
}

// Axes of lengths 1 to 1000.
double ellipsoid(const VectorXd& x) {
  double sum = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum += std::pow(1e3, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x(i) * x(i);
  }
  return sum;
}

std::vector<double> at(std::size_t dimensions, double coordinate) {
  return std::vector<double>(dimensions, coordinate);
}

Smooth smooth(const std::string& name) {
  if (name == "branin2") {
    return {{2 * (pi + 5) / 15 - 1, 2 * 2.275 / 15 - 1}, -1, 1, 0.39788735772973816, false, branin};
  }
  if (name == "hartmann6" || name == "noisy_hartmann6") {
    return {{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573},
            0,
            1,
            -3.322368011391339,
            false,
            hartmann6};
  }
  if (name == "ackley10") {
    return {at(10, 0), -10, 10, 0, true, ackley};
  }
  if (name == "rosenbrock5") {
    return {at(5, 1), -2, 2, 0, false, rosenbrock};
  }
  if (name == "rosenbrock10") {
    return {at(10, 1), -2, 2, 0, false, rosenbrock};
  }
  if (name == "levy8") {
    return {at(8, 1), -10, 10, 0, true, levy};
  }
  if (name == "michalewicz10") {
    return {{2.202906,
             1.570796,
             1.284992,
             1.923058,
             1.720470,
             1.570796,
             1.454414,
             1.756087,
             1.655717,
             1.570796},
            0,
            pi,
            -9.66015171564134,
            false,
            michalewicz};
  }
  if (name == "rastrigin5") {
    return {at(5, 0), -5.12, 5.12, 0, true, rastrigin};
  }
  if (name == "styblinski6") {
    return {at(6, -2.903534), -5, 5, -39.16616570377142 * 6, false, styblinski_tang};
  }
  if (name == "ellipsoid20") {
    return {at(20, 0), -5, 5, 0, true, ellipsoid};
  }
  throw std::invalid_argument("no test function " + name);
}

// The optimum is moved to a random place of the box, up to a tenth from its bounds; beyond its
// usual box the function goes on.
TestFunction shifted(const std::string& name, std::uint64_t seed) {
  const Smooth f = smooth(name);
  Random random(seed, 11);
  const auto d = static_cast<Eigen::Index>(f.best.size());
  VectorXd place(d);
  for (Eigen::Index i = 0; i < d; ++i) {
    place(i) = random.uniform(0.1, 0.9);
  }
  Eigen::MatrixXd gauss(d, d);
  for (Eigen::Index i = 0; i < gauss.size(); ++i) {
    gauss(i) = random.normal();
  }
  const Eigen::MatrixXd turn =
      f.rotated ? Eigen::MatrixXd(Eigen::HouseholderQR<Eigen::MatrixXd>(gauss).householderQ())
                : Eigen::MatrixXd::Identity(d, d);
  const double scale = std::exp(random.uniform(-3, 3));
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < f.best.size(); ++i) {
    parameters.push_back(real("x" + std::to_string(i), 0, 1));
  }
  const auto regret = [=](const Configuration& c) {
    const VectorXd x = Eigen::Map<const VectorXd>(c.values.data(), d) - place;
    const VectorXd best = Eigen::Map<const VectorXd>(f.best.data(), d);
    return scale * (f.value(best + turn * x * (f.high - f.low)) - f.optimum);
  };
  const double noise = name == "noisy_hartmann6" ? 0.2 * scale : 0;
  return {name, SearchSpace(std::move(parameters), {}), regret, noise};
}

// A network's settings, by shape: learning rate, decay and width in logarithms, layers, two
// categories that interact with them.
TestFunction mixed(std::uint64_t seed) {
  Random random(seed, 12);
  std::vector<Parameter> p = {real("rate", 1e-5, 1, true),
                              real("decay", 1e-6, 1e-1, true),
                              real("width", 8, 1024, true),
                              real("layers", 1, 8),
                              real("dropout", 0, 0.8),
                              real("optimizer", 0, 1),
                              real("activation", 0, 1)};
  p[2].kind = Kind::kInt;
  p[3].kind = Kind::kInt;
  p[5].kind = Kind::kCategorical;
  p[5].choices = 4;
  p[6].kind = Kind::kCategorical;
  p[6].choices = 3;
  std::vector<double> c;
  for (int i = 0; i < 16; ++i) {
    c.push_back(random.uniform());
  }
  const auto regret = [c](const Configuration& x) {
    const auto opt = static_cast<std::size_t>(x.values[5]);
    const auto act = static_cast<std::size_t>(x.values[6]);
    const double rate = std::log10(x.values[0]) + 3.5 - 2 * c[opt];
    const double decay = std::log10(x.values[1]) + 5 - 3 * c[4];
    const double width = std::log2(x.values[2]) - 5 - 4 * c[5];
    const double layers = x.values[3] - 2 - std::round(4 * c[6 + act]);
    const double best = std::min({c[9], c[10], c[11], c[12]});
    const double pick = c[9 + opt] - best + 0.5 * (c[13 + act] - std::min({c[13], c[14], c[15]}));
    return 0.6 * rate * rate + 0.05 * decay * decay + 0.03 * width * width +
           0.04 * layers * layers + std::pow(x.values[4] - 0.6 * c[5], 2) + 0.5 * pick +
           0.05 * (1 - std::cos(3 * rate + width));
  };
  return {"mixed7", SearchSpace(std::move(p), {}), regret, 0};
}

// Three learners with parameters of their own.
TestFunction conditional(std::uint64_t seed) {
  Random random(seed, 13);
  std::vector<double> c;
  for (int i = 0; i < 12; ++i) {
    c.push_back(random.uniform(0.15, 0.85));
  }
  std::vector<Parameter> p = {real("learner", 0, 1)};
  p[0].kind = Kind::kCategorical;
  p[0].choices = 3;
  for (int branch = 0; branch < 3; ++branch) {
    for (int k = 0; k < 3; ++k) {
      p.push_back(real("b" + std::to_string(branch) + std::to_string(k), 0, 1));
      p.back().conditions.push_back({0, Relation::kEqual, {static_cast<double>(branch)}});
    }
  }
  p.push_back(real("shared", 0, 1));
  const auto regret = [c](const Configuration& x) {
    const auto branch = static_cast<std::size_t>(x.values[0]);
    double sum = 0.3 * static_cast<double>((branch + static_cast<std::size_t>(c[0] * 100)) % 3);
    for (std::size_t k = 0; k < 3; ++k) {
      const double away = x.values[1 + 3 * branch + k] - c[3 * branch + k];
      sum += (k == 0 ? 4 : 1) * away * away + 0.05 * (1 - std::cos(20 * away));
    }
    return sum + std::pow(x.values[10] - c[9], 2);
  };
  return {"conditional11", SearchSpace(std::move(p), {}), regret, 0};
}

}  // namespace

std::vector<std::string> test_function_names() {
  return {"branin2",
          "hartmann6",
          "noisy_hartmann6",
          "ackley10",
          "rosenbrock5",
          "rosenbrock10",
          "levy8",
          "michalewicz10",
          "rastrigin5",
          "styblinski6",
          "ellipsoid20",
          "mixed7",
          "conditional11"};
}

TestFunction make_test_function(const std::string& name, std::uint64_t seed) {
  return name == "mixed7"          ? mixed(seed)
         : name == "conditional11" ? conditional(seed)
                                   : shifted(name, seed);
}

}  // namespace automl::bench
