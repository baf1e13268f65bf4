/// The switch against the model: thousands of seeds, each a life of a few hundred requests.
///
///   CYBERPASS_MODEL_SEEDS       how many seeds in all (5000), divided among the shards
///   CYBERPASS_MODEL_OPERATIONS  requests a seed (300)
///   CYBERPASS_MODEL_SEED        this one only, with ModelTest.OneSeed

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "pairs.hpp"
#include "run.hpp"

namespace simulation {
namespace {

constexpr int kShards = 8;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

int operations() { return static_cast<int>(setting("CYBERPASS_MODEL_OPERATIONS", 300)); }

std::string missing_pairs(const Coverage& coverage) {
  std::string missing;
  for (const auto& [operation, codes] : kPossibleAnswers)
    for (const std::string& code : codes)
      if (!coverage.contains({operation, code})) missing += " " + operation + "/" + code;
  return missing;
}

std::string impossible_pairs(const Coverage& coverage) {
  std::string impossible;
  for (const auto& [pair, count] : coverage) {
    const auto& [operation, code] = pair;
    const auto& codes = kPossibleAnswers.at(operation);
    if (std::ranges::count(codes, code) == 0) impossible += " " + operation + "/" + code;
  }
  return impossible;
}

void print(const Coverage& coverage) {
  for (const auto& [pair, count] : coverage)
    std::printf("%-15s %s %9llu\n", pair.first.c_str(), pair.second.c_str(),
                static_cast<unsigned long long>(count));
}

class ModelShard : public testing::TestWithParam<int> {};

TEST_P(ModelShard, AgreesWithTheSwitch) {
  const std::uint64_t seeds = setting("CYBERPASS_MODEL_SEEDS", 5'000) / kShards;
  const std::uint64_t first = static_cast<std::uint64_t>(GetParam()) * seeds;
  Coverage coverage;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const std::string disagreement = SeedRun(seed, operations(), coverage).play();
    if (!disagreement.empty()) FAIL() << disagreement;
  }
  if (std::getenv("CYBERPASS_MODEL_PRINT") != nullptr) print(coverage);
  EXPECT_EQ(missing_pairs(coverage), "") << "never answered in " << seeds << " seeds";
  EXPECT_EQ(impossible_pairs(coverage), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelShard, testing::Range(0, kShards));

TEST(ModelTest, OneSeed) {
  if (std::getenv("CYBERPASS_MODEL_SEED") == nullptr) GTEST_SKIP() << "no seed is named";
  Coverage coverage;
  const std::string disagreement =
      SeedRun(setting("CYBERPASS_MODEL_SEED", 0), operations(), coverage).play();
  if (!disagreement.empty()) FAIL() << disagreement;
}

}  // namespace
}  // namespace simulation
