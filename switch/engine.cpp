#include "switch/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace core {

namespace {

/// So long after its last request a station still counts as there.
constexpr base::TimeUs kBusyUs = base::kMicrosPerSecond;

}  // namespace

Engine::Engine(ledger::Store& store, const ledger::Directory& directory, crypto::CardVault& vault,
               base::RandomSource& random, handlers::Rules rules, EngineOptions options)
    : store_(store),
      directory_(directory),
      vault_(vault),
      random_(random),
      rules_(std::move(rules)),
      options_(options),
      hold_sweep_(store) {}

void Engine::use(handlers::Rules rules, EngineOptions options) {
  CP_ASSERT(!committing_);
  rules_ = std::move(rules);
  options_ = options;
}

void Engine::submit(Connection& connection, const codec::Frame& frame, base::TimeUs received_us) {
  queue_of(connection.link()).waiting.push_back({&connection, frame, received_us, ++last_number_});
  ++waiting_count_;
  ++figures_.requests;
}

Engine::Queue& Engine::queue_of(const StationLink& station) {
  const auto [place, is_new] = queue_places_.try_emplace(station.station.id, queues_.size());
  return is_new ? queues_.emplace_back() : queues_[place->second];
}

void Engine::forget(Connection& connection) {
  Queue& queue = queue_of(connection.link());
  const auto first = queue.waiting.begin() + static_cast<std::ptrdiff_t>(queue.taken);
  const auto gone = std::remove_if(first, queue.waiting.end(),
                                   [&](const Waiting& w) { return w.connection == &connection; });
  waiting_count_ -= static_cast<std::size_t>(queue.waiting.end() - gone);
  queue.waiting.erase(gone, queue.waiting.end());
  for (Waiting& w : in_batch_)
    if (w.connection == &connection) w.connection = nullptr;
  for (Done& done : done_)
    if (done.connection == &connection) done.connection = nullptr;
}

void Engine::flush(const handlers::Moment& moment) {
  if (committing_ || waiting_count_ == 0) return;
  gather(moment.now);
  batch_moment_ = moment;
  const bool write_allowed = store_.writable() == ledger::Writable::yes;
  std::size_t routed = 0;
  while (routed < in_batch_.size() && batch_.bytes() < options_.batch_bytes)
    route_one(in_batch_[routed++], moment, write_allowed);
  put_back(routed);
  for (Queue& queue : queues_) queue.drop_taken();
  ++figures_.batches;
  figures_.batch_messages.record(static_cast<std::int64_t>(routed));
  committing_ = true;
  store_.commit(batch_, [this](ledger::CommitOutcome outcome) { finish(outcome); });
}

void Engine::sweep_holds(base::TimeUs now) {
  if (committing_ || store_.writable() != ledger::Writable::yes) return;
  ledger::HoldSweep::Step step;
  try {
    ledger::Draft draft(store_, batch_);
    step = hold_sweep_.step(draft, now);
    draft.keep();
  } catch (const std::exception&) {  // what() may hold anything: not printed
    ++figures_.sweep_failures;
    return hold_sweep_.pass_over();
  }
  if (batch_.empty()) return hold_sweep_.took(step);
  committing_ = true;
  store_.commit(batch_, [this, step](ledger::CommitOutcome outcome) {
    batch_.clear();
    committing_ = false;
    if (outcome == ledger::CommitOutcome::committed) hold_sweep_.took(step);
  });
}

bool Engine::are_several_there(base::TimeUs now) {
  std::size_t count = 0;
  for (Queue& queue : queues_) {
    if (queue.size() != 0) queue.busy_us = now;
    if (queue.busy_us > now) queue.busy_us = 0;  // the clock was set back
    count += queue.busy_us != 0 && now - queue.busy_us < kBusyUs;
  }
  return count > 1;
}

/// Fills in_batch_, in the order in which the requests came.
void Engine::gather(base::TimeUs now) {
  const bool is_shared = are_several_there(now);
  const std::size_t all = waiting_count_;
  first_queue_ = (first_queue_ + 1) % queues_.size();
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    Queue& queue = queues_[(first_queue_ + i) % queues_.size()];
    std::size_t count = std::min(queue.size(), options_.batch_limit - in_batch_.size());
    if (is_shared) count = std::min(count, options_.station_share + (all - queue.size()));
    take(queue, count);
  }
  waiting_count_ -= in_batch_.size();
  std::sort(in_batch_.begin(), in_batch_.end(),
            [](const Waiting& one, const Waiting& other) { return one.number < other.number; });
}

