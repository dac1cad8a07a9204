import { checkText, checkEach } from '../check-argument.js';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an IP address is one of loopback: 127.0.0.0/8, ::1, or the former written as IPv6. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** A name, an IPv4 address or an IPv6 address in brackets, and maybe a port. */
const written = /^(\[[0-9a-f:.]+\]|[^\s/?#@:\\[\]]+)(?::(\d{1,5}))?$/i;

/**
 * Whether a server answers a request that came under this name. A page elsewhere whose name was made to lead to this
 * machine (DNS rebinding) sends its own name, and could read what it is given.
 * @param host the `Host` of a request: a name or an address, and maybe a port
 * @param allowed names that are answered: `heed.example`, `heed.example:9646` for this port alone, `.heed.example` for
 *   all names below it. Without it the names and addresses of this machine alone: `localhost`, 127.0.0.0/8, `[::1]`.
 */
export function acceptsHost(host: string | undefined, allowed?: readonly string[]): boolean {
  if (host !== undefined) checkText('host', host);
  if (allowed !== undefined) checkEach('name', allowed, checkText);
  const asked = split(host ?? '');
  if (!asked) return false;
  const { name } = asked;
  if (allowed === undefined) return name === 'localhost' || isLoopback(name.replace(/^\[(.*)\]$/, '$1'));
  return allowed.some((one) => {
    const known = split(one);
    if (!known || (known.port !== undefined && known.port !== asked.port)) return false;
    return known.name.startsWith('.') ? name.endsWith(known.name) : name === known.name;
  });
}

function split(host: string): { readonly name: string; readonly port: string | undefined } | undefined {
  const [, name, port] = written.exec(host) ?? [];
  // A name may end in the dot of the root.
  return name === undefined ? undefined : { name: name.toLowerCase().replace(/(.)\.$/, '$1'), port };
}
