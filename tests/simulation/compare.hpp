#pragma once
/// Whether an answer is the one the model expects, element by element.

#include <deque>
#include <string>

#include "model.hpp"
#include "switch_under_test.hpp"

namespace simulation {

/// What differs, in a sentence; empty: nothing. `first` is the request whose answer must have come
/// again, or null.
std::string difference(const Sent& sent, const model::Answer& expected, const Sent* first,
                       const model::Model& model);

}  // namespace simulation
