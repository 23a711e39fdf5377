import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libdeflate } from '../../native/libdeflate.ts';
import { runConsole, stopSite } from '../../tools/site.ts';
import { directoryBytes } from '../directory-bytes.ts';
import { WORKS, type Measure, type Work } from '../measure.ts';
import { MeasuredSite } from '../measured-site.ts';
import type { Program, Turn } from './program.ts';

/**
 * The file daemon as the programs beside it run, so that other work on the machine takes from all of them alike; by default it
 * stands back.
 */
export const AS_OTHERS = 'Nice = 0\n  IO Class = none';

/** @param compression The directive of the FileSet, or nothing. */
export function noctule(title: string, compression: string, works: readonly Work[] = WORKS): Program {
  return {
    name: `noctule ${title}`,
    works,
    version: async () => {
      const file = new URL('../../package.json', import.meta.url);
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      const deflate = libdeflate() === undefined ? 'zlib' : 'libdeflate';
      return `${version}, Node ${process.version}, ${deflate}, TLS`;
    },
    open: async (data, directory) => {
      const directorConf = measuredJob(`File = "${data}"`, compression);
      const options = { directory, paths: [data], clientDirectives: AS_OTHERS, directorConf };
      return new NoctuleTurn(await MeasuredSite.start(options));
    },
  };
}

/** A Job `Measured` of its own beside the one of the site, whose FileSet always has GZIP. @param include In the Include, besides its Options. */
export function measuredJob(include: string, compression: string): string {
  return `
FileSet {
  Name = Measured
  Include { Options { signature = SHA1; aclsupport = yes; xattrsupport = yes; ${compression} }; ${include} }
}
Job {
  Name = Measured; Type = Backup; Client = site-fd; FileSet = Measured; Storage = File; Messages = Standard
  Pool = Full-Pool; Incremental Backup Pool = Incr-Pool
}
`;
}

class NoctuleTurn implements Turn {
  readonly #measured: MeasuredSite;

  constructor(measured: MeasuredSite) {
    this.#measured = measured;
  }

  async backup(level: 'Full' | 'Incremental'): Promise<Measure> {
    const { volumesDirectory } = this.#measured.site;
    const before = directoryBytes(volumesDirectory);
    const measure = await this.#measured.job(`run job=Measured level=${level} yes`, 'Backup OK');
    return { ...measure, volumeBytes: directoryBytes(volumesDirectory) - before };
  }

  restore(target: string, file?: string): Promise<Measure> {
    const chosen = file === undefined ? 'select all' : `file=${file}`;
    return this.#measured.job(
      `restore client=site-fd fileset=Measured where=${target} ${chosen} done yes`,
      'Restore OK',
    );
  }

  async catalogBytesPerFile(): Promise<number> {
    const { site } = this.#measured;
    const { output } = await runConsole(site, 'sqlquery SELECT COUNT(*) AS n FROM File;\n');
    const files = Number(/^\| +([\d,]+) \|$/m.exec(output)?.[1]!.replaceAll(',', ''));
    // Only a Director that has ended has it all in the one file.
    await stopSite(site);
    return directoryBytes(join(site.directory, 'director'), '.db') / files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#measured[Symbol.asyncDispose]();
  }
}
