#!/usr/bin/env bash
# debian13.sh make                 a Debian 13 with its QGIS in a folder; nothing where it is there
# debian13.sh version              of its QGIS
# debian13.sh run SCRIPT [ARG]...  its Python runs a script of this folder, with KEY of the environment
# DEBIAN13 names the folder, DEBIAN_MIRROR where Debian's packages come from.
set -euo pipefail
cd "$(dirname "$0")"

root=${DEBIAN13:-${TMPDIR:-/tmp}/gisd-debian13}
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' | head -1)}
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)

inside() {
  "${as_root[@]}" chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=/root KEY="${KEY:-}" "$@"
}

case ${1:-} in
make)
  [ -e "$root/.made" ] && exit
  "${as_root[@]}" rm -rf "$root"
  "${as_root[@]}" mkdir -p "$root"
  "${as_root[@]}" debootstrap --variant=minbase trixie "$root" "$mirror"
  # Nothing that is installed there starts a service here.
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$root/usr/sbin/policy-rc.d"
  "${as_root[@]}" cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  inside apt-get update
  inside apt-get install -y --no-install-recommends python3-qgis libqca-qt5-2-plugins
  inside apt-get clean
  "${as_root[@]}" touch "$root/.made"
  ;;
version)
  inside /usr/bin/python3 -c 'from qgis.core import Qgis; print(Qgis.version())'
  ;;
run)
  "${as_root[@]}" install -D -m 644 "$2" "$root/opt/clients/$2"
  inside /usr/bin/python3 "/opt/clients/$2" "${@:3}"
  ;;
*)
  sed -n '2,5s/^# //p' "$0" >&2
  exit 2
  ;;
esac
