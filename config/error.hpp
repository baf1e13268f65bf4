#pragma once
/// What is wrong with a configuration, in a sentence that says where and what is allowed.

#include <stdexcept>

namespace config {

/// `demo.conf:12: station.DEMO-POS.port: 99999 is not allowed; a number from 1 to 65535`.
/// Ends the start; never holds a password.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace config
