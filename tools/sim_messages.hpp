#pragma once
/// The messages that a terminal can be told to send by name.

#include <span>
#include <string>
#include <string_view>

#include "codec/mti.hpp"

namespace tools {

struct SimMessage {
  std::string_view name;
  codec::Mti mti;
  std::string_view code;   ///< DE 3; of an 0800 DE 70; empty: none
  std::string_view usual;  ///< the options it usually needs, for the help text
};

/// All of them, in the order of the wire contract.
std::span<const SimMessage> sim_messages();
/// The one of this name, or nullptr.
const SimMessage* find_sim_message(std::string_view name);
/// A line each.
std::string sim_messages_help();

}  // namespace tools
