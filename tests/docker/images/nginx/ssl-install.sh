#!/bin/bash
# Where the certificate comes from, in CHT's three words.
set -e
certificate=${SSL_CERT_FILE_PATH:-/etc/nginx/private/cert.pem}
key=${SSL_KEY_FILE_PATH:-/etc/nginx/private/key.pem}

self_signed() {
    if [ -f "$certificate" ] && [ -f "$key" ]; then return; fi
    openssl req -x509 -nodes -newkey rsa:2048 -days 365 -keyout "$key" -out "$certificate" -subj "/CN=${COMMON_NAME:-test.medic.org}" 2> /dev/null
}

echo "CERTIFICATE MODE = $CERTIFICATE_MODE"
case $CERTIFICATE_MODE in
    OWN_CERT)
        if [ ! -f "$certificate" ] && [ ! -f "$key" ]; then
            echo "there is no certificate at $certificate"
            exit 1
        fi
        ;;
    SELF_SIGNED) self_signed ;;
    AUTO_GENERATE)
        self_signed
        mkdir -p /etc/nginx/private/certbot/.well-known/acme-challenge
        ;;
    *)
        echo "CERTIFICATE_MODE is unknown"
        exit 1
        ;;
esac
