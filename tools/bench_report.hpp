#pragma once
/// What a load run found, for eyes and for programs.

#include <string>

#include "tools/bench_load.hpp"

namespace tools {

std::string report_text(const BenchOptions& options, const LoadResult& result);
/// One object, latencies in microseconds; `over_1ms` counts requests, `request_bytes` and
/// `answer_bytes` are means, `seconds` is one row for each second of the counted time.
std::string report_json(const BenchOptions& options, const LoadResult& result);

}  // namespace tools
