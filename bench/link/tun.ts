import { closeSync, openSync } from 'node:fs';
import { nativeLibrary, nativeProblem } from '../../native/library.ts';

/** linux/if_tun.h */
const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
/** Sums are not made, and segments not cut, before they leave this machine: what passes is up to 64 KiB at once. */
const OFFLOADS = 0x01 | 0x02 | 0x04 | 0x08; // TUN_F_CSUM, _TSO4, _TSO6, _TSO_ECN
/** struct ifreq: a name of 16 bytes, then the flags. */
const IFREQ_BYTES = 40;
const NAME_BYTES_MAX = 15;
const NAME_ROOM = 16;

/** The largest packet and the struct virtio_net_hdr before it, in bytes. */
export const TUN_PACKET_BYTES_MAX = 10 + 65_535;

/**
 * Makes a network interface whose packets this process reads and writes, each with a struct virtio_net_hdr before it, one to a
 * call. It is gone when the file is closed. Needs root.
 * @returns the open file
 * @throws Error as those of `node:fs`
 */
export function openTun(name: string): number {
  const library = nativeLibrary();
  if (library === undefined) throw new Error(`${nativeProblem()}, so no network interface can be made`);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new RangeError(`"${name}" is too long for an interface`);
  const ioctl = library.func('int ioctl(int fd, unsigned long request, const void *argument)');
  const ioctlNumber = library.func('int ioctl(int fd, unsigned long request, unsigned long argument)');
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name, 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, NAME_ROOM);
  const fd = openSync('/dev/net/tun', 'r+');
  try {
    library.call('ioctl', ioctl, fd, TUNSETIFF, request);
    library.call('ioctl', ioctlNumber, fd, TUNSETOFFLOAD, OFFLOADS);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return fd;
}
