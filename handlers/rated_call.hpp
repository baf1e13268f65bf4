#pragma once
/// Calls through a telephone station: what the exchange says of them in DE 48, what a grant is, and
/// what the whole call costs. The hold and its completion are those of hold.cpp and completion.cpp.

#include <cstdint>
#include <optional>
#include <string_view>

#include "handlers/catalogue.hpp"
#include "ledger/rates.hpp"

namespace handlers {

/// So long after the last second that was granted a call's hold is over.
inline constexpr std::uint32_t kAfterGrantS = 600;

/// Tag 0030 at a telephone station: the hold is a call's. Elsewhere the tag says nothing.
std::optional<std::string_view> called_number(const Request& request);
/// Tag 0032 at a telephone station: the completion is a call's.
std::optional<std::uint32_t> seconds_used(const Request& request);
/// Where they say something, they must be what they are.
bool called_number_is_good(const Request& request);
bool seconds_used_are_good(const Request& request);

/// What one message of a hold reserves.
struct Grant {
  std::int64_t won = 0;  ///< of a call's first one with the connection
  std::uint32_t lasts_s = 0;
  ledger::CallRate rate{};    ///< of a call
  std::uint32_t seconds = 0;  ///< … and so long it may go on
};

/// The longest call that the available balance pays. `open`: the call's hold, when this is a
/// renewal, which goes by the rate of the call's start.
Refusal grant_call(const Exchange& exchange, std::string_view called,
                   const ledger::HoldRecord* open, std::int64_t available_won, Grant& grant);

/// Tag 0031 of the answer.
void add_granted(Answer& answer, std::uint32_t seconds);
/// What tag 0031 of this transaction's answer said; 0: it was no call's.
std::uint32_t granted_s(const ledger::StoredTransaction& transaction);

}  // namespace handlers
