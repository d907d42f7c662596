#!/usr/bin/env bash
# Proves `make env` and `make run` on a Debian that has nothing: a minimal bookworm made by debootstrap, with Debian's
# own python3, in which only make and the CA certificates were added. Then both once more without any network.
#
#   deploy/fresh.sh              the commit that is checked out
#   deploy/fresh.sh --worktree   the files as they lie here, also those not yet committed (ignored ones never)
#   … --suite                    and, at the end, .ci/run, as on a new machine
#
# The mirror, apt's and pip's configuration are this machine's, read at run time. Mounts and processes live in
# namespaces of their own and vanish with this script, however it ends; the chroot is removed. Kept: the pictures in
# var/fresh-tour/, and var/fresh-base/ with the bare system, so that the next run need not make it again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'fresh: %s\n' "$*"; }
fail() {
    printf 'fresh: %s\n' "$*" >&2
    exit 1
}

# --- Outside: a place to work, namespaces, and the end of both ------------------------------------------------------

if [ "${1-}" != --inside ]; then
    tree=commit suite=
    for option; do
        case $option in
            --worktree) tree=worktree ;;
            --suite) suite=yes ;;
            *) fail "usage: deploy/fresh.sh [--worktree] [--suite]" ;;
        esac
    done
    [ "$(id -u)" -eq 0 ] || fail "mounting and chroot need root:  sudo make fresh"
    for tool in debootstrap:debootstrap unshare:util-linux ip:iproute2 git:git; do
        command -v "${tool%:*}" >/dev/null || fail "${tool%:*} is not here:  sudo apt-get install ${tool#*:}"
    done
    mkdir -p var
    work=$(mktemp -d "$PWD/var/fresh.XXXXXX")
    trap 'rm -rf --one-file-system -- "$work"' EXIT
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
        deploy/fresh.sh --inside "$work" "$tree" "$suite" &
    child=$!
    trap 'set +e; kill -KILL "$child" 2>/dev/null; wait "$child" 2>/dev/null; exit 130' INT TERM HUP
    wait "$child"
    exit
fi

# --- Inside -----------------------------------------------------------------------------------------------------------

work=$2 tree=$3 suite=$4
base=$PWD/var/fresh-base
root=$work/root
mount -t proc proc /proc # of this pid namespace, so that what is still running can be seen

if [ ! -d "$base" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
    [ -n "$mirror" ] || fail "apt knows no Debian bookworm on this machine"
    rm -rf --one-file-system -- "$base.part"
    say "bare bookworm, once; later runs copy it from var/fresh-base/"
    debootstrap --variant=minbase --include=ca-certificates,make bookworm "$base.part" "$mirror" >"$work/debootstrap.log" ||
        { tail -n 20 "$work/debootstrap.log"; rm -rf --one-file-system -- "$base.part"; fail "debootstrap did not succeed"; }
    mv "$base.part" "$base"
fi
cp -a --reflink=auto "$base" "$root"
[ ! -e "$root/usr/bin/python3" ] || fail "the bare system already has a python3: remove var/fresh-base"

# This machine's way to its mirrors and indexes. Lives in the chroot only, and goes with it.
carry() { # PATH…: copied to the same place in the chroot, where there is one
    local path
    for path in "$@"; do
        [ -e "$path" ] || continue
        rm -rf "${root:?}$path"
        mkdir -p "$root$(dirname "$path")"
        cp -aL "$path" "$root$path"
    done
}
rm -f "$root/etc/apt/sources.list"
carry /etc/resolv.conf /etc/hosts \
    /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf /etc/apt/apt.conf.d /etc/apt/preferences.d \
    /etc/apt/keyrings /etc/apt/trusted.gpg.d /usr/share/keyrings \
    /etc/ssl/certs/ca-certificates.crt /etc/pip.conf /etc/xdg/pip/pip.conf
for path in "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
    [ ! -f "$path" ] || install -D -m 644 "$path" "$root/root/${path#"$HOME"/}"
done
# Folders of packages that the configuration names.
for place in $( (cat "$root"/etc/pip.conf "$root"/root/.config/pip/pip.conf "$root"/root/.pip/pip.conf 2>/dev/null; env |
    grep '^PIP_') | grep -oE '(file://)?/[^ =]+' | sed 's|^file://||' | sort -u); do
    place=${place%/simple} # an index of files points to its neighbours
    [ -d "$place" ] || continue
    mkdir -p "$root$place"
    mount --bind -o ro "$place" "$root$place"
done

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"

mkdir "$root/srv/bianminting"
if [ "$tree" = commit ]; then
    git archive HEAD | tar -x -C "$root/srv/bianminting"
else
    git ls-files -z --cached --others --exclude-standard | xargs -0 --no-run-if-empty sh -c \
        'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh | tar --null -T - -c | tar -x -C "$root/srv/bianminting"
fi

mapfile -t carried < <(env | grep -iE '^(PIP_[A-Z_]+|[a-z]+_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)=')
network=() # what a command is put behind
in_chroot() { # COMMAND…, at the root of the project
    "${network[@]}" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${carried[@]}" \
        sh -c 'cd /srv/bianminting && exec "$@"' sh "$@" </dev/null
}
step() { # NAME COMMAND…: in the chroot, under a time limit, its output kept for the case that it fails
    local name=$1 began=$SECONDS
    shift
    if ! in_chroot timeout 3600 "$@" >"$work/step.log" 2>&1; then
        cat "$work/step.log"
        fail "$name did not succeed"
    fi
    say "$name: $((SECONDS - began)) s"
}
run_and_look() { # NAME COMMAND…: the tour, its nine pictures, and nothing still running after it
    local name=$1 picture
    shift
    rm -rf "$root/srv/bianminting/var/tour"
    step "$name" "$@"
    mapfile -t pictures < <(find "$root/srv/bianminting/var/tour" -name '*.png' -size +4k 2>/dev/null | sort)
    if [ ${#pictures[@]} -ne 9 ]; then
        cat "$work/step.log"
        fail "$name: ${#pictures[@]} pictures in var/tour, not nine"
    fi
    for picture in "${pictures[@]}"; do
        [ "$(head -c 8 "$picture" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "$name: $picture is no PNG"
    done
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/root")" != "$root" ] ||
            fail "$name: still running: $(tr '\0' ' ' <"$process/cmdline")"
    done
}

step "make env" make env
interpreter=$(chroot "$root" readlink -f /srv/bianminting/.venv/bin/python)
case $interpreter in
    /usr/bin/python3*) say "on $(chroot "$root" "$interpreter" --version), $interpreter" ;;
    *) fail "the environment stands on $interpreter, not on Debian's python3" ;;
esac
run_and_look "make run" make run
network=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh)
step "make env without a network" make env
run_and_look "make run without a network" make run
if [ -n "$suite" ]; then
    network=()
    step ".ci/run" .ci/run
    tail -n 1 "$work/step.log"
fi
rm -rf var/fresh-tour
cp -r "$root/srv/bianminting/var/tour" var/fresh-tour
say "as it should be; the pictures are in var/fresh-tour/"
