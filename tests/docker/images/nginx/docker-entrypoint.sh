#!/bin/sh
# The official nginx image's hooks: what is executable in /docker-entrypoint.d runs, in order, before nginx.
set -e
if [ "$1" = nginx ]; then
    for file in $(find /docker-entrypoint.d/ -follow -type f -print | sort -V); do
        case "$file" in
            *.envsh) if [ -x "$file" ]; then . "$file"; else echo "$0: Ignoring $file, not executable"; fi ;;
            *.sh) if [ -x "$file" ]; then "$file"; else echo "$0: Ignoring $file, not executable"; fi ;;
            *) echo "$0: Ignoring $file" ;;
        esac
    done
fi
exec "$@"
