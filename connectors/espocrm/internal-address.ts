import { BlockList, isIP } from 'node:net';

const internalNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  internalNetworks.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  internalNetworks.addSubnet(network, prefix, 'ipv6');

const internalName = /^[^.]+$|\.(?:local|localhost|lan|internal|intern|home\.arpa)$/;

/**
 * Whether a URL's host looks like one of a private network. From EspoCRM 9.3.2 nothing is sent there unless it is
 * allowed by name; EspoCRM also looks names up, so that one which looks public may still be refused.
 */
export function isInternalAddress(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  if (family === 0) return internalName.test(host);
  return internalNetworks.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
