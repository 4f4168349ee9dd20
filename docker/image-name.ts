/**
 * An image's name in the short form that the engine itself shows: Docker Hub is not named, and `latest` is.
 * A digest says all, so that a tag beside it is dropped, as engines do.
 */
export function familiarName(name: string): string {
    const short = name.replace(/^(index\.)?docker\.io\//, "").replace(/^library\/(?=[^/]+$)/, "");
    const [, repository = short, tag = ":latest", digest] =
        /^(.*?)(:[^:/@]+)?(@[a-z0-9]+:[0-9a-f]+)?$/.exec(short) ?? [];
    return `${repository}${digest ?? tag}`;
}
