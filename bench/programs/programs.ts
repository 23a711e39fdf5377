import { bacula } from './bacula.ts';
import { commandLine, type Scripts } from './command-line.ts';
import { noctule } from './noctule.ts';
import type { Program } from './program.ts';

/** Attributes and ACLs too, as all the others save them. */
const TAR = "tar --acls --xattrs --xattrs-include='*'";

function tarThrough(compressor: string, debianPackage: string): Scripts {
  const [command] = compressor.split(' ');
  const read = `${command} -dc "$REPOSITORY/archive" | ${TAR} -xpf -`;
  return {
    name: `tar | ${compressor}`,
    needs: { command: command!, debianPackage },
    versionFlag: '--version',
    full: `${TAR} -cf - "$DATA" | ${compressor} > "$REPOSITORY/archive"`,
    restoreAll: read,
    restoreOne: `${read} "\${FILE#/}"`,
  };
}

/** The works of a program's further ways to compress: enough to see what they cost, and that they restore. */
const FULL_AND_BACK = ['Full', 'restore all'] as const;

/** All that can be measured, in the order of a round. */
export const PROGRAMS: readonly Program[] = [
  noctule('GZIP', 'compression = GZIP'),
  bacula('GZIP', 'compression = GZIP'),
  noctule('uncompressed', '', FULL_AND_BACK),
  bacula('uncompressed', '', FULL_AND_BACK),
  noctule('ZSTD', 'compression = ZSTD', FULL_AND_BACK),
  commandLine({
    name: 'restic',
    needs: { command: 'restic', debianPackage: 'restic' },
    versionFlag: 'version',
    prepare: 'restic -q init',
    full: 'restic -q backup "$DATA"',
    incremental: 'restic -q backup "$DATA"',
    restoreAll: 'restic -q restore latest --target "$TARGET"',
    restoreOne: 'restic -q restore latest --target "$TARGET" --include "$FILE"',
  }),
  commandLine({
    name: 'borg lz4',
    needs: { command: 'borg', debianPackage: 'borgbackup' },
    versionFlag: '--version',
    prepare: 'borg init --encryption none',
    full: 'borg create --compression lz4 ::full "$DATA"',
    incremental: 'borg create --compression lz4 "::incremental-{utcnow:%s%f}" "$DATA"',
    restoreAll: 'borg extract "::$(borg list --last 1 --short)"',
    restoreOne: 'borg extract "::$(borg list --last 1 --short)" "${FILE#/}"',
  }),
  commandLine(tarThrough('gzip -6', 'gzip')),
  commandLine(tarThrough('pigz -6', 'pigz')),
  commandLine(tarThrough('zstd -3 -T2', 'zstd')),
];
