/** A `file:` URL's path. */
export function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}
