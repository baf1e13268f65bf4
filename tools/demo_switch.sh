# Sourced: starts one switch with the demo world on an empty folder under build/, and ends it, by its
# process id, when the script ends.
#
#   start_switch NAME    build/NAME/data and build/NAME/log; sets `data`, `log` and `switch_pid`

switch_pid=

start_switch() {
  local folder=build/$1
  data=$folder/data
  log=$folder/log
  mkdir -p "$folder"
  if [[ -S $data/control.sock ]] &&
     build/release/bin/cpctl --data "$data" status > /dev/null 2>&1; then
    echo "A switch is running on $data already; end it first." >&2
    exit 1
  fi
  rm -rf "$data" "$log"
  trap stop_switch EXIT
  # Should this script be killed, the switch goes with it.
  setpriv --pdeathsig TERM build/release/bin/cpswitch --config config/demo.conf --data "$data" \
    --port-base "$PORT_BASE" > "$log" 2>&1 &
  switch_pid=$!
  for ((tenths = 0; tenths < 300; ++tenths)); do
    if grep -qs '^cpswitch ready' "$log"; then
      return
    fi
    if ! kill -0 "$switch_pid" 2> /dev/null; then
      break
    fi
    sleep 0.1
  done
  echo "The switch did not get ready. It said:" >&2
  cat "$log" >&2
  exit 1
}

stop_switch() {
  if [[ -n $switch_pid ]]; then
    kill -TERM "$switch_pid" 2> /dev/null || true
    wait "$switch_pid" 2> /dev/null || true
    switch_pid=
  fi
}
