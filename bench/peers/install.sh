#!/usr/bin/env bash
# Installs what only the comparison needs: PostgreSQL 15 and Redis 7 from Debian. Builds and tests
# do without. Debian would start them as services; they are measured as processes of our own. What
# was there already is left as it is.
set -euo pipefail

missing=()
for package in postgresql-15 redis-server; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [[ $status == *" installed" ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
for package in "${missing[@]}"; do
  "${as_root[@]}" systemctl disable --now "${package%-15}" > /dev/null 2>&1 || true
done
