/** Where a request comes from, as far as it can be known: what failed sign-ins are counted by. */

const addresses = new WeakMap<Request, string>();
/** What is counted together when the address is not known: a request that no server received, in a test. */
const UNKNOWN = "unknown";
const LONGEST_HEADER = 2_000;

/** Notes the other end of the connection a request came over. */
export function noteAddress(request: Request, address: string | undefined): void {
  if (address !== undefined) addresses.set(request, address);
}

/**
 * The address of whoever sent the request. Behind proxies of one's own (`proxies` of them) it is the one that the
 * outermost of these wrote down: counted from the right, because whatever stands further left anybody can write.
 */
export function addressOf(request: Request, proxies: number): string {
  const direct = addresses.get(request) ?? UNKNOWN;
  const header = request.headers.get("x-forwarded-for");
  if (proxies === 0 || header === null || header.length > LONGEST_HEADER) return direct;
  const hops = header.split(",").map((hop) => hop.trim());
  const hop = hops.at(-proxies);
  return hop === undefined || !/^[\da-f.:]{2,45}$/i.test(hop) ? direct : hop;
}
