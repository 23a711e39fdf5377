import { sessionKey } from '../../../../file-daemon/restore/block-source.ts';
import { runRestore } from '../../../../file-daemon/restore/restore-run.ts';
import { collectBackup } from './collected-backup.ts';
import { SHA1_AND_GZIP, fileSet, include } from './file-sets.ts';
import { EXTENDED } from './xattrs.ts';
import { noPrograms } from './no-programs.ts';

/** What a backup and a restore said, by the type of the notice. */
export interface Said {
  readonly saving: readonly string[];
  readonly restoring: readonly string[];
  readonly errors: number;
}

const SESSION = sessionKey({ volSessionId: 1, volSessionTime: 1 });

/** Saves `source` and restores it below `where`, in this thread; by default with all attributes. */
export async function saveAndRestore(source: string, where: string, options = EXTENDED): Promise<Said> {
  const { records, stream, notices } = collectBackup(fileSet([include([source], [options])]));
  const restoring: string[] = [];
  const { errors } = await runRestore(
    { jobId: 1, where, regexWhere: '', prefixLinks: false, replace: 'always', workingDirectory: where },
    {
      entries: (async function* () {
        yield { session: SESSION, records };
      })(),
      blocks: (async function* () {
        yield { session: SESSION, streamOffset: 0, content: stream };
      })(),
    },
    {
      notice: ({ type, text }) => void restoring.push(`${type}: ${text}`),
      progress: () => undefined,
      programs: noPrograms,
    },
  );
  return { saving: notices.map(({ type, text }) => `${type}: ${text}`), restoring, errors };
}

// As a program: `node save-and-restore.ts SOURCE WHERE [plain]` prints it as JSON; plain: without extended attributes.
const [, program, source, where, plain] = process.argv;
if (program === import.meta.filename && source !== undefined && where !== undefined) {
  process.stdout.write(JSON.stringify(await saveAndRestore(source, where, plain ? SHA1_AND_GZIP : EXTENDED)));
}
