#pragma once
/// A small ledger behind the router, asked in text.
///
///   desk.ask("POS 0200 2=active 3=000000 4=1000")  → code, words of the refusal, elements, tags
///
/// A line is a station, an MTI and `element=value`; what every request has (DE 7 11 12 13 41 42,
/// and 49 beside DE 4) comes by itself, `-11` takes it away. DE 2 names a card: active, pin (the
/// PIN# of active), small (a 5,000 won card), rich, stock, sold, blocked, expired, closed, none,
/// luhn (a wrong check digit), foreign. Calls are rated as in the demo world. DE 52 and 48.0010 are
/// passwords in clear (`-`: no PIN block), DE 4 needs no zeros; `90=@`, `37=@`, `38=@` are those of
/// the request before or its answer. `!4` and `!48` spoil DE 4 and the tags, and the MAC with them.

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "crypto/card_vault.hpp"
#include "ledger/cards.hpp"
#include "ledger/directory.hpp"
#include "ledger/memory_store.hpp"
#include "switch/router.hpp"

namespace handlers::test {

struct Answered {
  std::string mti, code;
  std::string words;             ///< of the refusal
  std::int64_t logged_won = -1;  ///< the amount in the log line
  std::map<int, std::string> fields;
  std::map<int, std::string> tags;
  bool has(int element) const { return fields.contains(element); }
  const std::string& operator[](int element) { return fields[element]; }
};

/// The passwords of all cards.
inline constexpr const char* kPassword = "1234";

class Desk {
 public:
  Desk();
  Answered ask(const std::string& line);

  Rules rules;
  base::TimeUs now;
  bool writable = true;
  core::GuessBrake* brake = nullptr;  ///< of all stations
  /// Called with true before and with false after each message is routed; may be empty.
  std::function<void(bool)> routing;
  /// What a DE 90 says of the request before; `mti` as it was sent.
  std::string original_data() const;
  std::string last(int element) const { return last_.at(element); }
  std::string card_number(const std::string& name) const;
  std::string initial_password(const std::string& card_number);
  ledger::CardRecord card(const std::string& name);
  void change_limits(const std::function<void(ledger::LimitsRecord&)>& change);
  /// Another product of this face value in the place of the one that was sold; ends it where
  /// `number` is 0.
  void replace_product(std::int64_t face_won, std::uint8_t number);
  void load_rates(std::vector<ledger::RateRow> rows, base::TimeUs from);
  void forget_rates();
  void change_card(const std::string& name, const std::function<void(ledger::CardRecord&)>& change);

 private:
  struct Keys : crypto::KeyStore {
    const crypto::Key* station_key(std::string_view, crypto::KeyUse) const override;
    const crypto::Key* storage_key(crypto::KeyUse, std::uint16_t) const override;
    std::uint16_t current_id(crypto::KeyUse) const override { return 1; }
    crypto::Key station{std::vector<std::uint8_t>(16, 0x23)};
    crypto::Key storage{std::vector<std::uint8_t>(32, 0x45)};
  };
  struct Random : base::RandomSource {
    void fill(base::ByteSpan out) override;
    std::mt19937 engine{1};
  };
  struct Line {
    std::string station, mti, spoiled;
    std::map<int, std::string> fields;
    std::map<int, std::string> tags;
  };

  void add_station(const std::string& name, ledger::Role role);
  void add_party(ledger::Draft& draft, const std::string& station, const std::string& terminal,
                 const std::string& merchant, ledger::PartyKind kind, int mcc);
  void add_cards(ledger::Draft& draft);
  void add_card(ledger::Draft& draft, const std::string& name, std::uint8_t product,
                ledger::CardState state, std::int64_t balance_won);
  Line read(const std::string& text);
  std::vector<std::uint8_t> encode(const Line& line, const core::StationLink& link) const;
  void commit(const std::function<void(ledger::Draft&)>& change);

  Keys keys_;
  Random random_;
  crypto::CardVault vault_{keys_};
  ledger::MemoryStore store_;
  ledger::Directory directory_;
  std::map<std::string, core::StationKeys> station_keys_;
  std::map<std::string, core::StationLink> links_;
  std::map<std::string, core::LinkState> states_;
  std::map<std::string, std::string> numbers_;  ///< what DE 2 is for a card's name
  std::map<std::string, ledger::CardId> ids_;
  std::map<int, std::string> last_;  ///< elements of the latest request; 0: its MTI
  int stan_ = 0;
};

}  // namespace handlers::test
