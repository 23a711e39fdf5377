import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSite,
  runConsole,
  startSite,
  stopDaemon,
  DAEMONS,
  type Site,
  type SiteOptions,
} from '../../tools/site.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A site of real daemon processes that is gone, with all it wrote, when its holder is. */
export interface SiteUnderTest extends AsyncDisposable {
  readonly site: Site;
  /** Where the tree to be saved belongs. */
  readonly source: string;
  /** Where a restore puts the source. */
  readonly restoredSource: string;
  /** Pipes commands through nconsole and resolves with the output. */
  console(commands: string): Promise<string>;
}

export async function siteUnderTest(
  options: Partial<SiteOptions> & {
    makeSource: (directory: string) => void;
    start?: boolean;
    /** Where its directory is made. */
    parent?: string;
  },
): Promise<SiteUnderTest> {
  const temporary = temporaryDirectory(options.parent);
  const source = join(temporary.path, 'source');
  const directory = join(temporary.path, 'site');
  options.makeSource(source);
  // A job that a test breaks off ends, unless that is what the test is about: it would wait for half an hour.
  const { jobDirectives = '' } = options;
  const ends = jobDirectives.includes('Reschedule') ? '' : 'Reschedule Incomplete Jobs = no\n';
  const site = await createSite({
    paths: [source],
    ...options,
    directory,
    jobDirectives: ends + jobDirectives,
  });
  const dispose = async () => {
    await Promise.all(DAEMONS.map((daemon) => stopDaemon(site, daemon, 'SIGKILL')));
    temporary[Symbol.dispose]();
  };
  try {
    if (options.start !== false) await startSite(site);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    site,
    source,
    restoredSource: join(directory, 'restored', source),
    console: async (commands) => (await runConsole(site, commands)).output,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Restores the newest state of everything into `restored/` and resolves with the console's output. */
export async function restoreAll(held: SiteUnderTest, where = 'restored'): Promise<string> {
  const target = join(held.site.directory, where);
  rmSync(target, { recursive: true, force: true });
  return held.console(`restore client=site-fd where=${target} select all done yes\nwait\nmessages\n`);
}

export async function backUp(held: SiteUnderTest, level: string): Promise<string> {
  return held.console(`run job=Backup level=${level} yes\nwait\nmessages\n`);
}

/** Resolves when the file daemon has no job: it may come to the end of one later than the Director does. */
export async function clientIdle(held: SiteUnderTest): Promise<void> {
  while (!(await held.console('status client=site-fd\n')).includes('No Jobs running.'));
}

/** The value of a line of the job report; of the last report in the text. */
export function reported(output: string, label: string): string {
  const values = [...output.matchAll(new RegExp(`^  ${label}: +(.*)$`, 'gm'))].map((match) => match[1]!);
  return values.at(-1) ?? '';
}
