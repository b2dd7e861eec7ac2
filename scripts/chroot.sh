# Functions for the scripts that work in a fresh system or with another release's packages; to be sourced.
# shellcheck shell=bash

# All that is mounted or started stays in namespaces of its own, and so ends with what is run here, however that ends:
# no mount is there when a tree is removed.
apart() {
    unshare --mount --pid --fork --kill-child --mount-proc "$@"
}

remove() {
    rm -rf --one-file-system "$1"
}

# bootstrap TREE SUITE URI [OPTION…]: makes a bare system with the sources.list that the standard input says; installing
# starts nothing there. To be run apart.
bootstrap() {
    local tree=$1 suite=$2 uri=$3 list
    local script=()
    shift 3
    list=$(cat)
    # A suite that debootstrap is too old to know is made as those before it; all of Ubuntu's are one script.
    if [ ! -e "/usr/share/debootstrap/scripts/$suite" ]; then
        script=("/usr/share/debootstrap/scripts/$([[ $uri = *ubuntu* ]] && echo gutsy || echo sid)")
    fi
    debootstrap --variant=minbase "$@" "$suite" "$tree" "$uri" "${script[@]}" < /dev/null
    printf '%s\n' "$list" > "$tree/etc/apt/sources.list"
    apt-config dump | grep -iE '^Acquire::https?::Proxy ' > "$tree/etc/apt/apt.conf.d/99proxy" || true
    printf '#!/bin/sh\nexit 101\n' > "$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    chroot "$tree" apt-get update -qq < /dev/null
}

# archive SUITE: sets `uri`, `components` and `keyring` to where its packages are had and whose key signs for them.
archive() {
    case "$1" in
        bookworm | trixie | forky | sid)
            uri=http://deb.debian.org/debian components=main keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
        noble | questing | resolute)
            uri=http://archive.ubuntu.com/ubuntu components="main universe"
            keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
        *) echo "$0: unknown suite $1" >&2; return 1 ;;
    esac
}

# with_keyring FOLDER: sees to it that $keyring is there; what has to be got is kept in FOLDER. Debian 12 has no package
# of Ubuntu's key; Debian 13's is taken, for which Debian's key vouches.
with_keyring() {
    [ ! -f "$keyring" ] || return 0
    local folder=$1 name
    name=$(basename "$keyring")
    if [ "$name" = ubuntu-archive-keyring.gpg ] && [ ! -f "$folder/$name" ]; then
        get_ubuntu_keyring "$folder/keyring"
        mv "$folder/keyring/usr/share/keyrings/$name" "$folder/$name"
        remove "$folder/keyring"
    fi
    keyring=$folder/$name
    [ -f "$keyring" ] || { echo "$0: there is no $name" >&2; return 1; }
}

get_ubuntu_keyring() {
    local folder=$1 uri components keyring
    archive trixie
    apt_of "$folder" trixie update -qq
    (cd "$folder" && apt_of "$folder" trixie download -qq ubuntu-keyring)
    dpkg-deb -x "$folder"/ubuntu-keyring_*.deb "$folder"
}

# apt_of FOLDER SUITE ARGUMENT…: apt-get with the packages of a suite (of $uri, $components and $keyring) instead of this
# system's; its lists are in FOLDER.
apt_of() {
    local folder=$1 suite=$2
    shift 2
    mkdir -p "$folder/lists/partial" "$folder/archives/partial"
    echo "deb [signed-by=$keyring] $uri $suite $components" > "$folder/sources.list"
    apt-get -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder" -o APT::Sandbox::User=root "$@"
}
