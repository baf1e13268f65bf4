#include "switch/status_view.hpp"

namespace core {

namespace json = boost::json;

std::string_view to_text(ledger::Writable writable) {
  switch (writable) {
    case ledger::Writable::yes:
      return "yes";
    case ledger::Writable::full:
      return "full";
    case ledger::Writable::poisoned:
      return "poisoned";
  }
  return "unknown";
}

json::object describe(const EngineFigures& figures) {
  return {{"requests", figures.requests.value()}, {"answered", figures.answered.value()},
          {"again", figures.replayed.value()},    {"dropped", figures.dropped.value()},
          {"failed", figures.failed.value()},     {"batches", figures.batches.value()}};
}

json::object describe(const GuessFigures& figures) {
  return {{"guesses", figures.guesses.value()},
          {"answers_held", figures.slowed.value()},
          {"refused", figures.refused.value()},
          {"brakes", figures.brakes.value()},
          {"braked_terminals", figures.terminals.value()},
          {"braked_stations", figures.stations.value()},
          {"braked_cards", figures.cards.value()},
          {"held_now", figures.waiting.value()}};
}

json::object describe(const ledger::StoreFigures& figures) {
  return {{"journal_sequence", figures.journal_sequence},
          {"applied_to", figures.applied_to},
          {"backlog_entries", figures.backlog_entries},
          {"active_bytes", figures.active_bytes},
          {"active_entries", figures.active_entries},
          {"frozen_bytes", figures.frozen_bytes},
          {"frozen_entries", figures.frozen_entries},
          {"journal_bytes", figures.journal_bytes},
          {"journal_segments", figures.journal_segments},
          {"data_bytes", figures.data_bytes},
          {"windows", figures.windows},
          {"slow_writes", figures.slow_writes},
          {"last_write_us", figures.last_write_us},
          {"direct_io", figures.direct_io}};
}

}  // namespace core
