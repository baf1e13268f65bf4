#include "ledger/store_events.hpp"

namespace ledger {

std::string_view event_name(StoreEvent event) {
  switch (event) {
    case StoreEvent::recovered:
      return "recovered";
    case StoreEvent::converted:
      return "converted";
    case StoreEvent::tail_dropped:
      return "tail_dropped";
    case StoreEvent::segment_missing:
      return "segment_missing";
    case StoreEvent::no_direct_io:
      return "no_direct_io";
    case StoreEvent::slow_write:
      return "slow_write";
    case StoreEvent::apply_finished:
      return "apply_finished";
    case StoreEvent::disk_full:
      return "disk_full";
    case StoreEvent::disk_room_again:
      return "disk_room_again";
    case StoreEvent::apply_failed:
      return "apply_failed";
    case StoreEvent::segment_failed:
      return "segment_failed";
    case StoreEvent::bound_reached:
      return "bound_reached";
    case StoreEvent::bound_left:
      return "bound_left";
    case StoreEvent::batch_too_large:
      return "batch_too_large";
    case StoreEvent::poisoned:
      return "poisoned";
    case StoreEvent::snapshot_aborted:
      return "snapshot_aborted";
  }
  return "?";
}

bool is_warning(StoreEvent event) {
  switch (event) {
    case StoreEvent::recovered:
    case StoreEvent::converted:
    case StoreEvent::apply_finished:
    case StoreEvent::disk_room_again:
    case StoreEvent::bound_left:
      return false;
    default:
      return true;
  }
}

}  // namespace ledger
