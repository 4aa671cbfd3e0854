#!/bin/sh
# The programs that the tests of registries start; on Debian as root they are installed.
set -eu

missing=''
for program in docker-registry skopeo openssl; do
    command -v "$program" > /dev/null || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "installing$missing" >&2
    # shellcheck disable=SC2086 - these are several words
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --yes --no-install-recommends $missing; } > /dev/null
else
    echo "install these first:$missing (Debian's packages have the same names)" >&2
    exit 1
fi
