#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs what was unpacked here as a service, or a newer version over it. To be run as root; uninstall.sh takes it away again.
#
#   ./install.sh [--prefix DIR] [--root DIR] [--no-start]
#
#   --prefix    where the programs go; /usr/local unless given
#   --root      the directory of another system, into which to install; nothing is started there
#   --no-start  enables the service, but does not start it
#
# Files in /etc that are there already are left as they are; new ones beside them end in .new.
set -eu
umask 022
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
prefix=/usr/local root='' start=yes

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --root)
            [ $# -ge 2 ] || fail "$1 needs a directory"
            if [ "$1" = --prefix ]; then prefix=$2; else root=${2%/}; fi
            shift
            ;;
        --no-start) start=no ;;
        *) fail "unknown option $1; see the head of this file" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail "it needs to be run as root"
case $prefix in /*) ;; *) fail "--prefix needs a path that begins with /" ;; esac
[ -z "$root" ] || start=no
if [ -z "$root" ]; then
    # Says what is missing, such as a Java, before anything is changed.
    "$here/bin/sn-gateway" check --config "$here/share/sn-gateway.yaml" >/dev/null
fi

# A configuration that may have been edited.
install_config() {
    if [ ! -e "$2" ]; then
        install -D -m 644 "$1" "$2"
    elif ! cmp -s "$1" "$2"; then
        install -m 644 "$1" "$2.new"
        echo "kept $2; the new one is $2.new"
    fi
}

home=$root$prefix/lib/sn-gateway
rm -rf "$home"
mkdir -p "$home" "$root$prefix/bin"
cp -R "$here/bin" "$here/lib" "$home"
chown -R 0:0 "$home"
ln -s /etc/sn-gateway "$home/conf"
for program in sn-gateway sn-sim; do
    ln -sf "../lib/sn-gateway/bin/$program" "$root$prefix/bin/$program"
done
(cd "$here/share" && find man bash-completion -type f) | while read -r file; do
    install -D -m 644 "$here/share/$file" "$root$prefix/share/$file"
done
mkdir -p "$root$prefix/share/doc/sn-gateway"
install -m 644 "$here"/doc/* "$here/LICENSE" "$root$prefix/share/doc/sn-gateway"
install_config "$here/share/sn-gateway.yaml" "$root/etc/sn-gateway/sn-gateway.yaml"
install_config "$here/share/default" "$root/etc/default/sn-gateway"

if ! grep -q '^sn-gateway:' "$root/etc/passwd"; then
    if command -v systemd-sysusers >/dev/null 2>&1; then
        systemd-sysusers ${root:+--root="$root"} - <"$here/share/sysusers.conf"
    else
        useradd ${root:+--root "$root"} --system --user-group --home-dir /var/lib/sn-gateway --no-create-home --shell /usr/sbin/nologin sn-gateway
        usermod ${root:+--root "$root"} -a -G dialout sn-gateway 2>/dev/null || echo "there is no group dialout: see docs/serial.md" >&2
    fi
fi
"$home/bin/make-class-archive" || echo "install.sh: goes on without an archive of classes" >&2

install -D -m 644 "$here/share/sn-gateway.service" "$root/etc/systemd/system/sn-gateway.service"
sed -i "s:^ExecStart=/usr/bin/:ExecStart=$prefix/bin/:" "$root/etc/systemd/system/sn-gateway.service"
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl enable sn-gateway.service
    [ "$start" = no ] || systemctl restart sn-gateway.service
elif [ -n "$root" ]; then
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../sn-gateway.service "$root/etc/systemd/system/multi-user.target.wants/sn-gateway.service"
else
    echo "there is no systemd here: start \"$prefix/bin/sn-gateway run --config /etc/sn-gateway/sn-gateway.yaml\" as user sn-gateway"
fi
