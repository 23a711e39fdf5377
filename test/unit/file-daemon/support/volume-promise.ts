import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** What a plain tar makes of the members of a volume, unpacked into the directory. */
export function untar(members: readonly Buffer[], directory: string, ...flags: string[]): void {
  const input = Buffer.concat(members.map((member) => gunzipSync(member)));
  execFileSync('tar', [...flags, '-xpf', '-', '--numeric-owner', '-C', directory], { input, stdio: 'pipe' });
}
