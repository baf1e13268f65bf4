#pragma once
/// What each kind of transaction may have posted, and to which cards. Inside check_*.cpp only.

#include <string>

#include "ledger/check_message.hpp"
#include "ledger/check_state.hpp"

namespace ledger::checking {

/// What is wrong with head and answer taken by themselves; empty when nothing is.
std::string head_complaint(const Stored& stored, const State& state);

/// What is wrong with what an approved or declined transaction moved; `original` is the transaction
/// that its head names, or null. `state` is the one before it.
std::string movement_complaint(Source& source, const Stored& stored, const Stored* original,
                               State& state);

/// What is wrong with the points that an approved transaction moved; after movement_complaint.
std::string points_complaint(Source& source, const Stored& stored, const Stored* original,
                             State& state);

}  // namespace ledger::checking
