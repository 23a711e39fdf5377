import { spawnSync } from 'node:child_process';

/** What `zcat | tar` makes of a volume, run for real: the promise of the format. */
export interface TarView {
  readonly names: string[];
  readonly status: number | null;
  readonly errors: string;
}

export function listWithTar(volume: Buffer, unpack: 'zcat' | 'zstd -dc' = 'zcat'): TarView {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `${unpack} | tar -tf -`], { input: volume });
  return { names: stdout.toString().split('\n').filter(Boolean), errors: stderr.toString(), status };
}

/** The content of one file, by `tar -xzOf` (or `tar -I zstd -xOf`) on the volume. */
export function extractWithTar(volume: Buffer, name: string, unpack: 'gzip' | 'zstd' = 'gzip'): Buffer {
  return spawnSync('tar', ['-I', unpack, '-xOf', '-', name], { input: volume, maxBuffer: 64 * 1024 * 1024 })
    .stdout;
}
