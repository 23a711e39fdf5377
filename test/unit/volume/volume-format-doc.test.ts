import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeLabel, encodeLabel } from '../../../volume/control-member.ts';

test('the example in docs/volume-format.md is a real label', () => {
  const page = readFileSync(new URL('../../../docs/volume-format.md', import.meta.url), 'utf8');
  const dump = [...page.matchAll(/^ {4}[0-9a-f]{4} {2}((?:[0-9a-f]{2} ?)+)$/gm)]
    .map(([, bytes]) => bytes)
    .join('');
  const bytes = Buffer.from(dump.replaceAll(' ', ''), 'hex');
  const label = {
    volumeName: 'A-Full-0001',
    poolName: 'Default',
    mediaType: 'File',
    labelledAtMs: 1_795_232_374_000,
    labelId: Buffer.from([...Array(16).keys()]),
    writtenBy: 'noctule-sd 0.1.0',
  };
  expect(decodeLabel(bytes)).toEqual(label);
  expect(encodeLabel(label).equals(bytes)).toBe(true);
});
