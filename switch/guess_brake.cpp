#include "switch/guess_brake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "switch/clock.hpp"

namespace core {

const GuessBrake::Kind GuessBrake::kTerminal{"terminal", "its answers about cards",
                                             "see who is at it", &GuessFigures::terminals};
const GuessBrake::Kind GuessBrake::kSharedTerminal{"terminal", "its further guesses",
                                                   "ask the station who comes through it",
                                                   &GuessFigures::terminals};
const GuessBrake::Kind GuessBrake::kStation{
    "station", "its further guesses", "its terminals' wrong passwords and unknown cards say where",
    &GuessFigures::stations};
const GuessBrake::Kind GuessBrake::kCard{"card", "all answers about it",
                                         "somebody tries it at the terminals in the log",
                                         &GuessFigures::cards};

bool CardAnswer::is_guess() const {
  constexpr std::array kGuess{std::array{'1', '4'}, std::array{'5', '5'}, std::array{'7', '5'}};
  return !replayed && std::find(kGuess.begin(), kGuess.end(), code) != kGuess.end();
}

namespace {

SuspectKey terminal_key(const Asker& asker) { return {asker.station, asker.terminal}; }
SuspectKey station_key(const Asker& asker) { return {asker.station, {}}; }

/// Without its padding.
std::string_view name_of(const std::array<char, 8>& terminal) {
  const auto end =
      std::find_if(terminal.begin(), terminal.end(), [](char c) { return c == ' ' || c == '\0'; });
  return {terminal.data(), static_cast<std::size_t>(end - terminal.begin())};
}

}  // namespace

GuessBrake::GuessBrake(const GuessLimits& limits, Clock clock, Tell tell)
    : limits_(limits),
      clock_(std::move(clock)),
      tell_(std::move(tell)),
      terminals_(limits.suspects),
      stations_(limits.suspects),
      cards_(limits.suspects) {}

bool GuessBrake::may_ask(const Asker& asker) {
  const Suspect* const suspect = terminals_.find(terminal_key(asker));
  if (suspect == nullptr || !suspect->is_braked() || asker.is_shared) return true;
  const bool is_full = suspect->busy_until_us - clock_() >= suspect->wait_us;
  if (!is_full && figures_.waiting < limits_.waiting_in_all) return true;
  ++figures_.refused;
  return false;
}

base::TimeUs GuessBrake::judge(const Asker& asker, const CardAnswer& answer) {
  tick();
  const base::TimeUs now_us = clock_();
  Suspect* const terminal = terminals_.find(terminal_key(asker));
  const base::TimeUs wait_us = wait_of(terminal, asker, answer);
  if (wait_us != 0) {
    ++figures_.slowed;
    if (terminal != nullptr)
      terminal->busy_until_us =
          std::max(terminal->busy_until_us, now_us) + wait_us / limits_.waiting;
  }
  if (answer.is_guess()) accuse_all(asker, answer, now_us);
  return wait_us;
}

/// The longest of what terminal, station and card must wait.
base::TimeUs GuessBrake::wait_of(const Suspect* terminal, const Asker& asker,
                                 const CardAnswer& answer) {
  const bool is_guess = answer.is_guess();
  base::TimeUs wait_us = 0;
  if (terminal != nullptr && (is_guess || !asker.is_shared)) wait_us = terminal->wait_us;
  if (const Suspect* const card = cards_.find({answer.card_key, {}}))
    wait_us = std::max(wait_us, card->wait_us);
  const Suspect* const station = is_guess ? stations_.find(station_key(asker)) : nullptr;
  if (station != nullptr) wait_us = std::max(wait_us, station->wait_us);
  return wait_us;
}

void GuessBrake::accuse_all(const Asker& asker, const CardAnswer& answer, base::TimeUs now_us) {
  ++figures_.guesses;
  const Suspect* const before = terminals_.find(terminal_key(asker));
  const bool was_braked = before != nullptr && before->is_braked();
  const Suspect& terminal =
      accuse(terminals_, asker.is_shared ? kSharedTerminal : kTerminal, terminal_key(asker),
             name_of(asker.terminal), asker.station_name, now_us);
  if (!terminal.is_braked())
    accuse(stations_, kStation, station_key(asker), asker.station_name, asker.station_name, now_us);
  else if (Suspect* const station = was_braked ? nullptr : stations_.find(station_key(asker)))
    station->leave_to(terminal);
  accuse(cards_, kCard, {answer.card_key, {}}, answer.masked_card, asker.station_name, now_us);
}

/// Counts a guess: the tenth within the window sets the brake, each further one doubles the wait.
const Suspect& GuessBrake::accuse(Suspects& suspects, const Kind& kind, const SuspectKey& key,
                                  std::string_view name, std::string_view station,
                                  base::TimeUs now_us) {
  const auto tell_off = [this, &kind](const Suspect& out) {
    forgive(out, kind, "others guessed later");
  };
  Suspect& suspect = suspects.guess(key, now_us, tell_off);
  if (suspect.is_braked()) {
    suspect.wait_us = std::min(2 * suspect.wait_us, limits_.longest_wait_us);
    return suspect;
  }
  if (!suspect.has_enough(now_us, limits_.window_us)) return suspect;
  suspect.wait_us = limits_.first_wait_us;
  suspect.station = station;
  suspect.who = fmt::format("{} {}", kind.what, name);
  ++figures_.brakes;
  ++(figures_.*kind.braked);
  tell_({true, suspect.station,
         fmt::format("{}: {} unknown cards or wrong passwords within {:g} s; {} wait {:g} s now, "
                     "and longer with each more, up to {:g} s: {}",
                     suspect.who, GuessLimits::kFree, in_seconds(limits_.window_us), kind.waits,
                     in_seconds(limits_.first_wait_us), in_seconds(limits_.longest_wait_us),
                     kind.advice)});
  return suspect;
}

void GuessBrake::forgive(const Suspect& suspect, const Kind& kind, std::string_view why) {
  if (!suspect.is_braked()) return;
  --(figures_.*kind.braked);
  tell_({false, suspect.station,
         fmt::format("{}: after {} guesses, {}; answers wait no more", suspect.who, suspect.guesses,
                     why)});
}

void GuessBrake::tick() {
  const base::TimeUs now_us = clock_();
  const auto forgive_in = [&](Suspects& suspects, const Kind& kind) {
    suspects.forgive(now_us, limits_.window_us,
                     [&](const Suspect& suspect) { forgive(suspect, kind, "none for a minute"); });
  };
  forgive_in(terminals_, kTerminal);
  forgive_in(stations_, kStation);
  forgive_in(cards_, kCard);
}

void GuessBrake::ended_waiting(std::size_t count) {
  CP_ASSERT(count <= figures_.waiting);
  figures_.waiting.set(figures_.waiting - count);
}

}  // namespace core