void Engine::take(Queue& queue, std::size_t count) {
  const auto first = queue.waiting.begin() + static_cast<std::ptrdiff_t>(queue.taken);
  in_batch_.insert(in_batch_.end(), first, first + static_cast<std::ptrdiff_t>(count));
  queue.taken += count;
}

/// What the batch had no room for comes first in the next.
void Engine::put_back(std::size_t from) {
  while (in_batch_.size() > from) {
    const Waiting& last = in_batch_.back();
    Queue& queue = queue_of(last.connection->link());
    queue.waiting[--queue.taken] = last;
    in_batch_.pop_back();
    ++waiting_count_;
  }
}

void Engine::route_one(const Waiting& waiting, const handlers::Moment& moment, bool write_allowed) {
  const std::size_t at = answers_end_;
  if (answers_.size() < at + kMaxAnswerFrame) answers_.resize(at + kMaxAnswerFrame);
  ledger::Draft draft(store_, batch_);
  handlers::Context context{draft, directory_, vault_, random_, rules_, moment.now, moment.age_now};
  const LinkState before = waiting.connection->link_state();
  const Routed routed =
      route(waiting.frame, waiting.connection->link(), waiting.connection->link_state(), context,
            write_allowed, base::ByteSpan(answers_.data() + at, kMaxAnswerFrame));
  answers_end_ = at + routed.size;
  done_.push_back({waiting.connection, at, routed.size, routed, waiting.received_us, before});
}

void Engine::finish(ledger::CommitOutcome outcome) {
  CP_ASSERT(committing_);
  if (outcome == ledger::CommitOutcome::refused && !batch_.empty()) {
    // Nothing was written, so the handlers, which keep nothing, decide again without writing.
    for (std::size_t i = done_.size(); i-- > 0;)
      if (done_[i].connection != nullptr) done_[i].connection->link_state() = done_[i].before;
    batch_.clear();
    answers_end_ = 0;
    done_.clear();
    for (const Waiting& waiting : in_batch_)
      if (waiting.connection != nullptr) route_one(waiting, batch_moment_, false);
    outcome = ledger::CommitOutcome::committed;
  }
  batch_.clear();
  committing_ = false;
  if (outcome == ledger::CommitOutcome::unknown) {
    fail_all("the ledger does not know whether it was written");
  } else {
    take_new_keys();
    deliver_all();
  }
  answers_end_ = 0;
  done_.clear();
  in_batch_.clear();
}

/// They are durable: they count from the next message on, also when nobody is there to be told.
void Engine::take_new_keys() {
  for (const Done& done : done_)
    if (const KeyChange* const change = done.routed.key_change.get())
      change->station.of(change->use) = crypto::WorkingKeys(change->keys);
}

void Engine::deliver_all() {
  for (std::size_t i = 0; i < done_.size(); ++i) {
    const Done& done = done_[i];
    if (done.connection == nullptr) continue;  // it went while the commit was on its way
    switch (done.routed.action) {
      case Routed::Action::answer:
        ++figures_.answered;
        figures_.replayed += done.routed.facts.replayed;
        done.connection->deliver(base::ByteView(answers_.data() + done.answer_at, done.answer_size),
                                 done.routed.facts, done.received_us);
        break;
      case Routed::Action::drop:
        ++figures_.dropped;
        done.connection->deliver({}, done.routed.facts, done.received_us);
        break;
      case Routed::Action::close:
        ++figures_.failed;
        done.connection->fail(done.routed.complaint, done.routed.offset, done.received_us);
        break;
    }
  }
}

void Engine::fail_all(std::string_view reason) {
  for (std::size_t i = 0; i < done_.size(); ++i) {
    if (done_[i].connection == nullptr) continue;
    ++figures_.failed;
    done_[i].connection->fail(reason, std::nullopt, done_[i].received_us);
  }
}

}  // namespace core
