import type { IncomingMessage } from 'node:http';
import { type Address, countedAs, parseAddress, parseNetwork } from '../kernel/address.ts';

/** Proxies may name the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;

/**
 * Whom a request is counted to. `X-Forwarded-For` is believed as far as the proxies go that are listed: from the right,
 * each trusted hop vouches for the one before it, and the first that is not trusted is the client. What stands left of it
 * anybody may have written.
 */
export const createClientAddress = (trustedProxies: readonly string[]): ((request: IncomingMessage) => string) => {
  const networks = trustedProxies.map(parseNetwork).filter((network) => network !== undefined);
  const isTrusted = (address: Address): boolean => networks.some((network) => network(address));
  const known = new WeakMap<object, string>();

  const peerOf = ({ socket }: IncomingMessage): Address | undefined => parseAddress(socket.remoteAddress ?? '');

  const throughProxies = (peer: Address, forwarded: string): Address => {
    let client = peer;
    for (const hop of forwarded.split(',').reverse()) {
      if (!isTrusted(client)) break;
      const before = parseAddress(withoutPort(hop.trim()));
      if (before === undefined) break;
      client = before;
    }
    return client;
  };

  return (request) => {
    const forwarded = request.headers['x-forwarded-for'];
    if (networks.length > 0 && typeof forwarded === 'string') {
      const peer = peerOf(request);
      return peer === undefined ? 'unknown' : countedAs(throughProxies(peer, forwarded));
    }
    const before = known.get(request.socket);
    if (before !== undefined) return before;
    const peer = peerOf(request);
    const address = peer === undefined ? 'unknown' : countedAs(peer);
    known.set(request.socket, address);
    return address;
  };
};
