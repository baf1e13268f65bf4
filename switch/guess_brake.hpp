#pragma once
/// Slows down who guesses card numbers and passwords: their answers wait.
///
///   may_ask(terminal) → the message is decided → judge(answer) → how long the answer waits
///   tick() several times a second: who made no guess for a minute is free again
///
/// A guess is an answer 14, 55 or 75 that was decided, and not the first answer again. After ten
/// within a minute by a terminal, at a station or on a card the next answer waits 1 s, then,
/// doubled by each guess, 2, 4, 8, 16 and at most 30 s, until a minute has passed without another.
///
///   terminal  all its answers about cards wait, the good ones too: what waits tells nothing.
///   card      all answers about this card wait, whoever asks. An unknown number is told by its
///             keyed hash.
///   station   only its guesses wait, since most of its terminals are honest; and those of a braked
///             terminal do not count for it, not even those that braked it, so that one bad
///             terminal does not brake its station.
///
/// At a telephone or site station a terminal is not a person but a door for many: there only
/// guesses wait at a terminal, too.
///
/// Who asks without waiting for answers gains nothing: about GuessLimits::waiting answers of a
/// braked terminal wait at a time, and while they do may_ask() is false: its next message is to be
/// refused undecided. That holds over all its connections, open or closed meanwhile.
///
/// Bounds: a table each for terminals and cards, of GuessLimits::suspects. Where one is full the
/// least recently guilty is forgotten. To push out a braked terminal takes as many other terminals,
/// each with a guess after its last, and gains it ten free guesses; cards are pushed out by
/// guessing numbers, which the terminals' table counts. There are fewer stations than would fill a
/// table of their own. Time is monotonic: nobody is freed by setting the clock. One thread.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/figures.hpp"
#include "ledger/records.hpp"
#include "switch/suspects.hpp"

namespace core {

/// Who asks about cards.
struct Asker {
  ledger::StationId station = 0;
  std::string_view station_name;
  std::array<char, 8> terminal{};  ///< DE 41
  bool is_shared = false;          ///< the terminal is a door for many
};

/// What was answered about a card.
struct CardAnswer {
  std::uint64_t card_key = 0;  ///< tells the cards apart, known or not
  std::string_view masked_card;
  std::array<char, 2> code{};  ///< DE 39
  bool replayed = false;       ///< the first answer again: nothing new is learned

  bool is_guess() const;
};

/// For the log.
struct BrakeChange {
  bool is_on;
  std::string_view station;
  std::string text;  ///< who, how long, and what to do
};

/// Read by any thread.
struct GuessFigures {
  base::Count guesses;
  base::Count slowed;                      ///< answers that waited or wait
  base::Count refused;                     ///< messages not decided, as too many answers wait
  base::Count brakes;                      ///< how often one set in
  base::Count terminals, stations, cards;  ///< braked now
  base::Count waiting;                     ///< answers that wait now
};

class GuessBrake {
 public:
  using Clock = std::function<base::TimeUs()>;
  using Tell = std::function<void(const BrakeChange&)>;
  GuessBrake(const GuessLimits& limits, Clock clock, Tell tell);

  /// Whether a message about a card may be decided now; counts those that may not.
  bool may_ask(const Asker& asker);
  /// Counts a guess; how long this answer must wait, in microseconds, usually 0.
  base::TimeUs judge(const Asker& asker, const CardAnswer& answer);
  void tick();

  /// An answer begins to wait; it was sent, or its connection is gone.
  void began_waiting() { ++figures_.waiting; }
  void ended_waiting(std::size_t count);

  const GuessFigures& figures() const { return figures_; }

 private:
  /// A kind of suspect: what the log calls it, and what waits.
  struct Kind {
    std::string_view what;
    std::string_view waits;
    std::string_view advice;
    base::Count GuessFigures::*braked;
  };
  static const Kind kTerminal, kSharedTerminal, kStation, kCard;

  base::TimeUs wait_of(const Suspect* terminal, const Asker& asker, const CardAnswer& answer);
  void accuse_all(const Asker& asker, const CardAnswer& answer, base::TimeUs now_us);
  const Suspect& accuse(Suspects& suspects, const Kind& kind, const SuspectKey& key,
                        std::string_view name, std::string_view station, base::TimeUs now_us);
  void forgive(const Suspect& suspect, const Kind& kind, std::string_view why);

  const GuessLimits limits_;
  const Clock clock_;
  const Tell tell_;
  Suspects terminals_, stations_, cards_;
  GuessFigures figures_;
};

}  // namespace core
