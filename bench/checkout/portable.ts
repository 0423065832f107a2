/** Makes one of zeromq.js's programs independent of what else runs on the machine, and of how fast that is. Pure. */

/** The ports that its examples bind. */
const PORTS = ["3000", "3456", "5555"];

/**
 * In threaded-worker, a character takes so many steps, half a second. With a thousandth of them, all work could be done
 * before the last thread had started, which then never hears that it should stop.
 */
const LONG = "200000001";
const SHORT = "10000001";

/** The program with other ports, and with less to do. */
export function portable(text: string, ports: readonly number[]): string {
  return text
    .replace(
      /\b(tcp:\/\/(?:127\.0\.0\.1|\*):)(\d+)\b/g,
      (whole, begin: string, port: string) => {
        const at = PORTS.indexOf(port);
        return at < 0 ? whole : `${begin}${ports[at]}`;
      },
    )
    .replaceAll(LONG, SHORT);
}
