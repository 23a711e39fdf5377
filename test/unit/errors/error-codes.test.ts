import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDERS = [
  'calendar',
  'catalog',
  'configuration',
  'console',
  'daemon',
  'commands',
  'director',
  'file-daemon',
  'storage-daemon',
  'text',
  'tools',
  'transport',
  'volume',
];
const CODE = /'((?:CAT|COMMAND|CON|CONF|DAEMON|DIR|FD|NET|SD|TOOL|VOL)_[A-Z_]+)'/g;

function codesInSource(): Set<string> {
  const codes = new Set<string>();
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      for (const [, code] of readFileSync(join(folder, name), 'utf8').matchAll(CODE)) codes.add(code!);
    }
  }
  return codes;
}

describe('docs/errors.md', () => {
  const documented = new Set(
    [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code!),
  );

  it('explains every error code of the sources', () => {
    const codes = codesInSource();
    expect(codes.size).toBeGreaterThan(50);
    expect([...codes].filter((code) => !documented.has(code))).toEqual([]);
  });

  it('explains no code that is gone', () => {
    const codes = codesInSource();
    // These are put together from a prefix and a kind.
    const composed = (code: string) => code.startsWith('SD_VOLUME_');
    expect([...documented].filter((code) => !codes.has(code) && !composed(code))).toEqual([]);
  });
});
