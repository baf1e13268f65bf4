#pragma once
/// The message type identifier: version, class, function, origin.

#include <cstdint>

namespace codec {

/// Four decimal digits as the number they read, 0200 → 200. The first digit is always 0 here.
struct Mti {
  std::uint16_t value = 0;

  int message_class() const { return value / 100 % 10; }
  bool is_network_management() const { return message_class() == 8; }
  /// 01xx, 02xx and 04xx: what is booked in a business day and has a reference.
  bool is_transaction() const {
    return message_class() == 1 || message_class() == 2 || message_class() == 4;
  }
  int function() const { return value / 10 % 10; }
  int origin() const { return value % 10; }

  /// Requests, advices and notifications have an even function digit; their answers an odd one.
  bool is_request() const { return function() % 2 == 0; }
  /// 0201, 0401, 0421: the same message sent again.
  bool is_repeat() const { return origin() % 2 == 1; }
  /// 0201 → 0200.
  Mti without_repeat() const { return {static_cast<std::uint16_t>(value - (is_repeat() ? 1 : 0))}; }
  /// 0200 and 0201 → 0210; 0420 and 0421 → 0430.
  Mti answer() const { return {static_cast<std::uint16_t>(without_repeat().value + 10)}; }

  friend bool operator==(Mti, Mti) = default;
};

}  // namespace codec
