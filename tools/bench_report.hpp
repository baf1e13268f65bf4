#pragma once
/// What a load run found, for eyes and for programs.

#include <string>

#include "tools/bench_load.hpp"

namespace tools {

std::string report_text(const BenchOptions& options, const LoadResult& result);
/// One object, latencies in microseconds.
std::string report_json(const BenchOptions& options, const LoadResult& result);

}  // namespace tools
