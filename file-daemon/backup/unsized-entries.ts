import { constants } from 'node:fs';
import type { EntryStat } from '../../native/statx.ts';
import { FileType, type FileRecord } from '../../proto/noctule/record/v1/file_record.ts';
import { showPath, type BytePath } from '../byte-path.ts';
import { isSystemError } from '../errno-text.ts';
import { pipes, type Pipes } from '../../native/pipe.ts';
import { ProgramFailed, type Program, type ProgramLink } from '../plugins/program-link.ts';
import type { PluginFile } from '../fileset/plugin-files.ts';
import { SlowEnd, type SlowEndOptions } from '../slow-end.ts';
import { pluginRecord } from '../tar/part-pax.ts';
import { statOfOpen } from '../walk/entry-stat.ts';
import { fileTypeOf } from '../walk/file-kind.ts';
import { failedTo, type FileNotice } from '../walk/file-notice.ts';
import type { WalkEntry } from '../walk/walk-entry.ts';
import type { BlockCutter } from './block-cutter.ts';
import { closeAfterReading, openForReading } from './opened-file.ts';
import { PartPacker } from './part-packer.ts';
import { pluginFileRecord, recordOf } from './record-of.ts';

/** So long a FIFO is waited for until somebody writes into it. */
const FIRST_BYTE_MS = 60_000;

export interface UnsizedPorts {
  readonly cutter: BlockCutter;
  readonly programs: ProgramLink;
  notice(notice: FileNotice): void;
  /** Called after each part, and about once a second while nothing comes; may throw to end the job. */
  reading(path: BytePath): void;
}

/**
 * Whether the content of the entry is saved in place of the node: of a block device, or with `readfifo` of a FIFO, that
 * a File line names itself.
 */
export function isReadToItsEnd({ isFileEntry, stat, options }: WalkEntry): boolean {
  return isFileEntry && (isA(stat, FileType.BLOCK_DEVICE) || (options.readFifo && isA(stat, FileType.FIFO)));
}

/**
 * Saves what has no size before it is read: the output of plugins, FIFOs and devices. Their content is a regular file in
 * the catalog. What goes wrong is a notice, and then there is no record: a dump that was cut off must not look like one.
 */
export class UnsizedEntries {
  readonly #ports: UnsizedPorts;
  readonly #parts: PartPacker;

  constructor(ports: UnsizedPorts) {
    this.#ports = ports;
    this.#parts = new PartPacker(ports.cutter, (path) => ports.reading(path));
  }

  /** Bytes of content read so far. */
  get contentBytes(): number {
    return this.#parts.contentBytes;
  }

  /** Undefined when it could not be saved: it was said. */
  node({ path, savedPath, accessPath, stat, options }: WalkEntry): FileRecord | undefined {
    const native = this.#native(path);
    if (native === undefined) return undefined;
    let fd: number;
    try {
      fd = openForReading(accessPath, options.noAtime);
    } catch (error) {
      this.#ports.notice(failedTo('open', path, error));
      return undefined;
    }
    const record = asRegular(recordOf(savedPath, stat, FileType.REGULAR));
    try {
      const { ino, dev } = statOfOpen(fd);
      if (ino !== stat.ino || dev !== stat.dev) throw new Unfinished('something else has taken its place');
      const end = new SlowEnd({ fd, pipes: native, waiting: this.#patience(path, stat) });
      this.#parts.pack({
        path: savedPath,
        record,
        options,
        extra: [],
        fill: (target) => end.fill(target),
      });
      return record;
    } catch (error) {
      this.#tell(path, error);
      return undefined;
    } finally {
      closeAfterReading(fd);
    }
  }

  /** Undefined when its program did not come to a good end: it was said. */
  plugin({ plugin, options }: PluginFile): FileRecord | undefined {
    const { path, line, reader } = plugin;
    const native = this.#native(path);
    if (native === undefined) return undefined;
    const name = showPath(path);
    const command = reader.join(' ');
    this.#ports.notice({ type: 'info', path, text: `Saving "${name}" from the output of: ${command}` });
    let program: Program;
    try {
      program = this.#ports.programs.start({ words: reader, pipe: 'output' });
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
      this.#notSaved(path, `is not saved: cannot run "${command}": ${error.message}`);
      return undefined;
    }
    const record = pluginFileRecord(path, line);
    try {
      const waiting = () => this.#ports.reading(path);
      const end = new SlowEnd({ fd: program.fd, pipes: native, waiting });
      const extra = [pluginRecord(record.linkTarget.toString('latin1'))];
      const fill = (target: Buffer) => {
        const bytes = end.fill(target);
        // How the program ends is known before its last part is written: no entry passes for the end of half a dump.
        const problem = bytes < target.length ? program.finish() : undefined;
        if (problem !== undefined) throw new Unfinished(`"${command}" ${problem}`);
        return bytes;
      };
      this.#parts.pack({ path, record, options, extra, fill });
      return record;
    } catch (error) {
      program.kill();
      this.#tell(path, error);
      return undefined;
    }
  }

  #native(path: BytePath): Pipes | undefined {
    const native = pipes();
    if (native === undefined) this.#notSaved(path, 'is not saved: that needs the native library koffi');
    return native;
  }

  /** What to do about once a second while nothing comes. */
  #patience(path: BytePath, stat: EntryStat): SlowEndOptions['waiting'] {
    const endsAtMs = performance.now() + FIRST_BYTE_MS;
    return (isUntouched) => {
      this.#ports.reading(path);
      if (!isA(stat, FileType.FIFO) || !isUntouched || performance.now() < endsAtMs) return;
      throw new Unfinished(`nobody wrote into it for ${FIRST_BYTE_MS / 1000} seconds`);
    };
  }

  #tell(path: BytePath, error: unknown): void {
    if (error instanceof Unfinished) this.#notSaved(path, `is not saved: ${error.message}`);
    else if (isSystemError(error)) this.#ports.notice(failedTo('read', path, error));
    else throw error;
  }

  #notSaved(path: BytePath, text: string): void {
    this.#ports.notice({ type: 'notSaved', path, text: `"${showPath(path)}" ${text}` });
  }
}

/** The message is the reason. */
class Unfinished extends Error {}

function isA({ mode }: EntryStat, type: FileType): boolean {
  return fileTypeOf(mode) === type;
}

function asRegular(record: FileRecord): FileRecord {
  return { ...record, mode: (record.mode & 0o7777) | constants.S_IFREG, sizeBytes: 0 };
}
