#pragma once
/// One terminal of a station: makes its messages, sends them, reads and checks the answers.
///
///   Terminal t(world, "DEMO-POS", "")  → draft(mti, processing) with what every request needs
///   → send(draft) → Answer, or nothing when none came

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/message.hpp"
#include "tools/card_numbers.hpp"
#include "tools/draft.hpp"
#include "tools/link.hpp"
#include "tools/stamps.hpp"
#include "tools/world.hpp"

namespace tools {

enum class MacVerdict { none, right, wrong, missing };

/// A message with the bytes that it is a view of. Moves, since a vector's bytes stay in place; is
/// not copied.
class Received {
 public:
  /// Throws LinkError, which names element and offset, for what is no message.
  Received(const codec::Profile& profile, std::vector<std::uint8_t> bytes);
  Received(Received&&) = default;
  Received& operator=(Received&&) = default;
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;
  ~Received() = default;

  const codec::Message& message() const { return message_; }
  base::ByteView bytes() const { return bytes_; }
  bool has(int element) const { return message_.has(element); }
  /// An element as text: digits for n, without blanks at the end for an; empty when absent.
  std::string text(int element) const;
  /// A tag of DE 48; empty when absent.
  std::string tag(int number) const;

 private:
  std::vector<std::uint8_t> bytes_;
  codec::Message message_;
};

struct Answer {
  Received received;
  MacVerdict mac = MacVerdict::none;
  std::int64_t latency_us = 0;

  std::string code() const { return received.text(39); }
};

class Terminal {
 public:
  /// `terminal_id` empty: the station's first. Does not connect yet. `world` must outlive it.
  Terminal(const World& world, std::string_view station, std::string_view terminal_id);

  const config::Station& station() const { return station_; }
  /// Throws UsageError when the station has no terminal.
  const config::SeedTerminal& identity() const;
  const crypto::Key& pin_key() const;

  /// DE 3 (six digits; none when empty), 7, 11, 12, 13, 37, 41, 42.
  Draft draft(codec::Mti mti, std::string_view processing);
  /// An 0800 of this DE 70.
  Draft network(std::string_view code);
  /// DE 52 and DE 2 of a card.
  void put_card(Draft& draft, const std::string& card, const std::string& password) const;

  std::vector<std::uint8_t> encode(const Draft& draft, bool broken_mac = false) const;
  /// Connects at the first message. Nothing when no answer of this STAN came in time; older answers
  /// are passed over. Throws LinkError.
  std::optional<Answer> send(const Draft& draft, base::TimeUs patience_us, bool broken_mac = false);
  std::optional<Answer> send_bytes(std::vector<std::uint8_t> message, base::TimeUs patience_us);

 private:
  MacVerdict check_mac(base::ByteView message) const;

  const World& world_;
  const config::Station& station_;
  Draft stamped(codec::Mti mti, std::string_view processing);

  const config::SeedTerminal* identity_;  // null: the station has none
  StampMaker stamps_;
  std::optional<Link> link_;
};

}  // namespace tools
