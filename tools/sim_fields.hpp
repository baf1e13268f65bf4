#pragma once
/// The options of `cpsim terminal` that say what stands in the message.

#include "tools/command_line.hpp"
#include "tools/draft.hpp"
#include "tools/sim_messages.hpp"
#include "tools/terminal.hpp"

namespace tools {

/// Adds `--card`, `--amount`, … `--field`, `--drop`, `--mti` and `word` to a description.
void add_field_options(boost::program_options::options_description& description);

/// The message with its defaults, then the options in their order of the help text, at last
/// `--field` and `--drop`. Throws UsageError.
Draft draft_of(Terminal& terminal, const SimMessage& message,
               const boost::program_options::variables_map& given);

/// `send MTI DE=VALUE …`: what is said and nothing else. Throws UsageError.
Draft raw_draft_of(const boost::program_options::variables_map& given);

/// `10000x2,30000x1` as tag 0001, and what it costs. Throws UsageError.
struct OrderLines {
  std::string tag;
  std::uint64_t total_won = 0;
};
OrderLines parse_order(std::string_view text);

/// `0200,000123,1122010203` (MTI, STAN, DE 7) as DE 90. Throws UsageError.
std::string parse_original(std::string_view text);

}  // namespace tools
