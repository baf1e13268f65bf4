#!/usr/bin/env bash
# Installs what the build and the tests need on Debian 12, and nothing that is there already.
# Needs root, or sudo, only when something is missing.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config dpkg-dev
  libboost1.81-dev libboost-program-options1.81-dev libboost-json1.81-dev
  liblmdb-dev libssl-dev libexpat1-dev libsystemd-dev libspdlog-dev libfmt-dev prometheus-cpp-dev
  libgtest-dev libbenchmark-dev
  openssl python3 python3-cryptography prometheus
  clang-14 libclang-rt-14-dev
  clang-tidy-14 gcovr tshark
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [[ $status == *" installed" ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "This is no Debian. Please install by hand: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages: ${missing[*]}. Run this as root, or install sudo." >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
# Of Prometheus only promtool is wanted, for the tests; Debian would start its server.
if [[ " ${missing[*]} " == *" prometheus "* ]]; then
  "${as_root[@]}" systemctl disable --now prometheus > /dev/null 2>&1 ||
    "${as_root[@]}" service prometheus stop > /dev/null 2>&1 || true
fi
