#!/bin/sh
# Only what is set is filled in, as envsubst does it in the official image; nginx refuses what is left.
set -e
script=
for name in API_HOST API_PORT; do
    eval "value=\${$name:-}"
    if [ -n "$value" ]; then script="$script;s|\${$name}|$value|g"; fi
done
sed "s/^//$script" /etc/nginx/templates/server.conf.template > /etc/nginx/conf.d/server.conf
