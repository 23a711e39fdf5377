import { expect } from 'vitest';
import type { Durable } from '../../../proto/noctule/storage/v1/storage_daemon.ts';
import type { Device } from '../../../storage-daemon/device.ts';
import { decodeBlockContent } from '../../../volume/block.ts';
import { parseMemberHeader } from '../../../volume/member.ts';
import { volumeBytes } from './append-harness.ts';

/** The job's stream as the catalog would find it: every block of the reports, read where they say that it lies. */
export function restoredStream(device: Device, reports: readonly Durable[]): Buffer {
  const pieces: Buffer[] = [];
  let streamOffset = 0;
  let blockNumber = 0;
  for (const { volumeName, blocks } of reports) {
    if (blocks === undefined) continue;
    const volume = volumeBytes(device, volumeName);
    expect(blocks).toMatchObject({ firstBlock: blockNumber, streamOffset });
    let offset = blocks.volumeOffset;
    blocks.memberBytes.forEach((memberBytes, i) => {
      offset += blocks.gapBytes[i]!;
      const member = volume.subarray(offset, offset + memberBytes);
      expect(parseMemberHeader(member)).toMatchObject({ blockNumber, streamOffset, volumeOffset: offset });
      const content = decodeBlockContent(member);
      expect(content).toHaveLength(blocks.contentBytes[i]!);
      pieces.push(content);
      streamOffset += content.length;
      blockNumber += 1;
      offset += memberBytes;
    });
  }
  return Buffer.concat(pieces);
}
