/** Groups of an IPv6 address that identify the customer. A provider assigns each customer at least a /64. */
const IPV6_PREFIX_GROUPS = 4;

/**
 * Returns the network that a request comes from, which identifies a client without a key: an IPv4 address, or the /64
 * of an IPv6 address, since its owner can use 2^64 addresses. Cloudflare sets the header. Without Cloudflare in front
 * the header is missing, and all clients count as one.
 */
export function clientNetwork(headers: Headers): string {
  return networkOf(headers.get('cf-connecting-ip')?.trim() ?? '');
}

/** True if the network does not identify a client: the address is missing or is a loopback address. */
export function isLocalNetwork(network: string): boolean {
  return network === '' || LOOPBACK.includes(network);
}

export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, LONGEST_ADDRESS);
  const groups = ipv6Groups(address);
  if (groups === undefined) return address.slice(0, LONGEST_ADDRESS);
  const mapped = mappedIpv4(groups);
  if (mapped !== undefined) return mapped;
  const prefix = groups.slice(0, IPV6_PREFIX_GROUPS).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** Characters in the longest text of an IPv6 address. */
const LONGEST_ADDRESS = 45;
const LOOPBACK = [networkOf('::1'), networkOf('127.0.0.1')];

/** Returns the eight groups of an IPv6 address in any notation, or undefined if the text is not an IPv6 address. */
function ipv6Groups(address: string): number[] | undefined {
  // The URL parser normalizes the address and writes an IPv4 address at its end as two groups.
  const [withoutZone = ''] = address.split('%');
  const url = `http://[${withoutZone}]`;
  if (!URL.canParse(url)) return undefined;
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::');
  const before = parseGroups(head);
  const after = parseGroups(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => 0), ...after];
}

function parseGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** Returns the IPv4 address of an IPv4-mapped address: `::ffff:192.0.2.1` is the client 192.0.2.1. */
function mappedIpv4(groups: readonly number[]): string | undefined {
  const [, , , , , marker, high = 0, low = 0] = groups;
  if (marker !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
