#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Takes away what install.sh has installed. To be run as root.
#
#   ./uninstall.sh [--prefix DIR] [--root DIR] [--purge]
#
#   --prefix, --root  as they were given to install.sh
#   --purge           the configuration and what the gateway has kept for its devices, too; without, they stay
set -eu
prefix=/usr/local root='' purge=no

fail() {
    printf 'uninstall.sh: %s\n' "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --root)
            [ $# -ge 2 ] || fail "$1 needs a directory"
            if [ "$1" = --prefix ]; then prefix=$2; else root=${2%/}; fi
            shift
            ;;
        --purge) purge=yes ;;
        *) fail "unknown option $1; see the head of this file" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail "it needs to be run as root"

if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl disable --now sn-gateway.service 2>/dev/null || :
fi
rm -f "$root/etc/systemd/system/sn-gateway.service" "$root/etc/systemd/system/multi-user.target.wants/sn-gateway.service"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
rm -rf "$root$prefix/lib/sn-gateway" "$root$prefix/share/doc/sn-gateway"
for program in sn-gateway sn-sim; do
    rm -f "$root$prefix/bin/$program" "$root$prefix/share/bash-completion/completions/$program" "$root$prefix/share/man/man1/$program.1.gz"
done
rm -f "$root$prefix/share/man/man5/sn-gateway.yaml.5.gz"
if [ "$purge" = yes ]; then
    rm -rf "$root/etc/sn-gateway" "$root/etc/default/sn-gateway" "$root/var/lib/sn-gateway"
    echo "the user sn-gateway stays; userdel sn-gateway takes it away"
fi
