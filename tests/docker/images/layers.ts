/** The stand-ins' layers: which of Debian's packages lie under which image. */
import type { Layer } from "./packages";

/**
 * Two kinds of base, as the official images have: Debian, whose programs are GNU's, and Alpine, whose programs are BusyBox's,
 * so that a script that needs more than its real image has fails here too. Python runs the stand-ins' servers; the Dockerfiles
 * take it off the PATH, because the images that it stands in for have none.
 */
const debian = ["bash", "dash", "coreutils", "sed", "grep", "mawk", "findutils", "util-linux", "tini", "python3"];
const busybox = ["busybox-static", "bash", "python3", "curl", "tzdata"];

export const layers: Readonly<Record<string, Layer>> = {
    debian: { packages: debian },
    "debian-curl": { packages: ["curl", "jq"], above: debian },
    haproxy: { packages: ["haproxy", "gettext-base"], above: [...debian, "curl", "jq"] },
    busybox: { packages: busybox },
    nginx: { packages: ["nginx", "openssl"], above: busybox },
    certbot: { packages: ["certbot", "openssl"], above: busybox },
};
