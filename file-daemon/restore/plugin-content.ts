import { isErrno } from '../../errors/operator-error.ts';
import type { FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { ContentDigest } from '../content-digest.ts';
import { ProgramFailed, type Program, type ProgramLink } from '../plugins/program-link.ts';
import { SlowEnd } from '../slow-end.ts';
import { EntryDamaged } from '../tar/header-reader.ts';
import { pipes } from '../../native/pipe.ts';

export interface PluginContentOptions {
  readonly record: FileRecord;
  /** Program and arguments. */
  readonly words: readonly string[];
  readonly programs: ProgramLink;
  /** Called about once a second while the program takes nothing; may throw to end the job. */
  readonly waiting: () => void;
}

/**
 * The content of a file on its way into the writer of its plugin, in place of a file. The writer sees the end of its input
 * only when all of it was right; else it is ended before, and cannot take a part for the whole.
 */
export class PluginContent {
  readonly #record: FileRecord;
  readonly #command: string;
  readonly #digest: ContentDigest;
  readonly #program: Program;
  readonly #end: SlowEnd;

  /** @throws ProgramFailed when it cannot be started */
  constructor({ record, words, programs, waiting }: PluginContentOptions) {
    const native = pipes();
    if (native === undefined) throw new ProgramFailed('its plugin needs the native library koffi');
    this.#record = record;
    this.#command = words.join(' ');
    this.#digest = new ContentDigest(record.digestAlgorithm);
    try {
      this.#program = programs.start({ words, pipe: 'input' });
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
      throw new ProgramFailed(`cannot run "${this.#command}": ${error.message}`);
    }
    this.#end = new SlowEnd({ fd: this.#program.fd, pipes: native, waiting });
  }

  /** @throws ProgramFailed when the program reads no more; what it does then is waited for, as it tells why. */
  write(piece: Buffer): void {
    this.#digest.update(piece);
    try {
      this.#end.write(piece);
    } catch (error) {
      if (!isErrno(error, 'EPIPE')) throw error;
      const problem = this.#program.finish() ?? 'stopped reading before the end';
      throw new ProgramFailed(`"${this.#command}" ${problem}`);
    }
  }

  /** @throws EntryDamaged when the content is not what was saved. @throws ProgramFailed when the program says that it failed */
  finish(): void {
    const digest = this.#digest.finish();
    const { digest: saved } = this.#record;
    if (saved.length > 0 && !digest.equals(saved)) {
      throw new EntryDamaged(
        `its digest is ${digest.toString('hex')}, but ${saved.toString('hex')} was saved; "${this.#command}" was ended`,
      );
    }
    const problem = this.#program.finish();
    if (problem !== undefined) throw new ProgramFailed(`"${this.#command}" ${problem}`);
  }

  /** Ends the program before it sees the end of its input, if it has not ended. */
  abandon(): void {
    this.#program.kill();
  }
}
