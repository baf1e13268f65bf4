#pragma once
/// Who guessed lately and how often: a bounded table, the least recently guilty first.
///
///   guess(who, now) → the suspect, with this guess counted
///   find(who) → the suspect, or nullptr: no guess within the last minute
///   forgive(now, tell) → those that made none for a minute are forgotten, and told

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"

namespace core {

/// How guessing is slowed down.
struct GuessLimits {
  static constexpr std::size_t kFree = 10;  ///< guesses within the window that cost nothing
  base::TimeUs window_us = 60 * base::kMicrosPerSecond;
  base::TimeUs first_wait_us = base::kMicrosPerSecond;  ///< doubled by each further guess …
  base::TimeUs longest_wait_us = 30 * base::kMicrosPerSecond;  ///< … up to this
  std::int64_t waiting = 32;  ///< answers of one terminal that wait at a time, about
  std::size_t waiting_in_all = 4'096;
  std::size_t suspects = 4'096;  ///< of each kind that are known at a time
};

/// A station, a terminal or a card.
struct SuspectKey {
  std::uint64_t number = 0;        ///< of the station, or what tells the card
  std::array<char, 8> terminal{};  ///< DE 41, zeros for a station or a card
  friend bool operator==(const SuspectKey&, const SuspectKey&) = default;
};

struct Suspect {
  SuspectKey key;
  std::string station, who;  ///< for the log: of the latest guess; `terminal POS00001`
  std::array<base::TimeUs, GuessLimits::kFree> latest_us{};  ///< its guesses, the oldest first
  std::size_t kept = 0;                                      ///< of `latest_us`
  base::TimeUs last_us = 0;
  std::uint64_t guesses = 0;
  base::TimeUs wait_us = 0;        ///< what its answers wait now; 0: it is not slowed down
  base::TimeUs busy_until_us = 0;  ///< its waits, a share each, one behind the other

  bool is_braked() const { return wait_us != 0; }
  bool has_enough(base::TimeUs now_us, base::TimeUs window_us) const {
    return kept == latest_us.size() && now_us - latest_us.front() < window_us;
  }
  void count(base::TimeUs now_us) {
    if (kept == latest_us.size())
      std::move(latest_us.begin() + 1, latest_us.end(), latest_us.begin());
    else
      ++kept;
    latest_us[kept - 1] = last_us = now_us;
    ++guesses;
  }
  /// Its guesses that are another's are not counted any more; they are told by their times.
  void leave_to(const Suspect& other) {
    const auto end = latest_us.begin() + static_cast<std::ptrdiff_t>(kept);
    const auto others_end = other.latest_us.begin() + static_cast<std::ptrdiff_t>(other.kept);
    const auto rest = std::remove_if(latest_us.begin(), end, [&](base::TimeUs time_us) {
      return std::find(other.latest_us.begin(), others_end, time_us) != others_end;
    });
    kept = static_cast<std::size_t>(rest - latest_us.begin());
  }
};

class Suspects {
 public:
  explicit Suspects(std::size_t capacity) : capacity_(capacity) {}

  Suspect* find(const SuspectKey& key) {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &*found->second;
  }

  /// Counts a guess. A full table forgets its least recently guilty, and tells.
  template <class Tell>
  Suspect& guess(const SuspectKey& key, base::TimeUs now_us, Tell&& tell) {
    const auto found = places_.find(key);
    if (found == places_.end()) {
      if (by_guilt_.size() >= capacity_) forget_first(tell);
      by_guilt_.emplace_back().key = key;
      places_.emplace(key, std::prev(by_guilt_.end()));
    } else {
      by_guilt_.splice(by_guilt_.end(), by_guilt_, found->second);
    }
    Suspect& suspect = by_guilt_.back();
    suspect.count(now_us);
    return suspect;
  }

  template <class Tell>
  void forgive(base::TimeUs now_us, base::TimeUs window_us, Tell&& tell) {
    while (!by_guilt_.empty() && now_us - by_guilt_.front().last_us >= window_us)
      forget_first(tell);
  }

 private:
  struct Hash {
    std::size_t operator()(const SuspectKey& key) const {
      std::uint64_t terminal = 0;
      for (const char c : key.terminal) terminal = terminal * 131 + static_cast<unsigned char>(c);
      return static_cast<std::size_t>((key.number ^ terminal) * 0x9E37'79B9'7F4A'7C15u);
    }
  };
  template <class Tell>
  void forget_first(Tell&& tell) {
    tell(std::as_const(by_guilt_.front()));
    places_.erase(by_guilt_.front().key);
    by_guilt_.pop_front();
  }

  const std::size_t capacity_;
  std::list<Suspect> by_guilt_;
  std::unordered_map<SuspectKey, std::list<Suspect>::iterator, Hash> places_;
};

}  // namespace core
